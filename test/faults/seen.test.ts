/** Faults of what is seen at T, planted in the builder. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { type FaultyWorld, makeFaultyWorld } from './faulty-world.ts';
import { expectCaught, openPlantedBuilder, type PlantedBuilder, verify } from './planted-builder.ts';
import { SEEN } from './rules.ts';

let world: FaultyWorld;
let builder: PlantedBuilder;

beforeAll(async () => {
  world = await makeFaultyWorld();
  builder = openPlantedBuilder(world);
});

afterAll(() => rmSync(world.folder, { recursive: true, force: true }));

describe('verify catches a builder that', () => {
  for (const [n, { builder: does, check, rule, ...planting }] of SEEN.entries()) {
    test(`${does}, as ${check} by ${rule}`, async () => {
      expectCaught(await verify(world, await builder.buildWith(String(n), planting)), check, rule);
    });
  }
});
