/**
 * Builder and reference model were written apart; on any world that a user may write they ask the
 * same questions, with the same fates, labels, rows, origins, ledgers and label tables.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { closeReferences } from '../verify/told.ts';
import { compareWorld, type Outcome } from './compare-worlds.ts';
import { casesOf, compareAll } from './long-run.ts';
import { anyWorld, type World } from './worlds.ts';

const ALL = casesOf(40, 2_000);

afterAll(closeReferences);

/** Line by line: what is there from the beginning is no list to fast-check. */
async function lessen(world: World, differs: (world: World) => Promise<boolean>): Promise<World> {
  let found = world;
  for (let i = world.lines.length - 1; i >= 0; i--) {
    const fewer: World = { ...found, lines: found.lines.toSpliced(i, 1) };
    if (await differs(fewer)) found = fewer;
  }
  return found;
}

const total = (counts: ReadonlyMap<string, number>, name: RegExp) =>
  [...counts].reduce((sum, [each, count]) => sum + (name.test(each) ? count : 0), 0);

describe('The builder and the reference model', () => {
  it('say the same of any world that a user may write', async () => {
    const outcomes: Outcome[] = [];
    const { count, report } = await compareAll({
      ...{ name: 'worlds', what: 'worlds', cases: anyWorld, lessen, seed: 20261127, runs: ALL },
      compare: async (world) => {
        const outcome = await compareWorld(world);
        // What comes later are worlds that are made smaller.
        if (outcomes.length < ALL) outcomes.push(outcome);
        return outcome.difference;
      },
    });
    const refused = new Map<string, number>();
    const fates = new Map<string, number>();
    for (const outcome of outcomes) {
      if (outcome.refused !== undefined) refused.set(outcome.refused, (refused.get(outcome.refused) ?? 0) + 1);
      for (const [fate, count] of outcome.fates) fates.set(fate, (fates.get(fate) ?? 0) + count);
    }
    const counts = JSON.stringify([...refused, ...fates].sort());
    // Worlds that are refused, or in which hardly anything is asked, would prove nothing.
    expect(total(refused, /./), counts).toBeLessThan(ALL / 3);
    expect(outcomes.filter(({ rows }) => rows > 0).length, counts).toBeGreaterThan(ALL / 2);
    for (const form of [
      'ranking.pointwise',
      'ranking.binary',
      'retrieval.choose',
      'ranking.pairwise',
      'next-action.action',
    ])
      expect(total(fates, new RegExp(`^${form} rendered`)), `${form} of ${counts}`).toBeGreaterThan(ALL / 60);
    for (const fate of ['pending', 'capped', 'item_unknown', 'too_few_candidates'])
      expect(total(fates, new RegExp(` ${fate}$`)), `${fate} of ${counts}`).toBeGreaterThan(ALL / 60);
    expect(count, report).toBe(0);
  });
});
