/** No split of a release is empty unawares (RELEASE-7). */
import { FILLED_SPLITS, type FilledSplit } from '../../schemas/ledger.ts';
import type { ReleaseSection } from '../../schemas/recipe.ts';
import { BrewhouseError } from '../errors.ts';
import type { RowEnd, SelectableRow, Selection } from './selection.ts';

/**
 * Throws `recipe_invalid` where train, validation or test has no row and `allow_empty` does not
 * name it; the remedy says which time would fill it.
 */
export function requireFilledSplits(
  rows: readonly SelectableRow[],
  { ends, until }: Pick<Selection, 'ends' | 'until'>,
  release: ReleaseSection,
): void {
  const held = new Set(ends);
  const empty = FILLED_SPLITS.filter((split) => !held.has(split) && !release.allow_empty.includes(split));
  if (empty.length === 0) return;
  const facts = factsOf(rows, ends, { until, release });
  const remedies = empty.map((split) => `${split}: ${FILLS[split](facts)}`);
  throw new BrewhouseError('recipe_invalid', `the release would have no row in ${empty.join(' and ')}`, {
    place: { field: 'release.splits' },
    remedy: `${remedies.join('; ')}; or say that it may be empty with --allow-empty ${empty.join(',')}`,
  });
}

/** What a remedy looks at: rows that no hold-out keeps from the three splits. */
interface Facts {
  readonly release: ReleaseSection;
  readonly mature: readonly SelectableRow[];
  readonly pending: readonly SelectableRow[];
  /** Label caps, budget or the remainder took a row of train. */
  readonly isTrainCut: boolean;
}

const CUT: ReadonlySet<RowEnd> = new Set(['label_capped', 'thinned', 'remainder']);

function factsOf(
  rows: readonly SelectableRow[],
  ends: readonly RowEnd[],
  { until, release }: { readonly until: number; readonly release: ReleaseSection },
): Facts {
  const free = rows.filter(
    (row) =>
      row.variant === '' && !row.heldOutSurface && !row.heldOutMember && !release.holdout_tasks.includes(row.task),
  );
  return {
    release,
    mature: free.filter((row) => row.closesAt <= until),
    pending: free.filter((row) => row.closesAt > until),
    isTrainCut: ends.some((end) => CUT.has(end)),
  };
}

/** Which time, or what else, would put a row into the split. */
const FILLS: Readonly<Record<FilledSplit, (facts: Facts) => string>> = {
  train({ mature, pending, isTrainCut }) {
    if (isTrainCut) return 'raise token_budget or label_caps, which leave it no row';
    const closed = least(mature.map((row) => row.closesAt));
    return closed === undefined ? laterUntil(pending) : `set t1 to ${told(closed)} or later`;
  },
  validation(facts) {
    const { t1, t2, gap } = facts.release.splits;
    const after = least(facts.mature.map((row) => row.askedAt).filter((t) => t >= t1 + gap));
    if (after !== undefined) return `set t2 later than ${told(after)}`;
    return earlierTime('t1', facts, (t) => t >= t1 + gap && t < t2);
  },
  test(facts) {
    const { t2, gap } = facts.release.splits;
    return earlierTime('t2', facts, (t) => t >= t2 + gap);
  },
};

/** Waits where T of a pending row is inside; else begins the split with the last mature row. */
function earlierTime(name: 't1' | 't2', facts: Facts, isInside: (t: number) => boolean): string {
  const { mature, pending, release } = facts;
  const inside = pending.filter((row) => isInside(row.askedAt));
  if (inside.length > 0) return laterUntil(inside);
  const newest = greatest(mature.map((row) => row.askedAt));
  return newest === undefined ? laterUntil(pending) : `set ${name} to ${told(newest - release.splits.gap)} or earlier`;
}

function laterUntil(rows: readonly SelectableRow[]): string {
  const closed = least(rows.map((row) => row.closesAt));
  return closed === undefined ? 'no rendered row can be in it' : `set until to ${told(closed)} or later`;
}

function told(time: number): string {
  return new Date(time).toISOString();
}

function least(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((a, b) => Math.min(a, b));
}

function greatest(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((a, b) => Math.max(a, b));
}
