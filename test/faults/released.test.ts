/**
 * Faults of filling, writing and choosing rows, planted in the builder or in the files of a
 * release; and none where none is planted.
 */
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ShuffledRow } from '../../src/release/shuffle.ts';
import { runCli } from '../cli/run-cli.ts';
import { type FaultyWorld, KEY, makeFaultyWorld } from './faulty-world.ts';
import { expectCaught, openPlantedBuilder, type PlantedBuilder, verify } from './planted-builder.ts';
import { testPlanted } from './rotation.ts';
import { FILLED, nameOf, RELEASED } from './rules.ts';
import { tamper } from './tampered-release.ts';

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

  test('in the same release written anew, which is how faults are planted in files', async () => {
    const verified = await verify(world, await tamper(lake, 'made', 'same', {}));
    expect(verified).toMatchObject({ ok: true, faults: [], fault_counts: {} });
  });
});

describe('verify catches a builder that', () => {
  testPlanted(FILLED, nameOf, async ({ check, rule, ...planting }) => {
    expectCaught(await verify(world, await builder.buildWith(planting)), check, rule);
  });
  testPlanted(RELEASED, nameOf, async ({ check, rule, ...planting }) => {
    expectCaught(await verify(world, await builder.releaseWith(lake, planting)), check, rule);
  });
});

describe('verify catches in the files', () => {
  test('a supervised span that is shifted by one token, as answer', async () => {
    const rows = ([first, ...others]: ShuffledRow[]) => [
      { ...first!, spans: first!.spans.map((end) => end - 1) },
      ...others,
    ];
    const verified = await verify(world, await tamper(lake, 'made', 'shifted', { rows }));
    expectCaught(verified, 'answer', 'FRAME-4');
    expect(verified.faults[0]).toMatchObject({ check: 'answer', split: 'train', row: 0 });
    expect(verified.fault_counts.answer).toBe(1);
  });

  test('two rows that changed places between train and test, as split', async () => {
    const rows = (all: ShuffledRow[]) => {
      const [train, tested] = (['train', 'test'] as const).map((split) => all.findIndex((row) => row.split === split));
      const moved = (to: number, from: number): ShuffledRow => {
        const { split } = all[to]!;
        return { ...all[from]!, split, meta: { ...all[from]!.meta, split } };
      };
      return all.with(train!, moved(train!, tested!)).with(tested!, moved(tested!, train!));
    };
    const verified = await verify(world, await tamper(lake, 'made', 'swapped', { rows }));
    expectCaught(verified, 'split', 'SPLIT-2');
    expect(verified.faults.map(({ detail }) => detail)).toContain('by the rules this row is test');
    expect(verified.faults.map(({ detail }) => detail)).toContain('by the rules this row is train');
  });

  test('a row that stands twice, as repeat', async () => {
    const rows = (all: ShuffledRow[]) => [all[0]!, ...all];
    const verified = await verify(world, await tamper(lake, 'made', 'doubled', { rows }));
    expectCaught(verified, 'repeat', 'OPEN-4');
    expect(verified.fault_counts.repeat).toBe(1);
  });

  test('an index entry that points at another row, as index', async () => {
    const exampleIndex: NonNullable<Parameters<typeof tamper>[3]['exampleIndex']> = ([first, ...others]) => [
      { ...first!, row: first!.row === 0 ? 1 : first!.row - 1 },
      ...others,
    ];
    const release = await tamper(lake, 'made', 'misled', { exampleIndex });
    const verified = await verify(world, release);
    expect(verified).toMatchObject({ ok: false, fault_counts: { index: 1 } });
    expect(verified.faults[0]!.rule).toEqual(['RELEASE-5']);
    expect(verified.faults[0]!.example_id).toMatch(/^[0-9a-f]{32}$/);
  });
});

test('verify exits 1 and prints the first offending rows before counts that are off', async () => {
  const { builder: _, check, rule, ...planting } = RELEASED[0]!;
  const release = await builder.releaseWith(lake, planting);
  const environment = { BREWHOUSE_KEY: KEY, NO_COLOR: '1' };
  const tokenizer = join(world.folder, 'tokenizer');
  const args = ['verify', release, '--events', world.events, '--tokenizer', tokenizer];
  const ran = await runCli(args, { environment });
  expect(ran.code, ran.stderr).toBe(1);
  const [first] = /^ {2}[a-z]+( [a-z_]+ row \d+)?: .*$/m.exec(ran.stdout) ?? [];
  expect(first).toMatch(new RegExp(`^ {2}${check} train row \\d+: by the rules this row is in_gap \\(${rule}\\b`));
});
