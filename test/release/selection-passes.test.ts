/** A selection by passes over rows that nobody holds ends each row as the plain one in memory. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UNIT_SEPARATOR } from '../../schemas/rows.ts';
import { BrewhouseError } from '../../src/errors.ts';
import { ReleaseSection } from '../../src/forms/recipe.ts';
import { type SelectableRow, selectRows } from '../../src/release/selection.ts';
import { draw } from '../../src/timeline/draws.ts';
import { selectPlainly } from './plain-selection.ts';
import { endsOf, passOf } from './rows-in-memory.ts';

const TASKS = ['rank', 'choose', '__proto__', 'constructor'];
const LABELS = ['Yes', 'No', 'toString', '投票'];
const DAY = 86_400_000;
const SPLITS = { t1: new Date(20 * DAY).toISOString(), t2: new Date(30 * DAY).toISOString(), gap: '1d' };

const rows = fc.uniqueArray(
  fc.record({
    key: fc.tuple(fc.constantFrom('m', 'n', 'n\u0001', '東'), fc.nat(300)).map((parts) => parts.join(UNIT_SEPARATOR)),
    variant: fc.constantFrom('', '', '', '', '', 'template:a'),
    task: fc.constantFrom(...TASKS),
    label: fc.constantFrom(...LABELS),
    // Most in train, which alone is cut.
    askedAt: fc.oneof(
      { weight: 5, arbitrary: fc.constant(DAY) },
      fc.nat(40).map((day) => day * DAY),
    ),
    tokens: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 5_000 })),
    heldOutMember: fc.constantFrom(false, false, false, true),
    heldOutSurface: fc.constantFrom(false, false, false, true),
  }),
  { maxLength: 120, size: 'max', selector: ({ key, variant }) => key + UNIT_SEPARATOR + variant },
);

/** Draws as they are, few that many rows share, and many that lie close beside each other. */
const DRAWS: Readonly<Record<string, typeof draw>> = {
  'as they are': draw,
  'three values': (...of) => (draw(...of) % 3) * 2 ** 46,
  'one value': () => 2 ** 47,
  'one range, some equal': (...of) => 2 ** 40 + (draw(...of) % 50),
};

/** A number in relation to how many there are: none, all, one more or less, or any. */
const shares = fc.record({ of: fc.constantFrom(0, 1, 0.5, 0.9, 0.2), more: fc.constantFrom(0, 0, 1, -1) });
const part = (all: number, { of, more }: { of: number; more: number }) => Math.max(0, Math.round(all * of) + more);

const worlds = fc.record({
  rows,
  seed: fc.nat(),
  draws: fc.constantFrom(...Object.keys(DRAWS)),
  caps: fc.option(fc.array(fc.tuple(fc.constantFrom(...TASKS), fc.constantFrom(...LABELS), shares), { maxLength: 6 })),
  budget: fc.option(shares),
  weights: fc.dictionary(fc.constantFrom('rank', 'choose', 'constructor'), fc.constantFrom(0.1, 0.5, 3)),
  shards: fc.option(fc.integer({ min: 1, max: 7 }), { nil: undefined }),
  groupRows: fc.integer({ min: 1, max: 50 }),
});

type World = typeof worlds extends fc.Arbitrary<infer T> ? T : never;

function rulesOf({ caps, budget, weights, shards, seed }: World, all: readonly SelectableRow[]) {
  const train = all.filter(({ askedAt, variant }) => askedAt <= DAY && variant === '');
  const most = (task: string, label: string) => train.filter((row) => row.task === task && row.label === label).length;
  const label_caps = new Map<string, Map<string, number>>();
  for (const [task, label, share] of caps ?? [])
    label_caps.set(task, (label_caps.get(task) ?? new Map()).set(label, part(most(task, label), share)));
  const tokens = train.reduce((sum, row) => sum + row.tokens, 0);
  const release = ReleaseSection.parse({
    splits: SPLITS,
    weights,
    token_budget: budget === null ? 'none' : Math.max(1, part(tokens, budget)),
    ...(shards !== undefined && { train_shards: shards }),
  });
  // Beside the section, which refuses a cap of 0.
  const capped = Object.fromEntries([...label_caps].map(([task, of]) => [task, Object.fromEntries(of)]));
  return { seed, release: { ...release, label_caps: capped }, until: 38 * DAY };
}

describe('a selection by passes', () => {
  it('is the plain one, whatever is capped, thinned and left over, and however draws tie', async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(worlds, async (world) => {
        const all = world.rows.map((row) => ({ ...row, closesAt: row.askedAt + DAY }));
        const rules = rulesOf(world, all);
        const drawOf = DRAWS[world.draws]!;
        const plain = selectPlainly(all, rules, drawOf);
        const selecting = selectRows(passOf(all, world.groupRows), rules, drawOf);
        if (plain.trainShards === undefined) {
          await expect(selecting).rejects.toThrow(BrewhouseError);
          return;
        }
        const selection = await selecting;
        expect(endsOf(all, selection)).toEqual(plain.ends);
        expect(selection.trainShards).toBe(plain.trainShards);
        for (const task of TASKS) {
          for (const label of LABELS)
            expect(selection.keepShare(task, label)).toBe(plain.keepShares.get(task)?.get(label) ?? 1);
        }
        for (const end of plain.ends) seen.set(String(end), (seen.get(String(end)) ?? 0) + 1);
      }),
      { numRuns: 500, seed: 20261126 },
    );
    for (const end of ['train', 'label_capped', 'thinned', 'remainder', 'test_template', 'null'])
      expect(seen.get(end) ?? 0, end).toBeGreaterThan(50);
  });

  it('is the plain one where a split fills several shards by itself', async () => {
    const all = Array.from({ length: 5_003 }, (_, i): SelectableRow => {
      const facts = { variant: '', label: 'Yes', heldOutMember: false, heldOutSurface: false };
      const times = { askedAt: DAY, closesAt: 2 * DAY };
      return { ...facts, ...times, key: String(i), task: i % 3 === 0 ? 'rank' : 'choose', tokens: 50_000 + (i % 7) };
    });
    const release = ReleaseSection.parse({ splits: SPLITS });
    const rules = { seed: 7, release, until: 38 * DAY };
    const [plain, selection] = [selectPlainly(all, rules), await selectRows(passOf(all), rules)];
    expect(selection.trainShards).toBe(4);
    expect(endsOf(all, selection)).toEqual(plain.ends);
    expect(plain.ends.filter((end) => end === 'remainder')).toHaveLength(3);
  });
});
