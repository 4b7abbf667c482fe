/** Headings of history lines: by a number each, so that no text is made for an entry twice. */
import { TIME_UNKNOWN } from '../../schemas/event.ts';
import type { Template } from '../../schemas/template.ts';
import type { Slots } from '../forms/form.ts';
import type { TaskRules } from '../forms/task-rules.ts';
import type { Vocabulary } from '../timeline/vocabulary.ts';
import { AGE_EXAMPLES, agePhrase, coarseAge, fillSlots, groupPhrase } from './phrases.ts';

/** How a template heads the entries of a history. */
export interface HeadingRules {
  /**
   * Number of the heading at T of an entry with this rank and event_time, both epoch ms; equal
   * numbers are equal texts.
   */
  numberOf(rank: number, at: number, t: number): number;
  /** The text with this number. */
  textOf(number: number): string;
  /** Number of the group of entries with this rank in the order of display. */
  groupOf(rank: number): number;
  /** All headings that there can be, of numbers of days, weeks and months one each. */
  examples(): readonly string[];
}

/** What the headings are told by. */
export interface HeadingScope {
  /** The headings with their slots open; those that every line has are in `slots`. */
  readonly history: { readonly group: string; readonly dated: string; readonly undated: string };
  readonly slots: Slots;
  readonly vocabulary: Vocabulary;
}

/**
 * Headings are groups or ages, as the task's order is by action or by time (FILL-3, TEMPLATE-3).
 */
export function headingRules(template: Template, task: TaskRules, scope: HeadingScope): HeadingRules {
  const { history, vocabulary, slots } = scope;
  const ranks = vocabulary.noneRank + 1;
  const groups = new Int32Array(ranks);
  for (const [group, rank] of [...vocabulary.displayOrder, vocabulary.noneRank].entries()) groups[rank] = group;
  const groupOf = (rank: number) => groups[rank] ?? -1;
  const allRanks = [...groups.keys()];
  if (task.order === 'by_action') {
    const textOf = (rank: number) =>
      fillSlots(template, history.group, { ...slots, group: () => groupPhrase(rank, vocabulary) });
    return { numberOf: (rank) => rank, textOf, groupOf, examples: () => allRanks.map(textOf) };
  }
  const ageOf = (at: number, t: number) => (at === TIME_UNKNOWN ? 0 : 1 + coarseAge(t, at));
  const textOf = (number: number) => {
    const age = Math.floor(number / ranks);
    const own = { ...slots, action: () => vocabulary.spokenOf(number % ranks) };
    if (age === 0) return fillSlots(template, history.undated, own);
    return fillSlots(template, history.dated, { ...own, age: () => agePhrase(template, age - 1) });
  };
  const ages = [0, ...AGE_EXAMPLES.map((age) => 1 + age)];
  const examples = () => ages.flatMap((age) => allRanks.map((rank) => textOf(age * ranks + rank)));
  return { numberOf: (rank, at, t) => ageOf(at, t) * ranks + rank, textOf, groupOf, examples };
}
