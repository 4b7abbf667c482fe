/** Faults of pairs and of weighted rows, planted in the builder; and none where none is planted. */
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FaultyWorld, makeFaultyWorld } from './faulty-world.ts';
import { expectCaught, openPlantedBuilder, type PlantedBuilder, verify } from './planted-builder.ts';
import { nameOf } from './planted-rule.ts';
import { testPlanted } from './rotation.ts';
import { PAIRED, WEIGHTED } from './rules.ts';

let world: FaultyWorld;
let builder: PlantedBuilder;
let honest: string;
let lake: string;

beforeAll(async () => {
  world = await makeFaultyWorld({ tasks: ['{ form: ranking.pairwise }'], caps: '{}', profile: 'weighted' });
  builder = openPlantedBuilder(world);
  honest = await builder.buildWith();
  lake = dirname(dirname(honest));
});

afterAll(() => rmSync(world.folder, { recursive: true, force: true }));

describe('verify finds nothing', () => {
  test('in pairs that an unchanged copy of the builder released', async () => {
    const verified = await verify(world, honest);
    expect(verified).toMatchObject({ ok: true, faults: [], fault_counts: {} });
    expect(verified.rows_checked).toBeGreaterThan(30);
  });
});

describe('verify catches a builder that', () => {
  testPlanted(PAIRED, nameOf, async (fault) => {
    expectCaught(await verify(world, await builder.buildWith(fault)), fault);
  });
  testPlanted(WEIGHTED, nameOf, async (fault) => {
    expectCaught(await verify(world, await builder.releaseWith(lake, fault)), fault);
  });
});
