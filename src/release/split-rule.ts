/** The split of a row by time and hold-out, before anything takes rows of train away (SPLIT-1). */
import { type RowFate, SPLITS, type Split } from '../../schemas/ledger.ts';
import type { ReleaseSection } from '../../schemas/recipe.ts';

/** A split, a fate, or null for a variant that no split holds. */
export type RowEnd = Split | RowFate | null;

/** What decides the split of an ordinary row; times are epoch ms. */
export interface SplitFacts {
  readonly task: string;
  readonly askedAt: number;
  /** From when on the question is mature (LABEL-3). */
  readonly closesAt: number;
  readonly heldOutMember: boolean;
  readonly heldOutSurface: boolean;
}

/** What splits are made by; `until` is epoch ms. */
export interface SplitRules {
  readonly release: Pick<ReleaseSection, 'splits' | 'holdout_tasks'>;
  readonly until: number;
}

const HELD_SPLITS: ReadonlySet<string> = new Set(SPLITS);

/** Whether a row ends in a split. */
export function isSplit(end: RowEnd): end is Split {
  return end !== null && HELD_SPLITS.has(end);
}

/** The split before caps and budget; a variant's by SPLIT-4. */
export function splitOf(row: SplitFacts & { readonly variant: string }, rules: SplitRules): RowEnd {
  const end = ordinarySplitOf(row, rules);
  if (row.variant === '') return end;
  return end === 'test' ? 'test_template' : null;
}

/** The tests in the order of SPLIT-1: held-out ones of SPLIT-3, then time (SPLIT-2). */
export function ordinarySplitOf(row: SplitFacts, { release, until }: SplitRules): Split | RowFate {
  const { t1, t2, gap } = release.splits;
  if (row.closesAt > until) return 'after_until';
  if (row.heldOutSurface) return row.askedAt >= t2 + gap ? 'test_surface' : 'held_out';
  if (release.holdout_tasks.includes(row.task)) return row.askedAt >= t2 + gap ? 'test_task' : 'held_out';
  if (row.heldOutMember) return row.askedAt >= t1 + gap ? 'test_members' : 'held_out';
  if (row.closesAt <= t1) return 'train';
  if (row.askedAt >= t1 + gap && row.askedAt < t2) return 'validation';
  return row.askedAt >= t2 + gap ? 'test' : 'in_gap';
}
