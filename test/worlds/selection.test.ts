/**
 * Splits, caps, budgets, remainder and shards as builder and checker decide them over any list of
 * rows and any release section: the same end, the same share kept, the same shards (RELEASE-1).
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { Duration, Moment } from '../../schemas/recipe.ts';
import { UNIT_SEPARATOR } from '../../schemas/rows.ts';
import { ReleaseSection } from '../../src/forms/recipe.ts';
import { type SelectableRow, selectRows } from '../../src/release/selection.ts';
import { shardCount as builderShards } from '../../src/release/shard-plan.ts';
import { draw, inShare } from '../../src/timeline/draws.ts';
import { hf } from '../../src/verify/profiles/hf.ts';
import type { ReferenceQuestion } from '../../src/verify/reference/questions.ts';
import {
  capLabels,
  shardCount as checkerShards,
  type ExpectedRow,
  expectedRow,
  type ReleaseRules,
  splitOf,
  takeRemainder,
  thin,
  variantSplit,
} from '../../src/verify/release/selection.ts';
import { drawsOf } from '../../src/verify/world/draws.ts';
import { endsOf, passOf } from '../release/rows-in-memory.ts';
import { DAY, HOUR, NOON } from '../timeline/events.ts';
import { inputOf, isSchema } from './from-zod.ts';
import { casesOf, compareAll } from './long-run.ts';

const TASKS = ['rank', 'choose', 'constructor', 'length'];
const LABELS = ['Yes', 'No', 'A', 'applied', '__proto__', 'constructor', 'toString', '投票'];

type Section = z.output<typeof ReleaseSection>;

/** A row, whichever side looks at it. */
interface AnyRow {
  readonly member: string;
  readonly event: string;
  readonly task: string;
  readonly label: string;
  readonly variant: string;
  readonly surface: string | undefined;
  /** T, and what of LABEL-3 is later: the end of the window, or when the opening was known. */
  readonly askedAt: number;
  readonly closesAt: number;
  readonly tokens: number;
}

/** What rows are chosen by. */
interface Rules {
  readonly seed: number;
  readonly until: number;
  readonly members: number;
  readonly surfaces: readonly string[];
  readonly release: Section;
}

const row: fc.Arbitrary<AnyRow> = fc
  .record({
    member: fc.constantFrom('m', 'n', 'o', '__proto__', 'constructor', '東'),
    event: fc.nat(1_000_000).map(String),
    task: fc.constantFrom(...TASKS),
    label: fc.constantFrom(...LABELS),
    variant: fc.constantFrom('', '', '', '', 'template:a', 'template:constructor'),
    surface: fc.constantFrom(undefined, undefined, 'feed', 'email', '__proto__'),
    askedAt: fc.tuple(fc.nat(60), fc.constantFrom(0, 0, 0, 1, -1)).map(([n, ms]) => NOON + (n * DAY) / 2 + ms),
    window: fc.constantFrom(1, HOUR, DAY, 3 * DAY),
    late: fc.constantFrom(0, 0, 0, 1, DAY),
    tokens: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 4_000 })),
  })
  .map(({ window, late, ...each }) => ({ ...each, closesAt: each.askedAt + window + late }));

/** Few rows; now and then so many, and so long, that they fill several shards. */
const rows = fc.oneof(
  { weight: 14, arbitrary: fc.uniqueArray(row, { maxLength: 60, size: 'max', selector: idOf }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.array(row, { minLength: 20, maxLength: 40 }),
        fc.integer({ min: 2_000, max: 6_500 }),
        fc.integer({ min: 30_000, max: 90_000 }),
      )
      .map(([few, count, tokens]) =>
        Array.from({ length: count }, (_, i): AnyRow => {
          const each = few[i % few.length]!;
          return {
            ...each,
            event: String(i),
            tokens: tokens + each.tokens,
            askedAt: NOON - 50 * DAY,
            closesAt: NOON - 49 * DAY,
          };
        }),
      ),
  },
);

const section = inputOf(ReleaseSection, ({ path, schema, generic }) => {
  const key = path.at(-1) ?? '';
  if (isSchema(schema, Moment)) {
    return fc.integer({ min: 0, max: 50 }).map((halfDays) => new Date(NOON + (halfDays * DAY) / 2).toISOString());
  }
  if (isSchema(schema, Duration)) return fc.constantFrom(0, '1ms', '1h', '1d', '3d', '7d');
  if (key === 'train_shards') return fc.option(fc.integer({ min: 1, max: 7 }), { nil: undefined });
  if (key === 'key') return fc.constantFrom(...TASKS, ...(path.length > 2 ? LABELS : []));
  if (key === '[]' && path.includes('holdout_tasks')) return fc.constantFrom(...TASKS);
  // Ties, thirds, and numbers whose sums no double holds.
  if (path[0] === 'weights' && key === '*') return fc.oneof(fc.constantFrom(1, 1, 2, 3, 0.1, 0.2, 0.3, 0.7), generic());
  return undefined;
}).map((input) => ReleaseSection.parse(input));

/** A budget that some task needs to the token, or misses by one; or any. */
const budgets = fc.record({
  kind: fc.constantFrom('as it is', 'all', 'of a task', 'of a task by weight'),
  more: fc.constantFrom(0, 0, 0, 1, -1),
  task: fc.constantFrom(...TASKS),
});
type Budget = typeof budgets extends fc.Arbitrary<infer T> ? T : never;

function withBudget(release: Section, all: readonly AnyRow[], { kind, more, task }: Budget): Section {
  const sum = (of: readonly AnyRow[]) => of.reduce((total, { tokens }) => total + tokens, 0);
  const weightOf = (name: string) => (Object.hasOwn(release.weights, name) ? release.weights[name]! : 1);
  const names = [...new Set(all.map((each) => each.task))];
  const weights = names.reduce((total, name) => total + weightOf(name), 0);
  const own = sum(all.filter((each) => each.task === task && each.variant === ''));
  const budget = {
    all: sum(all),
    'of a task': own,
    'of a task by weight': Math.round((own * weights) / weightOf(task)),
  };
  if (kind === 'as it is') return release;
  return { ...release, token_budget: Math.max(1, budget[kind as keyof typeof budget] + more) };
}

function keyOf({ member, event, task }: AnyRow): string[] {
  return ['event', member, event, task, 'ranking.pointwise'];
}

function idOf(each: AnyRow): string {
  return [...keyOf(each), each.variant].join(UNIT_SEPARATOR);
}

/** More shards of train are wanted than it has rows. */
const REFUSED: Decided = { ends: [], shards: -1 };

/** What a side decides of all rows: end and share kept of each, and the shards of train. */
interface Decided {
  readonly ends: readonly string[];
  readonly shards: number;
}

async function byBuilder(all: readonly AnyRow[], { seed, until, members, surfaces, release }: Rules): Promise<Decided> {
  const selectable = all.map((each): SelectableRow => {
    const { member, surface } = each;
    return {
      ...each,
      key: keyOf(each).join(UNIT_SEPARATOR),
      heldOutMember: inShare(draw(seed, 'holdout', [member]), members),
      heldOutSurface: surface !== undefined && surfaces.includes(surface),
    };
  });
  const selection = await taken(selectRows(passOf(selectable), { seed, until, release }));
  if (selection === undefined) return REFUSED;
  const ends = endsOf(selectable, selection).map((end, i) => {
    const { task, label, variant } = all[i]!;
    if (variant !== '') return end === 'test_template' ? end : 'left out';
    return `${end} ${end === 'train' ? selection.keepShare(task, label) : ''}`;
  });
  return { ends, shards: selection.trainShards };
}

/** What was selected; undefined where train has fewer rows than shards. */
async function taken<T>(selecting: Promise<T>): Promise<T | undefined> {
  try {
    return await selecting;
  } catch (error) {
    if ((error as { place?: { field?: string } }).place?.field === 'release.train_shards') return undefined;
    throw error;
  }
}

function byChecker(all: readonly AnyRow[], { seed, until, members, surfaces, release }: Rules): Decided {
  const draws = drawsOf(seed);
  const world = { draws, section: { holdout: { members: Math.round(members * 1e6), surfaces }, label_lateness: 0 } };
  const caps = Object.entries(release.label_caps).map(([task, of]) => [task, new Map(Object.entries(of))] as const);
  const millionths = (share: number) => BigInt(Math.round(Math.min(share, 1e9) * 1e6));
  const weights = new Map(Object.entries(release.weights).map(([task, own]) => [task, millionths(own)]));
  const maps = { weights, label_caps: new Map(caps), allow_empty: [] };
  const rules = { release: { ...release, ...maps, profile: hf }, until } as ReleaseRules;
  const expected = all.map((each): ExpectedRow => {
    const { member, surface, askedAt, closesAt, label, variant } = each;
    const question = {
      ...{ world, member, askedAt, label, closesAt, maturesAt: closesAt, key: keyOf(each) },
      ...{ task: { name: each.task, window: closesAt - askedAt }, opening: { event: { surface } } },
    } as unknown as ReferenceQuestion;
    const split = splitOf(question, rules);
    const template = { id: 'a' } as ExpectedRow['template'];
    return expectedRow(question, { template, variant }, variant === '' ? split : variantSplit(split));
  });
  const tokens = new Map(expected.map((each, i) => [each, all[i]!.tokens]));
  const tokensOf = (each: ExpectedRow) => tokens.get(each)!;
  capLabels(expected, rules);
  thin(expected, rules, tokensOf);
  const train = expected.filter(({ end }) => end === 'train').length;
  const wanted = release.train_shards;
  // Some shard of train would be empty.
  if (wanted !== undefined && train > 0 && train < wanted) return REFUSED;
  const shards = takeRemainder(expected, tokensOf, wanted);
  const ends = expected.map(({ end, variant, keepShare }) => {
    if (variant !== '') return end === 'test_template' ? end : 'left out';
    return `${end} ${end === 'train' ? keepShare : ''}`;
  });
  return { ends, shards };
}

const rules = fc.record({
  seed: fc.nat(),
  until: fc.oneof(
    fc.constant(NOON + 90 * DAY),
    fc.nat(60).map((n) => NOON + (n * DAY) / 2),
  ),
  members: fc.constantFrom(0, 0, 0.5, 0.333333, 1),
  surfaces: fc.subarray(['feed', 'email', '__proto__'], { maxLength: 1 }),
});

describe('The selections of builder and checker', () => {
  it('end every row alike, whatever the caps, weights, budgets and splits', async () => {
    const seen = new Map<string, number>();
    const see = (name: string) => seen.set(name, (seen.get(name) ?? 0) + 1);
    const { count, report } = await compareAll({
      ...{ name: 'selection', what: 'selections of rows', seed: 20261128, runs: casesOf(400, 10_000) },
      cases: fc
        .tuple(rows, rules, section, budgets)
        .map(([all, others, release, budget]) => ({ all, ...others, release: withBudget(release, all, budget) })),
      compare: async ({ all, ...given }) => {
        const [ours, theirs] = [await byBuilder(all, given), byChecker(all, given)];
        for (const end of ours.ends) see(end.split(' ')[0]!);
        if (ours.shards > 1) see('several shards');
        if (ours.shards < 0) see('refused');
        if (ours.shards !== theirs.shards)
          return { kind: 'shards', builder: String(ours.shards), checker: String(theirs.shards) };
        const i = all.findIndex((_, i) => ours.ends[i] !== theirs.ends[i]);
        if (i < 0) return undefined;
        const [builder, checker] = [ours.ends[i]!, theirs.ends[i]!];
        const kind = `${builder.split(' ')[0]} / ${checker.split(' ')[0]}`;
        return { kind, builder: `row ${i}: ${builder}`, checker };
      },
    });
    const ends = ['train', 'validation', 'test', 'test_members', 'test_surface', 'test_task', 'test_template'];
    const fates = ['after_until', 'in_gap', 'held_out', 'label_capped', 'thinned', 'remainder'];
    for (const end of [...ends, ...fates, 'several shards', 'refused'])
      expect(seen.get(end) ?? 0, end).toBeGreaterThan(2);
    expect(count, report).toBe(0);
  });

  it('make as many shards of any split (RELEASE-4)', () => {
    const tokens = fc
      .oneof(fc.nat(70), fc.nat(5_000))
      .chain((shards) => fc.constantFrom(...[-1, 0, 1].map((more) => Math.max(0, shards * 64_000_000 + more))));
    const count = fc
      .oneof(fc.nat(70), fc.nat(5_000))
      .chain((shards) => fc.constantFrom(...[-1, 0, 1].map((more) => Math.max(0, shards * 1_000 + more))));
    fc.assert(
      fc.property(tokens, count, (tokens, rows) => {
        expect(checkerShards(tokens, rows)).toBe(builderShards(tokens, rows));
      }),
      { numRuns: 2_000, seed: 20261128 },
    );
  });
});
