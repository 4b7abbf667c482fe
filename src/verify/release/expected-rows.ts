/** Runs the reference over all members: which rows there should be, and how all questions end. */
import { referenceQuestions } from '../reference/questions.ts';
import { exampleId, templatesOf } from '../reference/rows.ts';
import type { World } from '../reference/world.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import { capLabels, type ExpectedRow, expectedRow, type ReleaseRules, splitOf } from './selection.ts';

/** task -> fate -> label -> questions. */
export type QuestionCounts = Record<string, Record<string, Record<string, number>>>;

export interface Expectation {
  /** By pseudonym of the row; all rendered rows, those that the release leaves out too. */
  readonly rows: ReadonlyMap<string, ExpectedRow>;
  /** As of `corpusUntil`. */
  readonly questions: QuestionCounts;
}

/**
 * All rows that the events make, with their ends as far as time, held-out choices and label caps decide them. `corpusUntil`
 * is how far the corpus was built. Prompts are not rendered here.
 */
export function expectRows(
  world: World,
  pseudonyms: Pseudonyms,
  rules: ReleaseRules,
  options: { corpusUntil: number; report: (done: number, total: number) => void },
): Expectation {
  const rows = new Map<string, ExpectedRow>();
  const questions: QuestionCounts = {};
  let done = 0;
  for (const member of world.timelines.keys()) {
    for (const question of referenceQuestions(world, member, options.corpusUntil)) {
      count(questions, [question.task.name, question.fate, question.ledgerLabel]);
      if (question.fate !== 'rendered') continue;
      const split = splitOf(world, question, rules);
      for (const { template, variant } of templatesOf(world, question)) {
        let end = split;
        if (variant !== '' && split !== 'after_until') end = split === 'test' ? 'test_template' : 'variant_left_out';
        const row = expectedRow(world, question, { templateId: template.id, variant }, end);
        rows.set(pseudonyms.of('example', row.id), row);
      }
    }
    if (++done % 100 === 0) options.report(done, world.timelines.size);
  }
  capLabels(world, [...rows.values()], rules);
  return { rows, questions };
}

function count(counts: QuestionCounts, [task, fate, label]: [string, string, string]): void {
  counts[task] ??= {};
  counts[task][fate] ??= {};
  counts[task][fate][label] = (counts[task][fate][label] ?? 0) + 1;
}

/** What rows that the rules do not make would be: their question's fate by pseudonym, for those that are questions at all. */
export function explainRows(
  world: World,
  pseudonyms: Pseudonyms,
  until: number,
  unknown: ReadonlySet<string>,
): Map<string, string> {
  const fates = new Map<string, string>();
  for (const member of world.timelines.keys()) {
    for (const question of referenceQuestions(world, member, until)) {
      const variants = ['', ...question.task.heldOut.map(({ id }) => `template:${id}`)];
      for (const variant of variants) {
        const id = pseudonyms.of('example', exampleId(question, variant));
        if (unknown.has(id)) fates.set(id, variant === '' ? question.fate : 'a variant that no draw asks for');
      }
    }
  }
  return fates;
}
