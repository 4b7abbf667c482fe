/**
 * The second step of a row: with its texts at hand, its history is filled into the room that the
 * rest leaves.
 */
import { LEVELS, type Level } from '../../schemas/rows.ts';
import { intAt, nth, present } from '../checked.ts';
import type { ChatFrame } from '../tokenize/chat-frame.ts';
import { type Encoding, together } from '../tokenize/encode-rounds.ts';
import { blockTokens } from './blocks.ts';
import { type FillEntry, type Filling, fillHistory } from './fill.ts';
import type { Line } from './lines.ts';
import { type RowOutline, textsOf } from './outline.ts';
import type { RenderPlan } from './plan.ts';
import type { PromptLedger } from './row-columns.ts';
import type { SegmentStore } from './segments.ts';
import { ITEM_LEVELS, type WantedText } from './texts.ts';

/** The texts of a row, encoded. */
export interface RowLines {
  readonly frame: ChatFrame;
  /** Of each item asked about, at the level `question`. */
  readonly items: readonly Line[];
  /** Of each history entry, its lines at LEVELS and more. */
  readonly history: readonly (readonly Line[])[];
  readonly headings: readonly Line[];
  readonly profile: Line | undefined;
  readonly exposure: Line | undefined;
}

/** An entry that filling may take. */
export interface HistoryLine extends FillEntry {
  /** Its place in the history. */
  readonly entry: number;
  /** At LEVELS and more. */
  readonly lines: readonly Line[];
}

/** A prompt of which everything is decided. */
export interface FilledRow {
  readonly outline: RowOutline;
  readonly lines: RowLines;
  readonly filling: Filling<HistoryLine>;
  readonly ledger: PromptLedger;
  /** Tokens of the prompt. */
  readonly promptTokens: number;
  /** Tokens that the row may have. */
  readonly context: number;
}

/** Looks up what a batch of rows wants; what is not known is encoded together. */
export function* findLines(segments: SegmentStore, outlines: readonly RowOutline[]): Encoding<RowLines[]> {
  const found = yield* segments.find(wantedBy(outlines));
  const frames = yield* together(outlines.map(({ template, question }) => template.frame(question.t)));
  const linesOf = ({ key }: WantedText) => present(found.get(key), 'line that was looked up');
  const only = (text: WantedText) => nth(linesOf(text), 0);
  const asked = (text: WantedText) => nth(linesOf(text), ITEM_LEVELS.indexOf('question'));
  return outlines.map((outline, i) => ({
    frame: nth(frames, i),
    items: outline.items.map(asked),
    history: outline.history.map(linesOf),
    headings: outline.headings.map(only),
    profile: outline.profile && only(outline.profile),
    exposure: outline.exposure && only(outline.exposure),
  }));
}

function* wantedBy(outlines: readonly RowOutline[]): Generator<WantedText> {
  for (const outline of outlines) yield* textsOf(outline);
}

/**
 * Fills the history. Its label is not known here, so ROOM FOR THE LONGEST answer is left (FILL-1).
 */
export function fillRow(outline: RowOutline, lines: RowLines, { context, section }: RenderPlan): FilledRow {
  const { template, question } = outline;
  const { frame, profile, exposure, items } = lines;
  const sizes = { profile: profile?.ids.length, exposure: exposure?.ids.length };
  const itemOf = (i: number) => nth(items, i).ids.length;
  const fixed = frame.head.length + frame.tail.length + blockTokens(template.blocks, { ...sizes, itemOf });
  const room = context - fixed - template.answerMax;
  const filling = fillHistory(entriesOf(outline, lines), {
    room,
    order: template.task.order,
    shares: section.shares,
    blockTokens: template.history.heading.length,
    lineTokens: (line, level) => lineAt(line, level).ids.length,
    headingTokens: (heading) => nth(lines.headings, heading).ids.length,
  });
  const { lowered, used } = filling;
  const { history } = question;
  const [shown, available] = [filling.fitted.length, history.available];
  const stopped_at = filling.stoppedAt === undefined ? '' : history.eventIdAt(filling.stoppedAt.entry);
  const ledger = { shown, available, lowered, left_out: available - shown, room, used, stopped_at };
  return { outline, lines, filling, ledger, promptTokens: fixed + used, context };
}

/** The line of an entry at a level. */
export function lineAt({ lines }: HistoryLine, level: Level): Line {
  return nth(lines, LEVELS.indexOf(level));
}

/**
 * In strategy order, each made when filling asks for it: most histories are longer than their room.
 */
function* entriesOf({ template, question, headingOf }: RowOutline, { history }: RowLines): Generator<HistoryLine> {
  const { event, rank, length } = question.history;
  for (let i = 0; i < length; i++) {
    const group = template.headings.groupOf(intAt(rank, i));
    yield { entry: i, lines: nth(history, i), event: intAt(event, i), group, heading: intAt(headingOf, i) };
  }
}
