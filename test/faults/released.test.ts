/** Faults of filling, writing and choosing rows, planted in the builder; and none where none is. */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli } from '../cli/run-cli.ts';
import { KEY } from './faulty-world.ts';
import { expectCaught, usePlantedBuilder, verify } from './planted-builder.ts';
import { nameOf } from './planted-rule.ts';
import { testPlanted } from './rotation.ts';
import { EMPTIED, FILLED, RELEASED } from './rules.ts';

/** An honest release, and the lake that it lies in. */
let honest: string;
let lake: string;

const planted = usePlantedBuilder({}, async ({ builder }) => {
  honest = await builder.buildWith();
  lake = dirname(dirname(honest));
});

describe('verify finds nothing', () => {
  test('in what an unchanged copy of the builder released', async () => {
    const verified = await verify(planted.world, honest);
    expect(verified).toMatchObject({ ok: true, faults: [], fault_counts: {} });
    expect(verified.rows_checked).toBeGreaterThan(150);
  });
});

describe('verify catches a builder that', () => {
  testPlanted(FILLED, nameOf, async (fault) => {
    expectCaught(await verify(planted.world, await planted.builder.buildWith(fault)), fault);
  });
  testPlanted(RELEASED, nameOf, async (fault) => {
    expectCaught(await verify(planted.world, await planted.builder.releaseWith(lake, fault)), fault);
  });
  testPlanted([EMPTIED], nameOf, async ({ check, rule, ...planting }) => {
    const recipe = join(planted.world.folder, 'without-validation.yaml');
    writeFileSync(recipe, readFileSync(planted.world.recipe, 'utf8').replace('t2: 2026-02-15', 't2: 2026-02-11'));
    const { ok, faults } = await verify(planted.world, await planted.builder.releaseWith(lake, planting, recipe));
    expect(ok).toBe(false);
    expect(faults.filter((fault) => fault.check === check).flatMap((fault) => fault.rule)).toContain(rule);
  });
});

test('verify exits 1 and prints the first offending rows before counts that are off', async () => {
  const [fault] = RELEASED;
  const release = await planted.builder.releaseWith(lake, fault!);
  const environment = { BREWHOUSE_KEY: KEY, NO_COLOR: '1' };
  const tokenizer = join(planted.world.folder, 'tokenizer');
  const args = ['verify', release, '--events', planted.world.events, '--tokenizer', tokenizer];
  const ran = await runCli(args, { environment });
  expect(ran.code, ran.stderr).toBe(1);
  const [first] = /^ {2}[a-z]+( [a-z_]+ row \d+)?: .*$/m.exec(ran.stdout) ?? [];
  expect(first).toMatch(new RegExp(`^ {2}[a-z]+ train row \\d+: .+ \\(.*\\b${fault!.rule}\\b`));
});
