/** Tokens of segments by number: what was added comes back, however little a reader may keep. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openMemoryScratch } from '../../src/adapters/memory/memory-scratch.ts';
import { readTokenTable, type TokenReader, writeTokenTable } from '../../src/release/token-table.ts';
import type { ScratchFile } from '../../src/sort/scratch.ts';

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
/** Tables of no block, of some, and of blocks that are just full. */
const lengths = fc.oneof(
  fc.array(fc.nat(9), { maxLength: 20 }),
  fc
    .record({ count: fc.constantFrom(1_023, 1_024, 1_025, 2_048, 3_100), longest: fc.nat(7), seed: fc.nat(99) })
    .map(({ count, longest, seed }) => Array.from({ length: count }, (_, i) => (i * 31 + seed) % (longest + 1))),
);
const tables = fc.record({ lengths, first: int32, asked: fc.array(fc.nat(), { maxLength: 60 }) });

function written(own: readonly Int32Array[]) {
  const scratch = openMemoryScratch();
  const writer = writeTokenTable(scratch);
  expect(own.map((ids) => writer.add(ids))).toEqual(own.map((_, number) => number));
  return { scratch, ...writer.finish() };
}

const idsOf = (lengths: readonly number[], first: number) =>
  lengths.map((length, i) => Int32Array.from({ length }, (_, at) => (first + 7 * i + at) | 0));

/** A copy of what the reader copies, behind what lies there already. */
function read(reader: TokenReader, segment: number, length: number): Int32Array {
  const target = new Int32Array(length + 5).fill(-9);
  expect(reader.copy(segment, target, 3)).toBe(3 + length);
  expect([...target.subarray(0, 3), ...target.subarray(3 + length)]).toEqual([-9, -9, -9, -9, -9]);
  return target.subarray(3, 3 + length);
}

/** The file, and how often a block of it was read. */
function counting(file: ScratchFile) {
  const counts = { reads: 0 };
  const open = () => {
    const reader = file.open();
    return {
      read: (target: Uint8Array, position: number) => {
        counts.reads++;
        return reader.read(target, position);
      },
      close: () => reader.close(),
    };
  };
  return { counts, file: { ...file, open } };
}

describe('a token table', () => {
  it.each([1, 40, 10_000, undefined])('hands back what was added, in any order, keeping %s bytes', (bytesMax) => {
    fc.assert(
      fc.property(tables, ({ lengths, first, asked }) => {
        const own = idsOf(lengths, first);
        const { scratch, table, file } = written(own);
        expect(table.segments).toBe(own.length);
        const reader = readTokenTable(table, file, bytesMax);
        for (const number of own.length === 0 ? [] : asked.map((each) => each % own.length))
          expect(read(reader, number, own[number]!.length)).toEqual(own[number]);
        reader.close();
        file.remove();
        expect(scratch.files.size).toBe(0);
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  it('is read once where all of it fits, and block by block where it does not', () => {
    const own = idsOf(
      Array.from({ length: 8 * 1_024 }, () => 3),
      0,
    );
    const { table, file } = written(own);
    const readsOf = (bytesMax: number | undefined, numbers: readonly number[]) => {
      const counted = counting(file);
      const reader = readTokenTable(table, counted.file, bytesMax);
      const target = new Int32Array(3);
      const isOther = (number: number) => reader.copy(number, target, 0) !== 3 || target[0] !== own[number]![0];
      expect(numbers.filter(isOther)).toEqual([]);
      reader.close();
      return counted.counts.reads;
    };
    const inOrder = own.map((_, number) => number);
    const strided = Array.from({ length: 64 }, (_, i) => ((i * 1_024) % own.length) + i);
    expect(readsOf(undefined, strided)).toBe(1);
    expect(readsOf(1, strided)).toBe(64);
    expect(readsOf(1, inOrder)).toBe(8);
  });

  it('says so where there is no such segment, or no room for it', () => {
    const { table, file } = written(idsOf([2, 3], 1));
    const reader = readTokenTable(table, file);
    expect(() => reader.copy(1, new Int32Array(2), 0)).toThrow('no room');
    expect(() => reader.copy(2, new Int32Array(9), 0)).toThrow(Error);
    expect(() => reader.copy(1_024, new Int32Array(9), 0)).toThrow(Error);
  });

  it('leaves nothing where it is aborted', () => {
    const scratch = openMemoryScratch();
    const writer = writeTokenTable(scratch);
    writer.add(Int32Array.of(1));
    writer.abort();
    expect(scratch.files.size).toBe(0);
  });
});
