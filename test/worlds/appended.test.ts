/**
 * A lake that takes files in one after another, late, corrected and deleted records among them in
 * any order, comes to the releases of one that was built of all of them, byte for byte.
 */
import { expect, it } from 'vitest';
import { type Arrived, anyArrivingWorld, compareArrivals } from './appended.ts';
import { casesOf, compareAll } from './long-run.ts';

const ALL = casesOf(3, 150);

it('comes to the bytes of one build over all files, whatever came when', async () => {
  const outcomes: Arrived[] = [];
  const { count, report } = await compareAll({
    ...{ name: 'appended', what: 'worlds that arrived in several files', cases: anyArrivingWorld },
    ...{ seed: 20261127, runs: ALL },
    compare: async (world) => {
      const outcome = await compareArrivals(world);
      if (outcomes.length < ALL) outcomes.push(outcome);
      return outcome.difference;
    },
  });
  expect(count, report).toBe(0);
  const counts = outcomes.map(({ refused, rows }) => refused ?? String(rows)).join(', ');
  expect(outcomes.filter(({ rows }) => rows > 0).length, counts).toBeGreaterThan(ALL / 4);
});
