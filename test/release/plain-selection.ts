/**
 * The selection of rows in the words of RELEASE-1 to RELEASE-4, with all rows in memory and every
 * order sorted out: what the one by passes is held to.
 */
import { nth } from '../../src/checked.ts';
import type { SelectableRow, SelectionRules } from '../../src/release/selection.ts';
import { shardCount } from '../../src/release/shard-plan.ts';
import { type RowEnd, splitOf } from '../../src/release/split-rule.ts';
import { shareBudget } from '../../src/release/token-budget.ts';
import { compareDraws, draw } from '../../src/timeline/draws.ts';

export interface PlainSelection {
  readonly ends: readonly RowEnd[];
  /** By task and label, of the caps that took a row. */
  readonly keepShares: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Undefined where a shard of train would have no row. */
  readonly trainShards: number | undefined;
}

export function selectPlainly(rows: readonly SelectableRow[], rules: SelectionRules, drawOf = draw): PlainSelection {
  const { seed, release } = rules;
  const ends = rows.map((row) => splitOf(row, rules));
  const inTrain = (test: (row: SelectableRow) => boolean) =>
    [...rows.keys()].filter((i) => ends[i] === 'train' && test(nth(rows, i)));
  const inOrder = (positions: readonly number[], purpose: string, keyOf: (row: SelectableRow) => string[]) =>
    positions
      .map((i) => ({ i, key: keyOf(nth(rows, i)), drawn: drawOf(seed, purpose, keyOf(nth(rows, i))) }))
      .sort(compareDraws)
      .map(({ i }) => i);
  const inThinOrder = (positions: readonly number[]) => inOrder(positions, 'thin', (row) => [row.key, row.variant]);

  const keepShares = new Map<string, Map<string, number>>();
  for (const [task, caps] of Object.entries(release.label_caps)) {
    for (const [label, most] of Object.entries(caps)) {
      const all = inTrain((row) => row.task === task && row.label === label);
      if (all.length <= most) continue;
      for (const i of inOrder(all, 'label_cap', (row) => [row.key]).slice(most)) ends[i] = 'label_capped';
      keepShares.set(task, (keepShares.get(task) ?? new Map<string, number>()).set(label, most / all.length));
    }
  }

  if (release.token_budget !== 'none') {
    const byTask = Map.groupBy(
      inTrain(() => true),
      (i) => nth(rows, i).task,
    );
    const need = (of: readonly number[]) => of.reduce((sum, i) => sum + nth(rows, i).tokens, 0);
    const needs = new Map([...byTask].map(([task, of]) => [task, need(of)]));
    const allowances = shareBudget(release.token_budget, needs, release.weights);
    for (const [task, of] of byTask) {
      let left = allowances.get(task)!;
      let stopped = false;
      for (const i of inThinOrder(of)) {
        const { tokens } = nth(rows, i);
        stopped ||= tokens > left;
        if (stopped) ends[i] = 'thinned';
        else left -= tokens;
      }
    }
  }

  const train = inTrain(() => true);
  const tokens = train.reduce((sum, i) => sum + nth(rows, i).tokens, 0);
  const trainShards = release.train_shards ?? shardCount(tokens, train.length);
  if (train.length > 0 && train.length < trainShards) return { ends, keepShares, trainShards: undefined };
  for (const i of inThinOrder(train).slice(train.length - (train.length % trainShards))) ends[i] = 'remainder';
  return { ends, keepShares, trainShards };
}
