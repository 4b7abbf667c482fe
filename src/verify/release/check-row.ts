/**
 * Checks one row of a release against the reference, and explains rows that the rules do not make.
 */
import type { Finding, RuleId } from '../fault-list.ts';
import type { ReferenceQuestion } from '../reference/questions.ts';
import { referenceRow } from '../reference/rows.ts';
import { checkFuture } from './check-future.ts';
import { checkHistory, checkLedger } from './check-history.ts';
import { checkCandidates, checkOrigin, checkPseudonyms } from './check-origin.ts';
import { checkSidecar } from './check-sidecar.ts';
import { checkControl, checkLabel, checkPrompt, checkWhole, samePrompt } from './check-tokens.ts';
import { type ReleaseRow, type RowCase, type SharedCase, wantedSegments } from './release-row.ts';
import type { ExpectedRow } from './selection.ts';

/** What is known of a row before it is checked. */
export interface KnownOfRow {
  readonly expected: ExpectedRow;
  readonly maskIsWhole: boolean;
  /** Whether its text is tokenized as a whole too. */
  readonly whole: boolean;
}

/** All checks of one row that the rules make, the most telling first. */
export function checkRow(shared: SharedCase, row: ReleaseRow, known: KnownOfRow): void {
  const { expected, maskIsWhole, whole } = known;
  const reference = referenceRow(expected.question, expected.template);
  const { list, pseudonyms } = shared;
  const rowCase: RowCase = { ...shared, row, expected, reference, wanted: wantedSegments(reference, pseudonyms) };
  if (expected.variant !== '') list.look('variants');
  const future = checkFuture(rowCase);
  const candidates = !future && checkCandidates(rowCase);
  const label = !candidates && checkLabel(rowCase, maskIsWhole);
  const control = checkControl(rowCase);
  // What its numbers are not was told by whoever read it.
  const unnumbered = row.wrong.length > 0;
  const history = !future && !unnumbered && checkHistory(rowCase);
  const explained = future || candidates || control || history || unnumbered;
  checkPrompt(rowCase, explained);
  checkOrigin(rowCase, explained || label || !samePrompt(rowCase));
  if (!explained) checkLedger(rowCase);
  checkSidecar(rowCase, explained);
  checkPseudonyms(rowCase);
  if (whole) checkWhole(rowCase);
}

/** The checks of a row that says what the rules make of it: what there is beside that. */
export function checkSameRow(rowCase: SameRowCase, whole: boolean): void {
  const { list, expected } = rowCase;
  for (const check of OF_A_ROW) list.look(check);
  if (expected.variant !== '') list.look('variants');
  checkControl(rowCase);
  if (whole) checkWhole(rowCase);
}

/** A row of which the reference has all. */
type SameRowCase = Omit<RowCase, 'wanted' | 'row'> & { readonly row: Pick<ReleaseRow, 'place' | 'ids' | 'answerFrom'> };

/** What `checkRow` looks at in a row that has no fault, but for variants and control tokens. */
const OF_A_ROW = [
  ...(['future', 'candidates', 'label', 'history', 'prompt', 'origin', 'ledger', 'sidecar', 'pseudonym'] as const),
];

const IMMATURE: readonly RuleId[] = ['LABEL-4', 'SPLIT-1'];

/** The rules that end a question so (OPEN-6), but those of its form. */
const RULE_OF_FATE: Readonly<Record<string, readonly RuleId[]>> = {
  capped: ['OPEN-5'],
  item_unknown: ['OPEN-6', 'ASOF-4', 'CAND-1', 'EVENT-4'],
  too_few_candidates: ['OPEN-6'],
};

function rulesOfFate({ fate, task }: ReferenceQuestion): readonly RuleId[] {
  return [...(RULE_OF_FATE[fate] ?? []), ...(fate === 'too_few_candidates' ? task.rules.rule : [])];
}

/** The question that a stranger is of, as far as there is one. */
export interface FoundQuestion {
  readonly isVariant: boolean;
  readonly fate: ReferenceQuestion['fate'];
  readonly rules: readonly RuleId[];
}

/** What is found of a question. */
export function foundQuestion(question: ReferenceQuestion, isVariant: boolean): FoundQuestion {
  return { isVariant, fate: question.fate, rules: rulesOfFate(question) };
}

/**
 * Why the rules do not make a row: there is no such question, or it ended otherwise; `toldSo`:
 * whether its sidecar calls it a variant.
 */
export function strangeFinding(toldSo: boolean, found: FoundQuestion | undefined): Finding {
  const { isVariant = toldSo } = found ?? {};
  if (isVariant) {
    const detail = found === undefined ? 'no question has this variant' : 'a variant that no draw asks for';
    return { check: 'variants', rule: ['TEMPLATE-1'], detail };
  }
  if (found?.fate === 'pending') {
    return { check: 'future', rule: IMMATURE, detail: 'the label of this question is not mature at until' };
  }
  const detail = found === undefined ? 'no such question opens' : `this question is ${found.fate}`;
  return { check: 'question', rule: found?.rules ?? UNOPENED, detail };
}

/**
 * What a question breaks that no opening asks: the rules of what opens, and of which events there
 * are.
 */
const UNOPENED: readonly RuleId[] = [
  ...(['OPEN-1', 'OPEN-2', 'OPEN-3', 'CHOOSE-1', 'PAIR-1'] as const),
  ...(['EVENT-3', 'EVENT-4', 'EVENT-5', 'EVENT-6'] as const),
];
