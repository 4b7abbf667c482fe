/** The history of a row, filled into the room that the rest leaves (FILL-1). */
import { floatAt, intAt, nth } from '../checked.ts';
import { blockTokens } from './blocks.ts';
import { type Filling, fillHistory } from './fill.ts';
import { itemLine } from './item-lines-table.ts';
import { type KnownTexts, QUESTION_LEVEL } from './known-texts.ts';
import type { RowOutline } from './outline.ts';
import type { CorpusPlan } from './plan.ts';
import type { RowDraft } from './row-draft.ts';
import type { NumberedFrame, TemplateSegments } from './template-segments.ts';

/** Entries that are listed, and whose texts are wanted, at once: about what a prompt holds. */
const ENTRIES_AHEAD = 64;

/** What every row is made with. */
export interface RowMeans {
  readonly plan: CorpusPlan;
  readonly known: KnownTexts;
  /** Of the row under way. */
  readonly filling: Filling;
}

/** A row of which everything but its history is known. */
export interface BegunRow {
  readonly outline: RowOutline;
  readonly told: TemplateSegments;
  readonly frame: NumberedFrame;
}

/** Begins a row: its own lines go into the draft. Undefined where texts are missing. */
export function beginRow(known: KnownTexts, draft: RowDraft, outline: RowOutline): BegunRow | undefined {
  const { template, question, profile, exposure } = outline;
  const told = known.segmentsOf(template);
  const frame = told.frameAt(question.t);
  if (frame === undefined) known.wantFrame(template, question.t);
  let isKnown = frame !== undefined;
  for (const [name, text] of [['profile', profile] as const, ['exposure', exposure] as const]) {
    if (text === undefined) continue;
    const line = known.ownLine(text);
    if (line === undefined) isKnown = false;
    else draft[name] = { key: text.key, line };
  }
  for (const { number } of question.items) {
    if (known.items.tokensOf(itemLine(number, 0)) >= 0) continue;
    known.wantVersion(number);
    isKnown = false;
  }
  return isKnown && frame !== undefined ? { outline, told, frame } : undefined;
}

/**
 * Fills the history. Its label is not known here, so ROOM FOR THE LONGEST answer is left. False
 * where texts are missing.
 */
export function fillRow({ plan, known, filling }: RowMeans, draft: RowDraft, row: BegunRow): boolean {
  const { told, frame, outline } = row;
  const { template, question } = outline;
  const { history, t } = question;
  const { headings } = template;
  const { items, fixed } = known;
  const numberOf = (entry: number) => headings.numberOf(intAt(history.rank, entry), floatAt(history.at, entry), t);
  const sizes = { profile: draft.profile?.line.ids.length, exposure: draft.exposure?.line.ids.length };
  const itemOf = (i: number) => items.tokensOf(itemLine(nth(question.items, i).number, QUESTION_LEVEL));
  const fixedTokens = frame.tokens + blockTokens(template.blocks, { ...sizes, itemOf });
  draft.room = plan.context - fixedTokens - template.answerMax;
  fillHistory(filling, {
    room: draft.room,
    order: template.task.order,
    shares: plan.section.shares,
    blockTokens: template.history.heading.length,
    count: history.available,
    eventOf: (entry) => intAt(history.event, entry),
    groupOf: (entry) => headings.groupOf(intAt(history.rank, entry)),
    // The first that filling asks of an entry.
    headingOf(entry) {
      if (entry >= history.length) history.list(entry + ENTRIES_AHEAD);
      return told.headings.get(numberOf(entry));
    },
    headingTokens: fixed.tokensOf,
    lineTokens: (entry, level) => items.tokensOf(itemLine(intAt(history.version, entry), level)),
  });
  if (filling.unknownAt < 0) return true;
  history.list(filling.unknownAt + ENTRIES_AHEAD);
  const end = Math.min(history.length, filling.unknownAt + ENTRIES_AHEAD);
  for (let entry = filling.unknownAt; entry < end; entry++) {
    known.wantVersion(intAt(history.version, entry));
    known.wantHeading(told, numberOf(entry));
  }
  return false;
}
