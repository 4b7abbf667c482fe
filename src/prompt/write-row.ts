/**
 * A filled row is written: its segments in the template's order, then the answer, by number.
 */
import { byteAt, intAt, nth } from '../checked.ts';
import type { Question } from '../timeline/questions.ts';
import type { BegunRow, RowMeans } from './fill-row.ts';
import { pushInt } from './int-list.ts';
import { itemLine } from './item-lines-table.ts';
import { FIXED_FROM, type KnownTexts, QUESTION_LEVEL } from './known-texts.ts';
import { OWN_EVENT, OWN_SEGMENT, type RowDraft } from './row-draft.ts';

/** The blocks in the template's order, and what has nothing to say left out (TEMPLATE-4). */
export function writePrompt({ known, filling }: RowMeans, draft: RowDraft, row: BegunRow): void {
  const { told, frame } = row;
  const { question } = row.outline;
  for (const number of frame.head) pushFixed(known, draft, number);
  for (const block of told.blocks) {
    switch (block.kind) {
      case 'lines':
        pushFixed(known, draft, block.lines);
        break;
      case 'profile':
        if (draft.profile === undefined) break;
        pushFixed(known, draft, block.heading);
        pushOwn(draft, 'profile');
        break;
      case 'history':
        if (filling.count > 0) pushFixed(known, draft, block.heading);
        pushHistory({ known, filling }, draft, question);
        break;
      case 'shown':
        pushOwn(draft, 'exposure');
        break;
      case 'item':
      case 'candidates':
        for (const [i, { number }] of question.items.entries()) {
          if (block.kind === 'candidates') pushFixed(known, draft, nth(block.letters, i));
          pushItem(known, draft, itemLine(number, QUESTION_LEVEL));
        }
    }
  }
  for (const number of frame.tail) pushFixed(known, draft, number);
  draft.promptTokens = draft.tokens;
  draft.shown = filling.count;
  draft.lowered = filling.lowered;
  draft.used = filling.used;
  draft.stoppedAt = filling.stoppedAt < 0 ? OWN_EVENT.none : filling.stoppedAt;
}

/**
 * The label's answer and the end token, joined afterwards; they alone are supervised (FRAME-4).
 * ANSWER NEVER CUT, CONTEXT NEVER EXCEEDED: filling left room for the longest answer. Throws Error
 * where the template has no answer for the label.
 */
export function writeAnswer(
  { known, plan: { context } }: RowMeans,
  draft: RowDraft,
  { told, frame, label }: BegunRow & { readonly label: string },
): void {
  const answer = told.answers.get(label);
  if (answer === undefined)
    throw new Error(`no answer for the label ${label} in template ${told.template.template.id}`);
  pushFixed(known, draft, answer);
  pushFixed(known, draft, frame.end);
  if (draft.tokens > context) throw new Error(`a row of ${draft.tokens} tokens in a context of ${context}`);
  pushInt(draft.spans, draft.promptTokens);
  pushInt(draft.spans, draft.tokens);
}

/** Adds fixed text: one segment with the fixed text of its role before it (ORIGIN-2). */
function pushFixed({ fixed }: KnownTexts, draft: RowDraft, number: number): void {
  if (number < 0) return;
  const { segments } = draft;
  draft.tokens += fixed.tokensOf(number);
  const before = segments.length === 0 ? -1 : intAt(segments.values, segments.length - 1) - FIXED_FROM;
  const joined = before < 0 ? -1 : fixed.joined(before, number);
  if (joined >= 0) segments.values[segments.length - 1] = FIXED_FROM + joined;
  else pushInt(segments, FIXED_FROM + number);
}

function pushItem({ items }: KnownTexts, draft: RowDraft, line: number): void {
  draft.tokens += items.tokensOf(line);
  pushInt(draft.segments, line);
}

function pushOwn(draft: RowDraft, own: 'profile' | 'exposure'): void {
  const line = draft[own]?.line;
  if (line === undefined || line.ids.length === 0) return;
  draft.tokens += line.ids.length;
  pushInt(draft.segments, OWN_SEGMENT[own]);
  pushInt(draft.events, own === 'profile' ? OWN_EVENT.profile : OWN_EVENT.opening);
}

/** A heading comes wherever it changes; it is of the entry after it, and so is no fixed text. */
function pushHistory(
  { known, filling }: Pick<RowMeans, 'known' | 'filling'>,
  draft: RowDraft,
  { history }: Question,
): void {
  const { items, fixed } = known;
  let heading = -1;
  for (let i = 0; i < filling.count; i++) {
    const entry = intAt(filling.entries, i);
    const own = intAt(filling.headings, i);
    if (own !== heading) {
      draft.tokens += fixed.tokensOf(own);
      pushInt(draft.segments, FIXED_FROM + own);
    }
    heading = own;
    const line = itemLine(intAt(history.version, entry), byteAt(filling.levels, i));
    draft.tokens += items.tokensOf(line);
    pushInt(draft.segments, line);
    pushInt(draft.events, entry);
  }
}
