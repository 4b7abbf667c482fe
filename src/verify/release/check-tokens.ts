/**
 * The tokens of a row: the answer whole and alone supervised, the context kept, control tokens in
 * the frame alone.
 */
import { remember } from '../checked.ts';
import type { RuleId } from '../fault-list.ts';
import type { Profile, TokenColumn } from '../profiles/profile.ts';
import { answersOf } from '../reference/phrases.ts';
import type { Piece } from '../reference/pieces.ts';
import { fault, isSameList, type ReadRow, type ReleaseRow, type RowCase, text } from './release-row.ts';

type ReadCase = Pick<RowCase, 'list' | 'corpus'> & { readonly row: ReadRow | ReleaseRow };
type ControlCase = Omit<RowCase, 'wanted' | 'row'> & { readonly row: Pick<ReleaseRow, 'place' | 'ids' | 'answerFrom'> };

/**
 * What needs no reference: lengths (FILL-6), and the columns beside the ids (FRAME-4, FRAME-3).
 * Returns whether the supervised tokens are one run to the row's end.
 */
export function checkColumns({ row, list, corpus }: ReadCase, { columns }: Profile): boolean {
  list.look('context');
  list.look('answer');
  const { context } = corpus.identity;
  if (row.ids.length > context) {
    const detail = `${row.ids.length} tokens, the context holds ${context}`;
    list.add(row.place, { check: 'context', rule: ['FILL-6'], detail });
  }
  const wrong = columns.filter((column) => !isRight(row, column)).map(({ finding }) => finding);
  for (const finding of wrong) list.add(row.place, finding);
  if (row.count === 0) list.add(row.place, { check: 'answer', rule: ['FRAME-4'], detail: 'no token is supervised' });
  const whole = row.count > 0 && !wrong.some(({ check }) => check === 'answer');
  const { endId } = corpus.tokenizer;
  if (whole && row.ids.at(-1) !== endId) {
    const detail = `the row ends with token ${row.ids.at(-1)} instead of ${endId}`;
    list.add(row.place, { check: 'answer', rule: ['FRAME-3'], detail });
  }
  return whole;
}

function isRight({ ids, columns, answerFrom }: ReadRow | ReleaseRow, column: TokenColumn): boolean {
  const values = columns[column.name];
  return values?.length === ids.length && column.isRight(values, ids, answerFrom);
}

/**
 * The label by the rules of its form, and the answer that says it. Returns whether one was wrong.
 */
export function checkLabel(rowCase: RowCase, maskIsWhole: boolean): boolean {
  const { row, expected, reference, corpus } = rowCase;
  rowCase.list.look('label');
  const { label, task } = expected.question;
  const rule: RuleId[] = ['LABEL-2', 'LABEL-1', ...task.rules.rule];
  const actual = text(row.meta.label);
  const isWrong = actual !== label;
  if (isWrong) fault(rowCase, { check: 'label', rule, detail: `label ${actual} instead of ${label}` });
  if (!maskIsWhole) return isWrong;
  const answer = row.ids.subarray(row.answerFrom, -1);
  if (isSameList(answer, reference.ids.subarray(reference.answerFrom, -1))) return isWrong;
  const spoken = answersOf(task, expected.template, corpus.vocabulary).find((other) =>
    isSameList(answer, corpus.tokenizer.encodeAnswer(other.text)),
  );
  if (spoken === undefined) {
    const detail = `supervised are ${answer.length} tokens that are not "${reference.answer}"`;
    fault(rowCase, { check: 'answer', rule: ['TEMPLATE-3', 'FRAME-4'], detail });
  } else if (!isWrong || spoken.label !== actual) {
    fault(rowCase, { check: 'label', rule, detail: `the answer says ${spoken.label} instead of ${label}` });
  }
  return true;
}

/**
 * Control tokens are in the frame and at the end alone (TOKEN-2). Returns whether one is
 * elsewhere.
 */
export function checkControl(rowCase: ControlCase): boolean {
  const { row, corpus, reference } = rowCase;
  rowCase.list.look('control');
  const control = corpus.tokenizer.controlIds;
  if (control === undefined) return false;
  const lengthOf = (piece: Piece | undefined) => (piece?.role === 'control' ? piece.ids.length : 0);
  const head = lengthOf(reference.pieces[0]);
  const tail = lengthOf(reference.pieces.at(-3));
  const { answerFrom, ids } = row;
  const isFrame = (index: number) =>
    index < head || (index >= answerFrom - tail && index < answerFrom) || index === ids.length - 1;
  const [least, most] = remember(ranges, control, () => [Math.min(...control), Math.max(...control)]);
  let misplaced = 0;
  // Most ids are of text, and below those of control tokens or above them.
  for (; misplaced < ids.length; misplaced++) {
    const id = ids[misplaced] ?? 0;
    if (id >= least && id <= most && control.has(id) && !isFrame(misplaced)) break;
  }
  if (misplaced === ids.length) return false;
  const detail = `token ${misplaced} is the control token ${ids[misplaced]}`;
  rowCase.list.add(row.place, { check: 'control', rule: ['TOKEN-2'], detail });
  return true;
}

const ranges = new WeakMap<ReadonlySet<number>, readonly [least: number, most: number]>();

/** The rules that make any line of fields. */
const OF_A_LINE: readonly RuleId[] = ['TEXT-1', 'TEXT-2', 'TEXT-3', 'TEXT-4', 'TEXT-5', 'CUT-2', 'CUT-1'];

/** The rules that make a piece of a prompt, the likeliest first. */
function rulesOfPiece({ role, level }: Piece): RuleId[] {
  if (role === 'control') return ['FRAME-1', 'FRAME-2'];
  if (level === 'shown') return ['OPEN-7', 'TEXT-6', ...OF_A_LINE];
  if (level === 'profile') return ['ASOF-5', ...OF_A_LINE];
  if (level !== '') return [...OF_A_LINE];
  return role === 'history' ? ['HIST-6', 'HIST-1', 'TEMPLATE-3', 'FILL-3'] : ['TEMPLATE-2', 'TEMPLATE-4', 'FRAME-1'];
}

/**
 * The prompt's ids, where nothing else has told already why they differ; names the rules of the
 * piece that does.
 */
export function checkPrompt(rowCase: RowCase, explained: boolean): void {
  const { row, reference } = rowCase;
  rowCase.list.look('prompt');
  if (explained || samePrompt(rowCase)) return;
  const wanted = reference.ids.subarray(0, reference.answerFrom);
  const differs = wanted.findIndex((id, index) => id !== row.ids[index]);
  const index = differs < 0 ? wanted.length : differs;
  let end = 0;
  const piece = reference.prompt.pieces.find(({ ids }) => {
    end += ids.length;
    return end > index;
  });
  const lengths = `${row.answerFrom} prompt tokens, ${wanted.length} by the rules`;
  const detail = `${lengths}; they differ at ${index}: ${row.ids[index]} instead of ${wanted[index]}`;
  fault(rowCase, { check: 'prompt', rule: piece === undefined ? ['FRAME-1'] : rulesOfPiece(piece), detail });
}

/** Whether the ids before the answer are the reference's. */
export function samePrompt({ row, reference }: Pick<RowCase, 'row' | 'reference'>): boolean {
  return isSameList(row.ids.subarray(0, row.answerFrom), reference.ids.subarray(0, reference.answerFrom));
}

/** The whole text, tokenized at once, has the ids of its lines (TOKEN-3). */
export function checkWhole({ corpus, reference, expected, list, row }: ControlCase): void {
  const prompt = reference.prompt.pieces.map((piece) => piece.text).join('');
  const whole = corpus.tokenizer.encodeWhole?.(prompt.split('\n').slice(0, -1), expected.question.askedAt);
  if (whole !== undefined && !isSameList(whole, reference.ids.subarray(0, reference.answerFrom))) {
    const detail = 'the text tokenized at once has other ids than its lines';
    list.add(row.place, { check: 'prompt', rule: ['TOKEN-3'], detail });
  }
}
