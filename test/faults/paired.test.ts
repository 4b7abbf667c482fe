/** Faults of pairs and of weighted rows, planted in the builder; and none where none is planted. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FaultyWorld, makeFaultyWorld } from './faulty-world.ts';
import { expectCaught, openPlantedBuilder, type PlantedBuilder, verify } from './planted-builder.ts';
import { PAIRED, WEIGHTED } from './rules.ts';

let world: FaultyWorld;
let builder: PlantedBuilder;
let lake: string;

beforeAll(async () => {
  world = await makeFaultyWorld({ tasks: ['{ form: ranking.pairwise }'], profile: 'weighted' });
  builder = openPlantedBuilder(world);
  await builder.buildWith('honest');
  lake = join(world.folder, 'lake-honest');
});

afterAll(() => rmSync(world.folder, { recursive: true, force: true }));

describe('verify finds nothing', () => {
  test('in pairs that an unchanged copy of the builder released', async () => {
    const verified = await verify(world, join(lake, 'releases', 'made'));
    expect(verified).toMatchObject({ ok: true, faults: [], fault_counts: {} });
    expect(verified.rows_checked).toBeGreaterThan(30);
  });
});

describe('verify catches a builder that', () => {
  for (const [n, { builder: does, check, rule, ...planting }] of PAIRED.entries()) {
    test(`${does}, as ${check} by ${rule}`, async () => {
      expectCaught(await verify(world, await builder.buildWith(String(n), planting)), check, rule);
    });
  }
  for (const [n, { builder: does, check, rule, ...planting }] of WEIGHTED.entries()) {
    test(`${does}, as ${check} by ${rule}`, async () => {
      expectCaught(await verify(world, await builder.releaseWith(`planted-${n}`, lake, planting)), check, rule);
    });
  }
});
