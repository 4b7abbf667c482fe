/**
 * Which rendered rows a release takes: splits, label caps, token budget, shards and remainder,
 * worked out anew.
 */
import type { RowFate, Split } from '../../../schemas/ledger.ts';
import type { ReferenceQuestion } from '../reference/questions.ts';
import { exampleId, type Variant } from '../reference/rows.ts';
import type { Corpus } from '../reference/tasks.ts';
import { compareBytes } from '../world/draws.ts';
import { FILLED, type Manifest, type ReleaseSection, type Since } from './manifest.ts';

/**
 * Where a row ends; variants of questions that are not in `test` are left out apart from the fates.
 */
export type RowEnd = Split | RowFate | 'variant_left_out';

/** All of them. */
export const ROW_ENDS: readonly RowEnd[] = [
  ...(['after_until', 'train', 'validation', 'test', 'in_gap', 'test_members', 'test_surface'] as const),
  ...(['test_task', 'held_out', 'test_template', 'variant_left_out', 'same_prompt', 'label_capped'] as const),
  ...(['thinned', 'remainder', 'before_since', 'replay'] as const),
];

/** What chooses among rows looks at. */
export interface SelectableRow {
  readonly task: string;
  readonly label: string;
  /** Empty, or `template:ID`. */
  readonly variant: string;
  /** Question key and variant, joined. */
  readonly id: string;
  /** The draws `thin` and `label_cap`. */
  readonly thin: number;
  readonly labelCap: number;
  end: RowEnd;
  keepShare: number;
  /** Tokens of the row, once they are known. */
  tokens: number | undefined;
}

/** One row that the rules make of the events. */
export type ExpectedRow = ReturnType<typeof expectedRow>;

/** What chooses among the rows. */
export type ReleaseRules = Pick<Manifest, 'release' | 'until' | 'since'>;

/** In whole millionths (DRAW-2). */
const WEIGHT_DEFAULT = 1_000_000n;
const TOKENS_PER_SHARD = 64_000_000;
const ROWS_PER_SHARD_MIN = 1_000;
const SHARDS_STEP = 64;

/** A row as it is before caps and budget. */
export function expectedRow(question: ReferenceQuestion, { template, variant }: Variant, end: RowEnd) {
  const { world, key, task, label } = question;
  const id = exampleId(question, variant);
  const drawn = { thin: world.draws.number('thin', [...key, variant]), labelCap: world.draws.number('label_cap', key) };
  const row: SelectableRow = { task: task.name, label, variant, id, ...drawn, end, keepShare: 1, tokens: undefined };
  return { ...row, question, template };
}

/** What is wrong with the gap of a release: too short (SPLIT-2); undefined where nothing is. */
export function gapFault({ tasks, section }: Corpus, { splits }: ReleaseSection): string | undefined {
  const { gap } = splits;
  const longest = Math.max(...tasks.map(({ window }) => window)) + section.label_lateness;
  return gap < longest
    ? `a gap of ${gap} ms is shorter than the longest window with its lateness, ${longest} ms`
    : undefined;
}

/** The splits that have no row and may not be empty (RELEASE-7). */
export function emptySplits(
  rows: Iterable<Pick<SelectableRow, 'end'>>,
  { allow_empty: allowed }: ReleaseSection,
): Split[] {
  const filled = new Set(Array.from(rows, ({ end }) => end));
  return FILLED.filter((split) => !filled.has(split) && !allowed.includes(split));
}

/**
 * The split of a question's ordinary row, or why it has none, by the first test that decides
 * (SPLIT-1).
 */
export function splitOf(question: ReferenceQuestion, rules: ReleaseRules): RowEnd {
  return rules.since === undefined ? splitByTime(question, rules) : endSince(question, rules, rules.since);
}

/**
 * The end of an ordinary row in an increment, where it closed by R's `until` that which it has if
 * it is the same as then (INCREMENT-2, INCREMENT-4).
 */
function endSince(question: ReferenceQuestion, { release, until }: ReleaseRules, since: Since): RowEnd {
  const { world, closesAt, task, member, opening, key } = question;
  const { surfaces, members } = world.section.holdout;
  const { surface } = opening.event;
  if (closesAt > until) return 'after_until';
  const isHeldOut = (surface !== undefined && surfaces.includes(surface)) || release.holdout_tasks.includes(task.name);
  if (isHeldOut || world.draws.within(members, 'holdout', [member])) return 'held_out';
  if (closesAt > since.until) return 'train';
  return world.draws.within(since.replay, 'replay', [...key, '']) ? 'replay' : 'before_since';
}

/** The split of a question's ordinary row in a release that is no increment. */
export function splitByTime(question: ReferenceQuestion, { release, until }: ReleaseRules): RowEnd {
  const { t1, t2, gap } = release.splits;
  const { world, askedAt: t, opening, task, member } = question;
  if (question.closesAt > until) return 'after_until';
  const { surfaces, members } = world.section.holdout;
  const { surface } = opening.event;
  // What is held out has splits of its own (SPLIT-3).
  if (surface !== undefined && surfaces.includes(surface)) return t >= t2 + gap ? 'test_surface' : 'held_out';
  if (release.holdout_tasks.includes(task.name)) return t >= t2 + gap ? 'test_task' : 'held_out';
  if (world.draws.within(members, 'holdout', [member])) return t >= t1 + gap ? 'test_members' : 'held_out';
  // Of the others time decides (SPLIT-2).
  if (question.closesAt <= t1) return 'train';
  if (t >= t1 + gap && t < t2) return 'validation';
  return t >= t2 + gap ? 'test' : 'in_gap';
}

/**
 * The split of a question's row with a held-out template, by that of its ordinary row (SPLIT-4).
 */
export function variantSplit(split: RowEnd): RowEnd {
  if (split === 'after_until') return split;
  return split === 'test' ? 'test_template' : 'variant_left_out';
}

/**
 * Of a task's train rows with a capped label the N with the least draw stay (RELEASE-2). Sets ends
 * and keep shares, each the double nearest to kept / all.
 */
export function capLabels(rows: readonly SelectableRow[], { release }: ReleaseRules): void {
  for (const [task, caps] of release.label_caps) {
    for (const [label, most] of caps) {
      const capped = rows.filter((row) => row.end === 'train' && row.task === task && row.label === label);
      const drawn = inOrderOf(capped, 'labelCap');
      for (const row of drawn.slice(most)) row.end = 'label_capped';
      for (const row of drawn.slice(0, most)) row.keepShare = Math.min(most, drawn.length) / drawn.length;
    }
  }
}

type TokensOf<T extends SelectableRow> = (row: T) => number;

/**
 * Takes train rows into the token budget, by task in order of draw `thin` (RELEASE-3). `tokensOf`
 * is asked for as few rows as can be: those taken, and of each task the first that does not fit.
 */
export function thin<T extends SelectableRow>(
  rows: readonly T[],
  { release }: ReleaseRules,
  tokensOf: TokensOf<T>,
): void {
  if (release.token_budget === 'none') return;
  const train = rows.filter(({ end }) => end === 'train');
  let rest = BigInt(release.token_budget);
  const byTask = Map.groupBy(train, ({ task }) => task);
  let active = [...byTask].map(([task, list]) => ({
    weight: release.weights.get(task) ?? WEIGHT_DEFAULT,
    rows: inOrderOf(list, 'thin'),
  }));
  while (active.length > 0) {
    const sum = active.reduce((total, { weight }) => total + weight, 0n);
    const shared = active.map((task) => {
      const allowance = sum === 0n ? 0 : Number((rest * task.weight) / sum);
      return { task, allowance, need: needOf(task.rows, allowance, tokensOf) };
    });
    const satisfied = shared.filter(({ allowance, need }) => need <= allowance);
    if (satisfied.length === 0) {
      for (const { task, allowance } of shared) cutAt(task.rows, allowance, tokensOf);
      return;
    }
    for (const { need } of satisfied) rest -= BigInt(need);
    active = shared.filter((one) => !satisfied.includes(one)).map(({ task }) => task);
  }
}

/** All tokens of a task's rows, or the first sum beyond `most`. */
function needOf<T extends SelectableRow>(rows: readonly T[], most: number, tokensOf: TokensOf<T>): number {
  let sum = 0;
  for (const row of rows) {
    sum += tokensOf(row);
    if (sum > most) break;
  }
  return sum;
}

function cutAt<T extends SelectableRow>(rows: readonly T[], most: number, tokensOf: TokensOf<T>): void {
  let used = 0;
  for (const row of rows) {
    if (used <= most) used += tokensOf(row);
    if (used > most) row.end = 'thinned';
  }
}

/** How many shards a split has: by its tokens, with at least 1,000 rows each (RELEASE-4). */
export function shardCount(tokens: number, rows: number): number {
  let count = Math.ceil(tokens / TOKENS_PER_SHARD);
  if (count > SHARDS_STEP) count = Math.ceil(count / SHARDS_STEP) * SHARDS_STEP;
  else count = powerOfTwo(count, 'up');
  const most = Math.floor(rows / ROWS_PER_SHARD_MIN);
  if (count > most)
    count = most >= SHARDS_STEP ? Math.floor(most / SHARDS_STEP) * SHARDS_STEP : powerOfTwo(most, 'down');
  return Math.max(count, 1);
}

function powerOfTwo(count: number, direction: 'up' | 'down'): number {
  let power = 1;
  while (direction === 'up' ? power < count : power * 2 <= count) power *= 2;
  return power;
}

/**
 * Takes off the rows with the greatest draw `thin` that do not divide by the shards, which it
 * returns; so many as are `wanted`, or by tokens and rows (RELEASE-4).
 */
export function takeRemainder<T extends SelectableRow>(
  rows: readonly T[],
  tokensOf: TokensOf<T>,
  wanted?: number,
): number {
  const train = rows.filter(({ end }) => end === 'train');
  const tokens = train.reduce((sum, row) => sum + tokensOf(row), 0);
  const shards = wanted ?? shardCount(tokens, train.length);
  const left = train.length % shards;
  if (left > 0) for (const row of inOrderOf(train, 'thin').slice(-left)) row.end = 'remainder';
  return shards;
}

/** In the order of a draw (DRAW-3). An id is looked at where two draws are equal. */
function inOrderOf<T extends SelectableRow>(rows: readonly T[], name: 'thin' | 'labelCap'): T[] {
  return rows.toSorted((a, b) => a[name] - b[name] || compareBytes(a.id, b.id));
}
