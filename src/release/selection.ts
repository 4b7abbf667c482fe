/** Which rendered rows a release holds and where, decided in the order of RELEASE-1. Pure. */

import { compareUtf8 } from '../../schemas/byte-order.ts';
import { type RowFate, SPLITS, type Split } from '../../schemas/ledger.ts';
import { ownValue } from '../../schemas/names.ts';
import type { ReleaseSection } from '../../schemas/recipe.ts';
import { UNIT_SEPARATOR } from '../../schemas/rows.ts';
import { nth } from '../checked.ts';
import { BrewhouseError } from '../errors.ts';
import { inDrawOrder, millionths } from '../timeline/draws.ts';
import { shardCount } from './shard-plan.ts';

/** What a row needs to be chosen: about 100 bytes and its key, whatever its length in tokens. */
export interface SelectableRow {
  /** Question key, parts joined by U+001F. */
  readonly key: string;
  readonly variant: string;
  readonly task: string;
  readonly label: string;
  readonly askedAt: number;
  /** From when on the question is mature, epoch ms (LABEL-3). */
  readonly closesAt: number;
  readonly tokens: number;
  readonly heldOutMember: boolean;
  readonly heldOutSurface: boolean;
}

/** A split, a fate, or null for a variant that no split holds. */
export type RowEnd = Split | RowFate | null;

/** What was chosen. */
export interface Selection {
  /** One a row, in the order given. */
  readonly ends: readonly RowEnd[];
  /** Share of train rows that the label cap kept, by task and label (RELEASE-2). */
  keepShare(task: string, label: string): number;
  readonly trainShards: number;
  readonly until: number;
}

/** What a selection is made by; `until` is epoch ms. */
export interface SelectionRules {
  readonly seed: number;
  readonly release: ReleaseSection;
  readonly until: number;
}

const HELD_SPLITS: ReadonlySet<string> = new Set(SPLITS);

/** Whether a row ends in a split. */
export function isSplit(end: RowEnd): end is Split {
  return end !== null && HELD_SPLITS.has(end);
}

/**
 * Chooses among all rows of a corpus (RELEASE-1); the remainder, of RELEASE-4, is taken off last.
 * Bound: one small object a row in memory.
 */
export function selectRows(rows: readonly SelectableRow[], rules: SelectionRules): Selection {
  const ends = rows.map((row) => splitOf(row, rules));
  const kept = capLabels(rows, ends, rules);
  spendBudget(rows, ends, rules);
  const train = positionsOf(ends, 'train');
  const tokens = train.reduce((sum, i) => sum + nth(rows, i).tokens, 0);
  const trainShards = rules.release.train_shards ?? shardCount(tokens, train.length);
  requireRows(train.length, rules.release);
  const surplus = train.length % trainShards;
  for (const i of inThinOrder(rows, train, rules.seed).slice(train.length - surplus)) ends[i] = 'remainder';
  return {
    ends,
    trainShards,
    until: rules.until,
    keepShare: (task, label) => kept.get(`${task}${UNIT_SEPARATOR}${label}`) ?? 1,
  };
}

/** Throws `recipe_invalid` where a shard of train would be empty. */
function requireRows(rows: number, { train_shards: shards = 1 }: ReleaseSection): void {
  if (rows === 0 || rows >= shards) return;
  throw new BrewhouseError('recipe_invalid', `train has ${rows} rows, too few for ${shards} shards`, {
    place: { field: 'release.train_shards' },
    remedy: `set train_shards to ${rows} or less, or leave it out`,
  });
}

/** The split by time and hold-out, before caps and budget; a variant's by SPLIT-4. */
function splitOf(row: SelectableRow, rules: SelectionRules): RowEnd {
  const end = ordinarySplitOf(row, rules);
  if (row.variant === '') return end;
  return end === 'test' ? 'test_template' : null;
}

/** What decides the split of an ordinary row. */
export type SplitFacts = Pick<SelectableRow, 'task' | 'askedAt' | 'closesAt' | 'heldOutMember' | 'heldOutSurface'>;

/** The tests in the order of SPLIT-1: held-out ones of SPLIT-3, then time (SPLIT-2). */
export function ordinarySplitOf(row: SplitFacts, { release, until }: Omit<SelectionRules, 'seed'>): RowEnd {
  const { t1, t2, gap } = release.splits;
  if (row.closesAt > until) return 'after_until';
  if (row.heldOutSurface) return row.askedAt >= t2 + gap ? 'test_surface' : 'held_out';
  if (release.holdout_tasks.includes(row.task)) return row.askedAt >= t2 + gap ? 'test_task' : 'held_out';
  if (row.heldOutMember) return row.askedAt >= t1 + gap ? 'test_members' : 'held_out';
  if (row.closesAt <= t1) return 'train';
  if (row.askedAt >= t1 + gap && row.askedAt < t2) return 'validation';
  return row.askedAt >= t2 + gap ? 'test' : 'in_gap';
}

/**
 * Caps train rows by label (RELEASE-2): those with the least draw stay. Returns the shares kept.
 */
function capLabels(rows: readonly SelectableRow[], ends: RowEnd[], { release, seed }: SelectionRules) {
  const kept = new Map<string, number>();
  for (const [task, caps] of Object.entries(release.label_caps)) {
    for (const [label, most] of Object.entries(caps)) {
      const isOf = (row: SelectableRow) => row.task === task && row.label === label;
      const all = positionsOf(ends, 'train').filter((i) => isOf(nth(rows, i)));
      if (all.length <= most) continue;
      const drawn = inDrawOrder(all, (i) => nth(rows, i).key.split(UNIT_SEPARATOR), { seed, purpose: 'label_cap' });
      for (const i of drawn.slice(most)) ends[i] = 'label_capped';
      kept.set(`${task}${UNIT_SEPARATOR}${label}`, most / all.length);
    }
  }
  return kept;
}

/** Takes each task's train rows in order of draw `thin` (RELEASE-3). */
function spendBudget(rows: readonly SelectableRow[], ends: RowEnd[], { release, seed }: SelectionRules): void {
  if (release.token_budget === 'none') return;
  const byTask = Map.groupBy(positionsOf(ends, 'train'), (i) => nth(rows, i).task);
  const needs = [...byTask].map(([task, of]) => ({
    task,
    weight: BigInt(millionths(ownValue(release.weights, task) ?? 1)),
    need: of.reduce((sum, i) => sum + nth(rows, i).tokens, 0),
  }));
  const allowances = shareBudget(release.token_budget, needs);
  for (const [task, of] of byTask) {
    let left = allowances.get(task) ?? 0;
    let stopped = false;
    for (const i of inThinOrder(rows, of, seed)) {
      const { tokens } = nth(rows, i);
      stopped ||= tokens > left;
      if (stopped) ends[i] = 'thinned';
      else left -= tokens;
    }
  }
}

/**
 * Tokens that each task may take (RELEASE-3): in proportion to the weights, which are whole
 * millionths, what one does not need shared among the others. Grows with the budget.
 */
function shareBudget(budget: number, tasks: readonly { task: string; weight: bigint; need: number }[]) {
  const allowances = new Map<string, number>();
  let open = [...tasks].sort((a, b) => compareUtf8(a.task, b.task));
  let left = budget;
  for (let settled = true; settled && open.length > 0; ) {
    const weights = open.reduce((sum, each) => sum + each.weight, 0n);
    const remaining = BigInt(left);
    const share = (weight: bigint) => Number((remaining * weight) / weights);
    const content = open.filter((each) => each.need <= share(each.weight));
    settled = content.length > 0;
    for (const each of content) allowances.set(each.task, each.need);
    if (!settled) for (const each of open) allowances.set(each.task, share(each.weight));
    left -= content.reduce((sum, each) => sum + each.need, 0);
    open = open.filter((each) => !allowances.has(each.task));
  }
  return allowances;
}

function positionsOf(ends: readonly RowEnd[], end: RowEnd): number[] {
  return [...ends.keys()].filter((i) => ends[i] === end);
}

/** Key of a row for the draws that order rows: question key and variant (OPEN-4, DRAW-4). */
export function rowKey(row: { readonly key: string; readonly variant: string }): string[] {
  return [...row.key.split(UNIT_SEPARATOR), row.variant];
}

/** Positions in order of draw `thin`. */
function inThinOrder(rows: readonly SelectableRow[], positions: readonly number[], seed: number): number[] {
  return inDrawOrder(positions, (i) => rowKey(nth(rows, i)), { seed, purpose: 'thin' });
}
