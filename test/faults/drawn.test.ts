/** Faults of drawn items, planted in the builder; and none where none is planted. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DRAWN } from './drawing-rules.ts';
import { type FaultyWorld, makeFaultyWorld, WITHOUT_EXPOSURES } from './faulty-world.ts';
import { expectCaught, openPlantedBuilder, type PlantedBuilder, verify } from './planted-builder.ts';
import { nameOf } from './planted-rule.ts';
import { testPlanted } from './rotation.ts';

let world: FaultyWorld;
let builder: PlantedBuilder;

beforeAll(async () => {
  world = await makeFaultyWorld(WITHOUT_EXPOSURES);
  builder = openPlantedBuilder(world);
});

afterAll(() => rmSync(world.folder, { recursive: true, force: true }));

test('verify finds nothing in items that an unchanged copy of the builder drew', async () => {
  const verified = await verify(world, await builder.buildWith());
  expect(verified).toMatchObject({ ok: true, faults: [], fault_counts: {} });
  expect(verified.rows_checked).toBeGreaterThan(150);
});

describe('verify catches a builder that', () => {
  testPlanted(DRAWN, nameOf, async (fault) => {
    expectCaught(await verify(world, await builder.buildWith(fault)), fault);
  });
});
