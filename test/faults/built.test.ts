/**
 * Faults of what a builder asks, sees, chooses, settles and says, each planted in the builder; they
 * share one world.
 */
import { describe } from 'vitest';
import { CLOSING } from './closing-rules.ts';
import { CHOSEN } from './drawing-rules.ts';
import { expectCaught, usePlantedBuilder, verify } from './planted-builder.ts';
import { nameOf, type PlantedRule } from './planted-rule.ts';
import { testPlanted } from './rotation.ts';
import { ASKED, SEEN } from './rules.ts';
import { TAKEN_IN } from './taken-in-rules.ts';
import { SAID } from './text-rules.ts';

const planted = usePlantedBuilder();

const TABLES: readonly (readonly [of: string, rules: readonly PlantedRule[]])[] = [
  ['is asked and taken in', [...ASKED, ...TAKEN_IN]],
  ['is seen at T', SEEN],
  ['is chosen as a candidate', CHOSEN],
  ['is known when a question closes', CLOSING],
  ['a prompt says', SAID],
];

describe.each(TABLES)('verify catches a builder that, of what %s,', (_, rules) => {
  testPlanted(rules, nameOf, async (fault) => {
    expectCaught(await verify(planted.world, await planted.builder.buildWith(fault)), fault);
  });
});
