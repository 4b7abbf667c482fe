/** Runs the reference over all members: which rows there should be, and how all questions end. */
import { type ReferenceQuestion, referenceQuestions } from '../reference/questions.ts';
import { exampleId, templatesOf } from '../reference/rows.ts';
import type { Corpus } from '../reference/tasks.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import { capLabels, type ExpectedRow, expectedRow, type ReleaseRules, splitOf, variantSplit } from './selection.ts';

/** What the rules make of a corpus for a release. */
export interface Expectation {
  /** By pseudonym of the row; all rendered rows, those that the release leaves out too. */
  readonly rows: ReadonlyMap<string, ExpectedRow>;
  /** Questions by `task fate label`, as of how far the corpus was built (LEDGER-1). */
  readonly questions: ReadonlyMap<string, number>;
}

/** What rows are expected of. */
export interface ExpectOptions {
  readonly rules: ReleaseRules;
  /** How far the corpus was built, in epoch milliseconds. */
  readonly corpusUntil: number;
  readonly report: (done: number, total: number) => void;
}

/**
 * All rows that the events make, with their ends as far as time, held-out choices and label caps
 * decide them. Prompts are not rendered here.
 */
export function expectRows(
  corpus: Corpus,
  pseudonyms: Pseudonyms,
  { rules, corpusUntil, report }: ExpectOptions,
): Expectation {
  const rows = new Map<string, ExpectedRow>();
  const questions = new Map<string, number>();
  let done = 0;
  for (const member of corpus.timelines.keys()) {
    for (const question of referenceQuestions(corpus, member, corpusUntil)) {
      const name = `${question.task.name} ${question.fate} ${question.ledgerLabel}`;
      questions.set(name, (questions.get(name) ?? 0) + 1);
      if (question.fate !== 'rendered') continue;
      const split = splitOf(question, rules);
      for (const row of templatesOf(question)) {
        const expected = expectedRow(question, row, row.variant === '' ? split : variantSplit(split));
        rows.set(pseudonyms.of('example', expected.id), expected);
      }
    }
    if (++done % 100 === 0) report(done, corpus.timelines.size);
  }
  capLabels([...rows.values()], rules);
  return { rows, questions };
}

/**
 * A question that a row of the release belongs to, which the rules do not make; the variant if it
 * is one.
 */
export interface Explanation {
  readonly question: ReferenceQuestion;
  readonly isVariant: boolean;
}

/** Rows that the rules do not make, by pseudonym: those that are of a question at all. */
export function explainRows(
  corpus: Corpus,
  pseudonyms: Pseudonyms,
  { until, unknown }: { until: number; unknown: ReadonlySet<string> },
): Map<string, Explanation> {
  const found = new Map<string, Explanation>();
  for (const member of corpus.timelines.keys()) {
    for (const question of referenceQuestions(corpus, member, until)) {
      const variants = ['', ...question.task.heldOut.map(({ id }) => `template:${id}`)];
      for (const variant of variants) {
        const id = pseudonyms.of('example', exampleId(question, variant));
        if (unknown.has(id)) found.set(id, { question, isVariant: variant !== '' });
      }
    }
  }
  return found;
}
