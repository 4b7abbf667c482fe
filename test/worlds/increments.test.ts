/**
 * Increments of drawn worlds that arrive file by file, late, corrected and deleted records among
 * them: they hold what the law says (INCREMENT-1 to INCREMENT-6), and `verify` finds no fault.
 */
import { expect, it } from 'vitest';
import { anyGrowingWorld, type Grown, growWorld } from './increments.ts';
import { casesOf, compareAll } from './long-run.ts';

const ALL = casesOf(3, 150);

it('hold what has matured or changed, whatever came when, and come to one release (INCREMENT-5)', async () => {
  const outcomes: Grown[] = [];
  const { count, report } = await compareAll({
    ...{ name: 'increments', what: 'worlds with increments since each release', cases: anyGrowingWorld },
    ...{ seed: 20261127, runs: ALL },
    compare: async (world) => {
      const outcome = await growWorld(world);
      if (outcomes.length < ALL) outcomes.push(outcome);
      return outcome.difference;
    },
  });
  expect(count, report).toBe(0);
  const counts = outcomes.map(({ refused, rows }) => refused ?? String(rows)).join(', ');
  expect(outcomes.filter(({ rows, replaced }) => rows + replaced > 0).length, counts).toBeGreaterThan(ALL / 4);
});
