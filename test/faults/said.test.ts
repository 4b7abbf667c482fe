/** Faults of what a prompt says, planted in the builder. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe } from 'vitest';
import { type FaultyWorld, makeFaultyWorld } from './faulty-world.ts';
import { expectCaught, openPlantedBuilder, type PlantedBuilder, verify } from './planted-builder.ts';
import { nameOf } from './planted-rule.ts';
import { testPlanted } from './rotation.ts';
import { SAID } from './text-rules.ts';

let world: FaultyWorld;
let builder: PlantedBuilder;

beforeAll(async () => {
  world = await makeFaultyWorld();
  builder = openPlantedBuilder(world);
});

afterAll(() => rmSync(world.folder, { recursive: true, force: true }));

describe('verify catches a builder that', () => {
  testPlanted(SAID, nameOf, async (fault) => {
    expectCaught(await verify(world, await builder.buildWith(fault)), fault);
  });
});
