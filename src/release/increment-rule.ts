/** How a row ends in an increment (INCREMENT-2, INCREMENT-4). */
import { draw, inShare, keyWith } from '../timeline/draws.ts';
import type { RowEnd, SplitFacts } from './split-rule.ts';

/** What decides it: plain data. */
export interface IncrementRules {
  /** The `until` of what it goes on from, epoch ms. */
  readonly since: number;
  /** Keys of the questions that close by then and are in train all the same: changed, or new. */
  readonly fresh: ReadonlySet<string>;
  /** Share of the others that come again. */
  readonly replay: number;
}

/** What of a row is looked at. */
export type IncrementFacts = SplitFacts & { readonly key: string; readonly variant: string };

/** Whether a row is of train where t1 is `until`. */
export function isTrainRow(
  { task, variant, closesAt, heldOutMember, heldOutSurface }: Omit<IncrementFacts, 'key'>,
  { until, heldOutTasks }: { readonly until: number; readonly heldOutTasks: readonly string[] },
): boolean {
  return variant === '' && closesAt <= until && !heldOutSurface && !heldOutMember && !heldOutTasks.includes(task);
}

/** The end of any row; `until` and `heldOutTasks` are those of the increment. */
export function incrementEndOf(
  row: IncrementFacts,
  rules: IncrementRules & { readonly seed: number; readonly until: number; readonly heldOutTasks: readonly string[] },
): RowEnd {
  const { key, variant, closesAt } = row;
  if (variant !== '') return null;
  if (closesAt > rules.until) return 'after_until';
  if (!isTrainRow(row, rules)) return 'held_out';
  if (closesAt > rules.since || rules.fresh.has(key)) return 'train';
  return inShare(draw(rules.seed, 'replay', keyWith(key, variant)), rules.replay) ? 'replay' : 'before_since';
}
