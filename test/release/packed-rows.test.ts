/** Rows pass the sort as bytes: packed and unpacked they are what they were. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredType, Table } from '../../schemas/columns.ts';
import { SPLITS } from '../../schemas/ledger.ts';
import { SIDECAR } from '../../schemas/rows.ts';
import {
  createRowCollector,
  createRowPacker,
  packedHead,
  TAKEN_ORIGIN,
  type TakenRow,
  unpackMeta,
  unpackRows,
} from '../../src/release/packed-rows.ts';
import { joinLists, storedColumns } from '../../src/shard/records.ts';

const text = fc.string({ unit: 'binary', maxLength: 12 });
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const int32s = fc.array(int32, { maxLength: 9 }).map((values) => Int32Array.from(values));
const STORED: { readonly [S in StoredType]?: fc.Arbitrary<unknown> } = {
  ...{ utf8: text, int32, int64: fc.maxSafeInteger(), double: fc.double({ noNaN: true }), 'list<int32>': int32s },
};
const pseudonym = fc.stringMatching(/^[0-9a-f]{32}$/);

function rowOf(table: Table, more: Record<string, fc.Arbitrary<unknown>> = {}): fc.Arbitrary<unknown> {
  return fc.record(
    Object.fromEntries(Object.entries(table).map(([name, { type }]) => [name, more[name] ?? STORED[type]!])),
  );
}

const rows = fc.record({
  split: fc.constantFrom(...SPLITS),
  row: fc.record({
    spans: int32s,
    meta: rowOf(SIDECAR, { example_id: pseudonym, member: pseudonym, n_tokens: fc.nat(2 ** 31 - 1) }),
    origin: rowOf(TAKEN_ORIGIN),
  }) as fc.Arbitrary<TakenRow>,
});

describe('a packed row', () => {
  it('is the row that it was made of, wherever its bytes lie, and says of itself where it goes', () => {
    const packer = createRowPacker();
    fc.assert(
      fc.property(fc.array(rows, { minLength: 1, maxLength: 5 }), fc.nat(7), (all, offset) => {
        // A packed row holds until the next is packed: copies, at any place of a larger buffer.
        const copies = all.map(({ split, row }) => {
          const packed = packer.pack(split, row);
          const larger = new Uint8Array(offset + packed.length + 3).fill(255);
          larger.set(packed, offset);
          return larger.subarray(offset, offset + packed.length);
        });
        const metas = all.map(({ row: { meta } }) => meta);
        expect(copies.map(unpackMeta)).toEqual(metas);
        expect(copies.map(packedHead)).toEqual(
          all.map(({ split, row: { meta } }) => ({
            ...{ split, tokens: meta.n_tokens, exampleId: meta.example_id, member: meta.member },
          })),
        );
        const unpacked = copies.map(unpackMeta);
        for (const copy of copies) copy.fill(0);
        expect(unpacked).toEqual(metas);
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  it('is one of columns that are those of the rows, group after group', () => {
    const packer = createRowPacker();
    const collector = createRowCollector();
    fc.assert(
      fc.property(fc.array(rows, { minLength: 1, maxLength: 5 }), (all) => {
        for (const { split, row } of all) collector.add(packer.pack(split, row));
        expect(collector.rows()).toBe(all.length);
        const { meta, origin, ...others } = unpackRows(collector.take());
        expect(collector.rows()).toBe(0);
        const own = all.map(({ row }) => row);
        expect(others).toEqual({ rows: all.length, spans: joinLists(own.map(({ spans }) => spans)) });
        const metas = own.map((row) => row.meta);
        const origins = own.map((row) => row.origin);
        expect(Object.values(meta)).toEqual(storedColumns(SIDECAR, metas));
        expect(Object.values(origin)).toEqual(storedColumns(TAKEN_ORIGIN, origins));
      }),
      { numRuns: 200, seed: 7 },
    );
  });
});
