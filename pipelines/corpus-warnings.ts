/** What a person should know of the questions of a corpus, whatever became of them. */
import type { QuestionFate } from '../schemas/ledger.ts';
import { ownValue } from '../schemas/names.ts';
import { type CorpusSummary, questionsByFate } from '../src/corpus/corpus-summary.ts';
import type { TaskRules } from '../src/forms/task-rules.ts';
import { grouped, percent } from '../src/grouped.ts';

/** The counts of a corpus that are looked at. */
export type CountedQuestions = Pick<CorpusSummary, 'questions' | 'alikeAfterCut'>;

/**
 * Questions about items that no event defines: above this share something is wrong with the item
 * events.
 */
const UNKNOWN_ITEMS_WARN = 0.005;
/** Points by which one label may lose more of its questions than another. */
const LOSS_WARN = 1;
/** A task that loses more than this share of its questions is not what the recipe meant. */
const LOST_WARN = 0.5;

/** One sentence each; none where all is well. `tasks` are those of the corpus. */
export function corpusWarnings(
  corpus: CountedQuestions,
  tasks: readonly Pick<TaskRules, 'name' | 'block' | 'choosesItems' | 'isSparse'>[],
): string[] {
  const saysItems = tasks.filter(({ block }) => block === 'item');
  return [
    ...unknownItems(corpus),
    ...tasks.filter(({ choosesItems }) => choosesItems).flatMap((task) => mostlyLost(task, corpus)),
    ...saysItems.flatMap(({ name }) => lossWarning(name, corpus)),
    ...alikeOnes(corpus),
  ];
}

/**
 * A task that draws, most of whose questions nothing could be drawn for: items have no time, or are
 * few.
 */
function mostlyLost({ name, isSparse }: Pick<TaskRules, 'name' | 'isSparse'>, { questions }: CountedQuestions) {
  const fates = ownValue(questions, name) ?? {};
  const count = (fate: QuestionFate) => Object.values(fates[fate] ?? {}).reduce((sum, each) => sum + each, 0);
  const [unknown, few] = [count('item_unknown'), count('too_few_candidates')];
  const lost = unknown + (isSparse === true ? 0 : few);
  const all = count('rendered') + unknown + few;
  if (lost <= LOST_WARN * all) return [];
  const fewer = few > 0 ? 'ask for fewer candidates, or ' : '';
  return [
    `${name} loses ${grouped(lost)} of ${grouped(all)} questions (${grouped(unknown)} item_unknown, ${grouped(few)} ` +
      `too_few_candidates): it draws among items known by then, and those without a time never are; ${fewer}` +
      'date items: event_time in the mapping (a column, or one value with because), or --first-seen',
  ];
}

function unknownItems(corpus: CountedQuestions): string[] {
  const { rendered, item_unknown: unknown } = questionsByFate(corpus);
  const share = unknown / Math.max(1, rendered + unknown);
  if (share <= UNKNOWN_ITEMS_WARN) return [];
  return [
    `${percent(unknown, rendered + unknown)} of the questions that were not capped ask about items that ` +
      'no event had defined by then (item_unknown)',
  ];
}

/** Candidates that differ, in words that were cut off (CAND-9). */
function alikeOnes({ alikeAfterCut }: CountedQuestions): string[] {
  return Object.entries(alikeAfterCut).map(
    ([task, count]) =>
      `${task} has ${grouped(count)} questions in which two candidates read alike once their lines are cut: ` +
      'raise levels.question in the recipe, or begin the item line with what tells items apart',
  );
}

/**
 * A label that loses more of its questions than another tells something about the label. Of tasks
 * whose labels are letters nothing is said: a letter does not say which action was lost.
 */
function lossWarning(task: string, { questions }: CountedQuestions): string[] {
  const lost = new Map<string, number>();
  const all = new Map<string, number>();
  for (const [fate, labels] of Object.entries(ownValue(questions, task) ?? {})) {
    if (fate === 'pending' || fate === 'capped') continue;
    for (const [label, count] of Object.entries(labels)) {
      all.set(label, (all.get(label) ?? 0) + count);
      if (fate !== 'rendered') lost.set(label, (lost.get(label) ?? 0) + count);
    }
  }
  const rates = [...all].map(([label, count]) => [label, (100 * (lost.get(label) ?? 0)) / count] as const);
  const most = rates.reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0] as const);
  const least = rates.reduce((a, b) => (b[1] < a[1] ? b : a), ['', 100] as const);
  if (rates.length < 2 || most[1] - least[1] <= LOSS_WARN) return [];
  return [
    `${task} loses ${most[1].toFixed(1)} % of ${most[0]} and ${least[1].toFixed(1)} % of ${least[0]}: ` +
      'dropped rows differ by label',
  ];
}
