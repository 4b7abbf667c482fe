/**
 * Builder and reference model were written apart; on any world that a user may write they ask the
 * same questions, with the same fates, labels, rows, origins, ledgers and label tables.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { closeReferences } from '../verify/told.ts';
import { compareWorld, type Outcome } from './compare-worlds.ts';
import { casesOf, LONG_VARIABLE, sayDifferences, tell } from './long-run.ts';
import { anyWorld, type World } from './worlds.ts';

const SEED = 20261127;
const ALL = casesOf(60, 2_000);
/** How long one kind of difference is made smaller, in milliseconds. */
const LESS_MS = casesOf(6_000, 30_000);

afterAll(closeReferences);

const kindOf = async (world: World) => (await compareWorld(world)).difference?.kind;

/** The smallest world found of which the sides differ so, from the run of that number on. */
async function least(run: number, kind: string): Promise<World | undefined> {
  const differs = fc.asyncProperty(anyWorld, async (world) => (await kindOf(world)) !== kind);
  const rules = { seed: SEED, path: String(run), numRuns: run + 1, interruptAfterTimeLimit: LESS_MS };
  let found = (await fc.check(differs, rules)).counterexample?.[0];
  // Line by line: what stands from the beginning is no list to fast-check.
  for (let i = (found?.lines.length ?? 0) - 1; found !== undefined && i >= 0; i--) {
    const fewer: World = { ...found, lines: found.lines.toSpliced(i, 1) };
    if ((await kindOf(fewer)) === kind) found = fewer;
  }
  return found;
}

/** A few kinds of differences, each with its smallest world; kept whole by a long run. */
async function sayKinds(found: readonly { run: number; outcome: Outcome }[]): Promise<string> {
  const kinds = [...Map.groupBy(found, ({ outcome }) => outcome.difference!.kind)];
  const folder = process.env[LONG_VARIABLE];
  const said: string[] = [];
  for (const [i, [kind, all]] of kinds.sort(([, a], [, b]) => b.length - a.length).entries()) {
    const { run, outcome } = all[0]!;
    const world = i < casesOf(3, 20) ? await least(run, kind) : undefined;
    const { builder, checker } = (world && (await compareWorld(world)).difference) ?? outcome.difference!;
    const short = (text: string) => (text.length > 300 ? `${text.slice(0, 300)}...` : text);
    const sides = `  builder: ${short(builder)}\n  checker: ${short(checker)}`;
    said.push(`${all.length} worlds: ${kind} (seed ${SEED}, path ${run})\n${sides}\n  ${JSON.stringify(world)}`);
    if (folder === undefined) continue;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `world-${i}.json`), JSON.stringify({ kind, builder, checker, world }, null, 1));
  }
  return sayDifferences(said);
}

const total = (counts: ReadonlyMap<string, number>, name: RegExp) =>
  [...counts].reduce((sum, [each, count]) => sum + (name.test(each) ? count : 0), 0);

describe('The builder and the reference model', () => {
  it('say the same of any world that a user may write', async () => {
    const outcomes: Outcome[] = [];
    const compare = fc.asyncProperty(anyWorld, async (world) => {
      outcomes.push(await compareWorld(world));
    });
    await fc.assert(compare, { numRuns: ALL, seed: SEED });
    const found = outcomes.flatMap((outcome, run) => (outcome.difference === undefined ? [] : [{ run, outcome }]));
    tell('worlds', { what: 'worlds', cases: ALL, differences: found.length });

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
      expect(total(fates, new RegExp(`^${form} rendered`)), `${form} of ${counts}`).toBeGreaterThan(ALL / 12);
    for (const fate of ['pending', 'capped', 'item_unknown', 'too_few_candidates'])
      expect(total(fates, new RegExp(` ${fate}$`)), `${fate} of ${counts}`).toBeGreaterThan(ALL / 12);
    expect(found.length, await sayKinds(found)).toBe(0);
  });
});
