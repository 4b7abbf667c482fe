/** Faults of filling, writing and choosing rows, planted in the builder; and none where none is. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../cli/run-cli.ts';
import { type FaultyWorld, KEY, makeFaultyWorld } from './faulty-world.ts';
import { expectCaught, openPlantedBuilder, type PlantedBuilder, verify } from './planted-builder.ts';
import { nameOf } from './planted-rule.ts';
import { testPlanted } from './rotation.ts';
import { EMPTIED, FILLED, RELEASED } from './rules.ts';

let world: FaultyWorld;
let builder: PlantedBuilder;
/** An honest release, and the lake that it lies in. */
let honest: string;
let lake: string;

beforeAll(async () => {
  world = await makeFaultyWorld();
  builder = openPlantedBuilder(world);
  honest = await builder.buildWith();
  lake = dirname(dirname(honest));
});

afterAll(() => rmSync(world.folder, { recursive: true, force: true }));

describe('verify finds nothing', () => {
  test('in what an unchanged copy of the builder released', async () => {
    const verified = await verify(world, honest);
    expect(verified).toMatchObject({ ok: true, faults: [], fault_counts: {} });
    expect(verified.rows_checked).toBeGreaterThan(150);
  });
});

describe('verify catches a builder that', () => {
  testPlanted(FILLED, nameOf, async (fault) => {
    expectCaught(await verify(world, await builder.buildWith(fault)), fault);
  });
  testPlanted(RELEASED, nameOf, async (fault) => {
    expectCaught(await verify(world, await builder.releaseWith(lake, fault)), fault);
  });
  testPlanted([EMPTIED], nameOf, async ({ check, rule, ...planting }) => {
    const recipe = join(world.folder, 'without-validation.yaml');
    writeFileSync(recipe, readFileSync(world.recipe, 'utf8').replace('t2: 2026-02-15', 't2: 2026-02-11'));
    const { ok, faults } = await verify(world, await builder.releaseWith(lake, planting, recipe));
    expect(ok).toBe(false);
    expect(faults.filter((fault) => fault.check === check).flatMap((fault) => fault.rule)).toContain(rule);
  });
});

test('verify exits 1 and prints the first offending rows before counts that are off', async () => {
  const [fault] = RELEASED;
  const release = await builder.releaseWith(lake, fault!);
  const environment = { BREWHOUSE_KEY: KEY, NO_COLOR: '1' };
  const tokenizer = join(world.folder, 'tokenizer');
  const args = ['verify', release, '--events', world.events, '--tokenizer', tokenizer];
  const ran = await runCli(args, { environment });
  expect(ran.code, ran.stderr).toBe(1);
  const [first] = /^ {2}[a-z]+( [a-z_]+ row \d+)?: .*$/m.exec(ran.stdout) ?? [];
  expect(first).toMatch(new RegExp(`^ {2}[a-z]+ train row \\d+: .+ \\(.*\\b${fault!.rule}\\b`));
});
