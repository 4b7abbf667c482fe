/** Faults of pairs and of weighted rows, planted in the builder; and none where none is planted. */
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectCaught, usePlantedBuilder, verify } from './planted-builder.ts';
import { nameOf } from './planted-rule.ts';
import { testPlanted } from './rotation.ts';
import { PAIRED } from './rules.ts';
import { WEIGHTED } from './weighted-rules.ts';

let honest: string;
let lake: string;

const pairs = { tasks: ['{ form: ranking.pairwise }'], caps: '{}', profile: 'weighted' };
const planted = usePlantedBuilder(pairs, async ({ builder }) => {
  honest = await builder.buildWith();
  lake = dirname(dirname(honest));
});

describe('verify finds nothing', () => {
  test('in pairs that an unchanged copy of the builder released', async () => {
    const verified = await verify(planted.world, honest);
    expect(verified).toMatchObject({ ok: true, faults: [], fault_counts: {} });
    expect(verified.rows_checked).toBeGreaterThan(30);
  });
});

describe('verify catches a builder that', () => {
  testPlanted(PAIRED, nameOf, async (fault) => {
    expectCaught(await verify(planted.world, await planted.builder.buildWith(fault)), fault);
  });
  testPlanted(WEIGHTED, nameOf, async (fault) => {
    expectCaught(await verify(planted.world, await planted.builder.releaseWith(lake, fault)), fault);
  });
});
