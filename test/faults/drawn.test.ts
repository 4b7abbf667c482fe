/** Faults of drawn items, planted in the builder; and none where none is planted. */
import { describe, expect, test } from 'vitest';
import { DRAWN } from './drawing-rules.ts';
import { WITHOUT_EXPOSURES } from './faulty-world.ts';
import { expectCaught, usePlantedBuilder, verify } from './planted-builder.ts';
import { nameOf } from './planted-rule.ts';
import { testPlanted } from './rotation.ts';

const planted = usePlantedBuilder(WITHOUT_EXPOSURES);

test('verify finds nothing in items that an unchanged copy of the builder drew', async () => {
  const verified = await verify(planted.world, await planted.builder.buildWith());
  expect(verified).toMatchObject({ ok: true, faults: [], fault_counts: {} });
  expect(verified.rows_checked).toBeGreaterThan(150);
});

describe('verify catches a builder that', () => {
  testPlanted(DRAWN, nameOf, async (fault) => {
    expectCaught(await verify(planted.world, await planted.builder.buildWith(fault)), fault);
  });
});
