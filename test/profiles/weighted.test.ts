/**
 * The profile `weighted`: every label is its id, and the loss of the answer counts a hundred times
 * the prompt's (PROFILE-1).
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { profileOf } from '../../src/profiles/profiles.ts';
import { readWithHyparquet, writeFile } from '../shard/parquet-file.ts';

const weighted = profileOf('weighted');
const PROMPT = Math.fround(0.01);

/** Rows as ids and the place where the answer begins, side by side from `first` on. */
function tokenRows(rows: readonly { ids: number[]; answer: number }[], first: number) {
  const offsets = [first];
  const spanOffsets = [0];
  for (const { ids } of rows) {
    offsets.push(offsets.at(-1)! + ids.length);
    spanOffsets.push(spanOffsets.at(-1)! + 2);
  }
  return {
    rows: rows.length,
    ids: Int32Array.from([...Array(first).fill(-7), ...rows.flatMap(({ ids }) => ids)]),
    offsets: Int32Array.from(offsets),
    spans: Int32Array.from(rows.flatMap(({ ids, answer }) => [answer, ids.length])),
    spanOffsets: Int32Array.from(spanOffsets),
  };
}

const row = fc
  .array(fc.nat(150_000), { minLength: 2, maxLength: 12 })
  .chain((ids) => fc.record({ ids: fc.constant(ids), answer: fc.integer({ min: 1, max: ids.length - 1 }) }));

it('weighs any rows, wherever in a batch they begin', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 5 }), fc.nat(3), async (rows, first) => {
      const chunks = weighted.chunks(tokenRows(rows, first));
      const file = writeFile(weighted.columns, [{ chunks, rows: rows.length }], weighted.keyValues({}));
      expect(await readWithHyparquet(file)).toEqual(
        rows.map(({ ids, answer }) => ({
          input_ids: ids,
          attention_mask: ids.map(() => 1),
          labels: ids.map(BigInt),
          loss_weights: ids.map((_, i) => (i < answer ? PROMPT : 1)),
        })),
      );
    }),
    { numRuns: 50 },
  );
});

it('tells `datasets` that the weights are floats', () => {
  const { info } = JSON.parse(weighted.keyValues({}).huggingface!);
  expect(info.features.loss_weights).toEqual({ feature: { dtype: 'float32', _type: 'Value' }, _type: 'List' });
});
