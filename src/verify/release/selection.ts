/** Which rendered rows a release takes: splits, label caps, token budget, shards and remainder, worked out anew. */
import type { RowFate, Split } from '../../../schemas/ledger.ts';
import type { ReleaseSection } from '../../../schemas/recipe.ts';
import { sortByDraw } from '../reference/draws.ts';
import type { ReferenceQuestion } from '../reference/questions.ts';
import { exampleId } from '../reference/rows.ts';
import type { World } from '../reference/world.ts';

/** Where a row ends; variants of questions that are not in `test` are left out apart from the fates. */
export type RowEnd = Split | RowFate | 'variant_left_out';

/** One row that the rules make of the events. */
export interface ExpectedRow {
  readonly question: ReferenceQuestion;
  readonly templateId: string;
  readonly variant: string;
  /** Question key and variant, joined. */
  readonly id: string;
  readonly thin: number;
  end: RowEnd;
  keepShare: number;
  /** Tokens of the row, once they are known. */
  tokens: number | undefined;
}

export interface ReleaseRules {
  readonly section: ReleaseSection;
  readonly until: number;
}

const TOKENS_PER_SHARD = 64_000_000;
const ROWS_PER_SHARD_MIN = 1_000;
const SHARDS_STEP = 64;

export function expectedRow(
  world: World,
  question: ReferenceQuestion,
  row: { templateId: string; variant: string },
  end: RowEnd,
): ExpectedRow {
  const thin = world.draws.number('thin', [...question.key, row.variant]);
  return { question, ...row, id: exampleId(question, row.variant), thin, end, keepShare: 1, tokens: undefined };
}

/** The split that time and what is held out give a question's ordinary row, or why it has none. */
export function splitOf(world: World, question: ReferenceQuestion, rules: ReleaseRules): RowEnd {
  const { t1, t2, gap } = rules.section.splits;
  const t = question.askedAt;
  if (question.maturesAt > rules.until) return 'after_until';
  const holdout = world.section.holdout ?? { members: 0, surfaces: [] };
  const { surface } = question.opening.event;
  if (surface !== undefined && holdout.surfaces.includes(surface)) return t >= t2 + gap ? 'test_surface' : 'held_out';
  if ((rules.section.holdout_tasks ?? []).includes(question.task.name)) return t >= t2 + gap ? 'test_task' : 'held_out';
  if (world.draws.within(holdout.members, 'holdout', [question.member])) {
    return t >= t1 + gap ? 'test_members' : 'held_out';
  }
  if (t + Math.max(question.task.window, 1) <= t1) return 'train';
  if (t >= t1 + gap && t < t2) return 'validation';
  return t >= t2 + gap ? 'test' : 'in_gap';
}

/** Of a task's train rows with a capped label the N with the least draw stay. Sets ends and keep shares. */
export function capLabels(world: World, rows: readonly ExpectedRow[], rules: ReleaseRules): void {
  for (const [task, caps] of Object.entries(rules.section.label_caps ?? {})) {
    for (const [label, most] of Object.entries(caps)) {
      const capped = rows.filter(
        ({ end, question }) => end === 'train' && question.task.name === task && question.label === label,
      );
      const drawn = sortByDraw(
        capped,
        ({ question }) => world.draws.number('label_cap', question.key),
        ({ id }) => id,
      );
      for (const row of drawn.slice(most)) row.end = 'label_capped';
      for (const row of drawn.slice(0, most)) row.keepShare = Math.min(1, most / drawn.length);
    }
  }
}

/**
 * Takes train rows into the token budget, by task in order of draw `thin`. `tokensOf` is asked for as few rows as can be:
 * those taken, and of each task the first that does not fit.
 */
export function thin(rows: readonly ExpectedRow[], rules: ReleaseRules, tokensOf: (row: ExpectedRow) => number): void {
  const budget = rules.section.token_budget ?? 'none';
  if (budget === 'none') return;
  const train = rows.filter(({ end }) => end === 'train');
  const byTask = new Map(
    [...Map.groupBy(train, ({ question }) => question.task.name)].map(([task, list]) => [task, inThinOrder(list)]),
  );
  let rest = budget;
  const active = new Set(byTask.keys());
  const weightOf = (task: string) => rules.section.weights?.[task] ?? 1;
  for (;;) {
    const sum = [...active].reduce((total, task) => total + weightOf(task), 0);
    const allowance = (task: string) => Math.floor((rest * weightOf(task)) / sum);
    const allowances = new Map([...active].map((task) => [task, allowance(task)]));
    const satisfied = [...active].filter(
      (task) => needOf(byTask.get(task)!, allowances.get(task)!, tokensOf) < allowances.get(task)!,
    );
    if (satisfied.length === 0) {
      for (const [task, most] of allowances) cutAt(byTask.get(task)!, most, tokensOf);
      return;
    }
    for (const task of satisfied) {
      rest -= needOf(byTask.get(task)!, allowances.get(task)!, tokensOf);
      active.delete(task);
    }
  }
}

/** All tokens of a task's rows, or the first sum beyond `most`. */
function needOf(rows: readonly ExpectedRow[], most: number, tokensOf: (row: ExpectedRow) => number): number {
  let sum = 0;
  for (const row of rows) {
    sum += tokensOf(row);
    if (sum > most) break;
  }
  return sum;
}

function cutAt(rows: readonly ExpectedRow[], most: number, tokensOf: (row: ExpectedRow) => number): void {
  let used = 0;
  let open = true;
  for (const row of rows) {
    if (open) {
      const tokens = tokensOf(row);
      open = used + tokens <= most;
      if (open) used += tokens;
    }
    if (!open) row.end = 'thinned';
  }
}

/** How many shards a split has: by its tokens, with at least 1,000 rows each. */
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

/** Rows that do not divide into the train shards: those with the greatest draw `thin`. Returns the shards. */
export function takeRemainder(rows: readonly ExpectedRow[], tokensOf: (row: ExpectedRow) => number): number {
  const train = rows.filter(({ end }) => end === 'train');
  const tokens = train.reduce((sum, row) => sum + tokensOf(row), 0);
  const shards = shardCount(tokens, train.length);
  const left = train.length % shards;
  if (left > 0) for (const row of inThinOrder(train).slice(-left)) row.end = 'remainder';
  return shards;
}

function inThinOrder(rows: readonly ExpectedRow[]): ExpectedRow[] {
  return sortByDraw(
    rows,
    (row) => row.thin,
    ({ id }) => id,
  );
}
