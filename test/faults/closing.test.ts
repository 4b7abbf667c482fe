/** Faults of when questions close and of what is known by then, planted in the builder. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe } from 'vitest';
import { CLOSING } from './closing-rules.ts';
import { type FaultyWorld, makeFaultyWorld } from './faulty-world.ts';
import { expectCaught, openPlantedBuilder, type PlantedBuilder, verify } from './planted-builder.ts';
import { nameOf } from './planted-rule.ts';
import { testPlanted } from './rotation.ts';

let world: FaultyWorld;
let builder: PlantedBuilder;

beforeAll(async () => {
  world = await makeFaultyWorld();
  builder = openPlantedBuilder(world);
});

afterAll(() => rmSync(world.folder, { recursive: true, force: true }));

describe('verify catches a builder that', () => {
  testPlanted(CLOSING, nameOf, async (fault) => {
    expectCaught(await verify(world, await builder.buildWith(fault)), fault);
  });
});
