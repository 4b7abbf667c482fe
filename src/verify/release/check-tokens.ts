/** The tokens of a row: the answer whole and alone supervised, the context kept, control tokens in the frame alone. */
import { answerText } from '../reference/phrases.ts';
import { answerLabels } from '../reference/tasks.ts';
import { fault, IGNORED, type ReleaseRow, type RowCase, text } from './release-row.ts';

/** Index of the first supervised token; the row's length where there is none. */
export function answerStart(row: ReleaseRow): number {
  const { labels } = row;
  for (let i = 0; i < labels.length; i++) if (labels[i] !== IGNORED) return i;
  return row.ids.length;
}

/** What needs no reference: lengths and the shape of the mask. Returns whether the mask is one run to the row's end. */
export function checkMask(rowCase: Pick<RowCase, 'row' | 'list' | 'world'>): boolean {
  const { row, list, world } = rowCase;
  list.look('context');
  list.look('answer');
  if (row.ids.length > world.identity.context) {
    list.add('context', row.place, `${row.ids.length} tokens, the context holds ${world.identity.context}`);
  }
  const from = answerStart(row);
  const { ids, labels } = row;
  const whole = labels.length === ids.length && from < ids.length && sameIds(labels.subarray(from), ids.subarray(from));
  if (!whole) {
    list.add('answer', row.place, 'supervised tokens are not one run up to the end of the row that repeats its ids');
  } else if (row.ids.at(-1) !== world.tokenizer.endId) {
    list.add('answer', row.place, `the row ends with token ${row.ids.at(-1)} instead of ${world.tokenizer.endId}`);
  }
  return whole;
}

/** Label and answer: a wrong label is one, even where the answer spells another one out. Returns whether one was wrong. */
export function checkLabel(rowCase: RowCase, maskIsWhole: boolean): boolean {
  const { row, expected, reference, world } = rowCase;
  rowCase.list.look('label');
  const { label, task } = expected.question;
  const actual = text(row.meta.label);
  let wrong = actual !== label;
  if (wrong) fault(rowCase, 'label', `label ${actual} instead of ${label}`);
  if (!maskIsWhole) return wrong;
  const answer = row.ids.subarray(answerStart(row), -1);
  if (sameIds(answer, reference.ids.subarray(reference.answerFrom, -1))) return wrong;
  const spoken = answerLabels(task, world.vocabulary).find((other) =>
    sameIds(answer, world.tokenizer.encodeAnswer(answerText(reference.template, world.vocabulary, other))),
  );
  if (spoken === undefined)
    fault(rowCase, 'answer', `supervised are ${answer.length} tokens that are not "${reference.answer}"`);
  else if (!wrong || spoken !== actual) fault(rowCase, 'label', `the answer says ${spoken} instead of ${label}`);
  wrong = true;
  return wrong;
}

/** Control tokens stand in the frame and at the end. Returns whether one stands elsewhere. */
export function checkControl(rowCase: RowCase): boolean {
  const { row, world, reference } = rowCase;
  rowCase.list.look('control');
  const control = world.tokenizer.controlIds;
  if (control === undefined) return false;
  const head = reference.pieces[0]?.role === 'control' ? reference.pieces[0].ids.length : 0;
  const beforeAnswer = reference.pieces.at(-3);
  const tail = beforeAnswer?.role === 'control' ? beforeAnswer.ids.length : 0;
  const from = answerStart(row);
  const isFrame = (at: number) => at < head || (at >= from - tail && at < from) || at === row.ids.length - 1;
  let misplaced = -1;
  for (let at = 0; at < row.ids.length && misplaced < 0; at++) {
    if (control.has(row.ids[at]!) && !isFrame(at)) misplaced = at;
  }
  if (misplaced >= 0) fault(rowCase, 'control', `token ${misplaced} is the control token ${row.ids[misplaced]}`);
  return misplaced >= 0;
}

/** The prompt's ids, where nothing else has told already why they differ. */
export function checkPrompt(rowCase: RowCase, explained: boolean): void {
  const { row, reference } = rowCase;
  rowCase.list.look('prompt');
  const from = answerStart(row);
  const wanted = reference.ids.subarray(0, reference.answerFrom);
  if (explained || samePrompt(rowCase)) return;
  const at = wanted.findIndex((id, index) => id !== row.ids[index]);
  const place = at < 0 ? wanted.length : at;
  fault(
    rowCase,
    'prompt',
    `${from} prompt tokens, ${wanted.length} by the rules; they differ at ${place}: ${row.ids[place]} instead of ${wanted[place]}`,
  );
}

/** Whether the ids before the answer are the reference's. */
export function samePrompt({ row, reference }: RowCase): boolean {
  return sameIds(row.ids.subarray(0, answerStart(row)), reference.ids.subarray(0, reference.answerFrom));
}

export function sameIds(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
