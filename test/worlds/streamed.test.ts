/**
 * A lake that topics fed, late, copied and conflicting records among them, has the bytes of a build
 * without what is late; and when its late log is taken in, those of a build of all.
 */
import { expect, it } from 'vitest';
import { casesOf, compareAll } from './long-run.ts';
import { anyStreamedWorld, compareStreamed, type Streamed } from './streamed.ts';

const ALL = casesOf(3, 150);

it('comes to the bytes of builds from files, before a backfill and after', async () => {
  const outcomes: Streamed[] = [];
  const { count, report } = await compareAll({
    ...{ name: 'streamed', what: 'worlds that topics brought, and their backfills', cases: anyStreamedWorld },
    ...{ seed: 20261127, runs: ALL },
    compare: async (world) => {
      const outcome = await compareStreamed(world);
      if (outcomes.length < ALL) outcomes.push(outcome);
      return outcome.difference;
    },
  });
  expect(count, report).toBe(0);
  const counts = outcomes.map(({ refused, rows, late }) => refused ?? `${rows} rows, ${late} late`).join('; ');
  expect(outcomes.filter(({ rows, late }) => rows > 0 && late > 0).length, counts).toBeGreaterThan(ALL / 4);
});
