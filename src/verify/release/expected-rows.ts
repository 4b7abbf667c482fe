/** Runs the reference over all members: which rows there should be, and how all questions end. */
import type { FaultList } from '../fault-list.ts';
import { type ReferenceQuestion, referenceQuestions } from '../reference/questions.ts';
import { alikeAfterCut, exampleId, templatesOf } from '../reference/rows.ts';
import type { Corpus } from '../reference/tasks.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import type { OpenRelease } from './release-files.ts';
import { capLabels, type ExpectedRow, expectedRow, splitOf, variantSplit } from './selection.ts';
import { countUp, type Tally } from './tallies.ts';

/** A release, and what it is checked against. */
export interface ReleaseCase {
  readonly release: OpenRelease;
  readonly corpus: Corpus;
  readonly pseudonyms: Pseudonyms;
  readonly list: FaultList;
}

/** Says how far a check is. */
export type Report = (done: number, total: number) => void;

/** What the rules make of a corpus for a release, with the case that it is of. */
export interface Expectation extends ReleaseCase {
  /** By pseudonym of the row; all rendered rows, those that the release leaves out too. */
  readonly rows: ReadonlyMap<string, ExpectedRow>;
  /** Questions by task, fate and label, as of how far the corpus was built (LEDGER-1). */
  readonly questions: Tally;
  /** Rendered questions by task whose candidates read alike once they are cut (LEDGER-1). */
  readonly alike: Tally;
}

/**
 * All rows that the events make, with their ends as far as time, held-out choices and label caps
 * decide them. Prompts are not rendered here. `builtTo`: how far the corpus was built, where that
 * is not all.
 */
export function expectRows(releaseCase: ReleaseCase, report: Report, builtTo?: number | null): Expectation {
  const { corpus, pseudonyms } = releaseCase;
  const { manifest } = releaseCase.release;
  const corpusUntil = Math.max(builtTo ?? Number.POSITIVE_INFINITY, manifest.until);
  const rows = new Map<string, ExpectedRow>();
  const questions = new Map<string, number>();
  const rendered: ReferenceQuestion[] = [];
  let done = 0;
  for (const member of corpus.timelines.keys()) {
    for (const question of referenceQuestions(corpus, member, corpusUntil)) {
      countUp(questions, question.task.name, question.fate, question.ledgerLabel);
      if (question.fate !== 'rendered') continue;
      rendered.push(question);
      const split = splitOf(question, manifest);
      for (const row of templatesOf(question)) {
        const expected = expectedRow(question, row, row.variant === '' ? split : variantSplit(split));
        rows.set(pseudonyms.of('example', expected.id), expected);
      }
    }
    if (++done % 100 === 0) report(done, corpus.timelines.size);
  }
  capLabels([...rows.values()], manifest);
  const alike = new Map<string, number>();
  for (const { task } of alikeAfterCut(corpus, rendered)) countUp(alike, task.name);
  return { ...releaseCase, rows, questions, alike };
}

/**
 * Rows that the rules do not make, by pseudonym, as far as they are of a question at all: with it,
 * and whether they are variants of it.
 */
export function explainRows({ release, corpus, pseudonyms }: ReleaseCase, unknown: ReadonlySet<string>) {
  const found = new Map<string, { question: ReferenceQuestion; isVariant: boolean }>();
  for (const member of corpus.timelines.keys()) {
    for (const question of referenceQuestions(corpus, member, release.manifest.until)) {
      const variants = ['', ...question.task.heldOut.map(({ id }) => `template:${id}`)];
      for (const variant of variants) {
        const id = pseudonyms.of('example', exampleId(question, variant));
        if (unknown.has(id)) found.set(id, { question, isVariant: variant !== '' });
      }
    }
  }
  return found;
}
