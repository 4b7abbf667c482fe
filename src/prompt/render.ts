/** A question as of T becomes a prompt: token ids, a role and an origin for each run of them, and the cut ledger. No label comes near it. */

import { TIME_UNKNOWN } from '../../schemas/event.ts';
import type { Level, Role } from '../../schemas/rows.ts';
import type { HistoryEntry } from '../timeline/history.ts';
import type { Question } from '../timeline/questions.ts';
import type { Vocabulary } from '../timeline/vocabulary.ts';
import { joinIds } from '../tokenize/boundaries.ts';
import type { ChatFrame } from '../tokenize/chat-frame.ts';
import { type FillEntry, type Filling, fillHistory } from './fill.ts';
import type { LineTokens } from './levels.ts';
import { agePhrase, groupPhrase } from './phrases.ts';
import type { SegmentStore } from './segments.ts';
import type { Block, TemplatePlan } from './template-plan.ts';

/** One run of tokens with one role and one origin, up to `to` (exclusive). */
export interface Segment {
  readonly role: Role;
  readonly to: number;
  readonly event: string;
  readonly version: string;
  readonly fields: string;
  readonly level: Level | 'question' | 'profile' | 'shown' | '';
}

export interface PromptLedger {
  readonly shown: number;
  readonly available: number;
  readonly lowered: number;
  readonly leftOut: number;
  readonly room: number;
  readonly used: number;
  /** Event id; empty: everything was shown. */
  readonly stoppedAt: string;
}

export interface RenderedPrompt {
  readonly ids: Int32Array;
  readonly segments: readonly Segment[];
  readonly ledger: PromptLedger;
}

export interface RenderContext {
  readonly segments: SegmentStore;
  readonly vocabulary: Vocabulary;
  readonly context: number;
  readonly shares: { readonly full: number; readonly short: number };
}

interface HistoryLine extends FillEntry {
  readonly source: HistoryEntry;
}

/** What the question's own blocks cost, looked up before the history is filled. */
interface Fixed {
  readonly frame: ChatFrame;
  readonly profile: LineTokens | undefined;
  readonly shown: LineTokens | undefined;
  readonly headings: readonly Int32Array[];
}

/** Item versions of the question and its history must be prepared in the segment store. */
export async function renderPrompt(
  plan: TemplatePlan,
  question: Question,
  context: RenderContext,
): Promise<RenderedPrompt> {
  const block = plan.blocks.find((each) => each.kind === 'history')!;
  const { lines, headings } = historyLines(plan, block, question, context.vocabulary);
  const shownBlock = plan.blocks.find((each) => each.kind === 'shown');
  const { pairs } = question.exposure;
  const fixed: Fixed = {
    frame: await plan.frame(question.t),
    profile: question.profile === undefined ? undefined : await context.segments.profile(question.profile),
    shown:
      shownBlock === undefined || pairs.length === 0
        ? undefined
        : await context.segments.shown(shownBlock.label, pairs),
    headings: await Promise.all(headings.map((text) => context.segments.line(text))),
  };
  const room = context.context - fixedTokens(plan, question, fixed, context.segments);
  const filling = fillHistory(lines, {
    room,
    order: plan.task.order,
    shares: context.shares,
    blockTokens: block.heading.length,
    lineTokens: (line, level) => context.segments.item(line.source.version, level).ids.length,
    headingTokens: (heading) => fixed.headings[heading]!.length,
  });
  const { ids, segments } = assemble(plan, question, context, fixed, filling);
  return {
    ids,
    segments,
    ledger: {
      shown: filling.shown.length,
      available: lines.length,
      lowered: filling.lowered,
      leftOut: lines.length - filling.shown.length,
      room,
      used: filling.used,
      stoppedAt: filling.stoppedAt?.source.eventId ?? '',
    },
  };
}

/** Entries with the group and heading they stand under; equal heading texts share a number. */
function historyLines(
  plan: TemplatePlan,
  block: Extract<Block, { kind: 'history' }>,
  question: Question,
  vocabulary: Vocabulary,
): { lines: HistoryLine[]; headings: string[] } {
  const numbers = new Map<string, number>();
  const groups = [...vocabulary.displayOrder, vocabulary.noneRank];
  const lines = question.history.map((source) => {
    const text =
      plan.task.order === 'by_action'
        ? block.group.replace('{group}', () => groupPhrase(source.rank, vocabulary))
        : (source.at === TIME_UNKNOWN ? block.undated : block.dated)
            .replace('{age}', () => agePhrase(plan.template, question.t, source.at))
            .replace('{action}', () => vocabulary.nameOf(source.rank));
    const heading = numbers.get(text) ?? numbers.size;
    numbers.set(text, heading);
    return { source, event: source.event, group: groups.indexOf(source.rank), heading };
  });
  return { lines, headings: [...numbers.keys()] };
}

/** Everything but the history: frame, lines, profile, question, and room for the longest answer. */
function fixedTokens(plan: TemplatePlan, question: Question, fixed: Fixed, segments: SegmentStore): number {
  let tokens = fixed.frame.head.length + fixed.frame.tail.length + plan.answerMax;
  for (const block of plan.blocks) {
    if (block.kind === 'lines') tokens += block.ids.length;
    else if (block.kind === 'profile' && fixed.profile !== undefined)
      tokens += block.heading.length + fixed.profile.ids.length;
    else if (block.kind === 'shown' && fixed.shown !== undefined) tokens += fixed.shown.ids.length;
    else if (block.kind === 'item' || block.kind === 'candidates') {
      for (const version of question.items) tokens += segments.item(version, 'question').ids.length;
      if (block.kind === 'candidates') for (const letter of block.letters) tokens += letter.length;
    }
  }
  return tokens;
}

/** Joins the pieces in the template's order. */
function assemble(
  plan: TemplatePlan,
  question: Question,
  context: RenderContext,
  fixed: Fixed,
  filling: Filling<HistoryLine>,
): { ids: Int32Array; segments: Segment[] } {
  const row = createRow();
  const { head, tail, headFrame, tailLine } = fixed.frame;
  row.add(head.subarray(0, headFrame), { role: 'control' });
  row.add(head.subarray(headFrame), { role: 'instruction' });
  const item = (version: Question['items'][number]) => {
    const line = context.segments.item(version, 'question');
    row.add(line.ids, { role: 'question', version: version.eventId, fields: line.fields, level: 'question' });
  };
  for (const block of plan.blocks) {
    if (block.kind === 'lines') row.add(block.ids, { role: block.role });
    else if (block.kind === 'profile' && fixed.profile !== undefined) {
      row.add(block.heading, { role: 'profile' });
      row.add(fixed.profile.ids, {
        role: 'profile',
        event: question.profile!.eventId,
        fields: fixed.profile.fields,
        level: 'profile',
      });
    } else if (block.kind === 'history') addHistory(row, block, filling, { context, fixed });
    else if (block.kind === 'shown' && fixed.shown !== undefined) {
      row.add(fixed.shown.ids, {
        role: 'question',
        event: question.exposure.eventId,
        fields: fixed.shown.fields,
        level: 'shown',
      });
    } else if (block.kind === 'item') item(question.items[0]!);
    else if (block.kind === 'candidates') {
      question.items.forEach((version, i) => {
        row.add(block.letters[i]!, { role: 'question' });
        item(version);
      });
    }
  }
  row.add(tail.subarray(0, tailLine), { role: 'question' });
  row.add(tail.subarray(tailLine), { role: 'control' });
  return row.finish();
}

function addHistory(
  row: Row,
  block: Extract<Block, { kind: 'history' }>,
  filling: Filling<HistoryLine>,
  from: { context: RenderContext; fixed: Fixed },
): void {
  if (filling.shown.length > 0) row.add(block.heading, { role: 'history' });
  let heading = -1;
  for (const { entry, level } of filling.shown) {
    const { source } = entry;
    if (entry.heading !== heading)
      row.add(from.fixed.headings[entry.heading]!, { role: 'history', event: source.eventId });
    heading = entry.heading;
    const line = from.context.segments.item(source.version, level);
    row.add(line.ids, {
      role: 'history',
      event: source.eventId,
      version: source.version.eventId,
      fields: line.fields,
      level,
    });
  }
}

interface Row {
  add(ids: Int32Array, origin: Partial<Omit<Segment, 'to'>> & { role: Role }): void;
  finish(): { ids: Int32Array; segments: Segment[] };
}

/** Collects pieces by reference and copies each once at the end; empty pieces and equal neighbours leave no segment of their own. */
function createRow(): Row {
  const pieces: Int32Array[] = [];
  const segments: Segment[] = [];
  let size = 0;
  return {
    add(ids, origin) {
      if (ids.length === 0) return;
      pieces.push(ids);
      size += ids.length;
      const before = segments[segments.length - 1];
      const isPlain = origin.event === undefined && origin.version === undefined;
      const joins =
        isPlain &&
        before !== undefined &&
        before.role === origin.role &&
        before.event === '' &&
        before.version === '' &&
        before.level === '';
      if (joins) segments.pop();
      segments.push({ event: '', version: '', fields: '', level: '', ...origin, to: size });
    },
    finish: () => ({ ids: joinIds(pieces), segments }),
  };
}
