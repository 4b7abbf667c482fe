/** Columns of every type come back as they were, through our reader and through hyparquet. */
import fc from 'fast-check';
import { parquetMetadata } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import type { ColumnChunk, ColumnSpec, ColumnType } from '../../src/shard/parquet-writer.ts';
import { asyncBuffer, offsetsOf, openFile, readColumn, readWithHyparquet, writeFile } from './parquet-file.ts';

const RUNS = { numRuns: 120 };
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const fewInts = fc.constantFrom(-1, 0, 7, 300_000);
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const word = fc.string({ unit: 'binary', maxLength: 12 });
const fewWords = fc.constantFrom('', 'viewed', 'naïve ☕', '作業', '🍺'.repeat(9));

/** Writes the rows as two groups, the first of `cut` rows, and gives them read by both readers. */
async function roundTrip<T>(
  type: ColumnType,
  rows: readonly T[],
  cut: number,
  toChunk: (rows: readonly T[]) => ColumnChunk,
) {
  const parts = [rows.slice(0, cut), rows.slice(cut)].filter((part) => part.length > 0);
  const columns = [{ name: 'c', type }];
  const file = writeFile(
    columns,
    parts.map((part) => ({ chunks: [toChunk(part)], rows: part.length })),
  );
  const theirs = (await readWithHyparquet(file)).map((row) => row.c);
  return { file, theirs, ours: async () => readColumn(await openFile(file), 'c') };
}

const cuts = fc.nat({ max: 60 });
const rowsOf = <T>(value: fc.Arbitrary<T>) => fc.array(value, { minLength: 1, maxLength: 60 });
const listsOf = <T>(value: fc.Arbitrary<T>) => rowsOf(fc.array(value, { maxLength: 20 }));

describe('flat columns come back as they were written', () => {
  it('int32, many and few distinct', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(rowsOf(int32), rowsOf(fewInts)), cuts, async (rows, cut) => {
        const { theirs, ours } = await roundTrip('int32', rows, cut, (part) => Int32Array.from(part));
        expect(theirs).toEqual(rows);
        expect(await ours()).toEqual(rows);
      }),
      RUNS,
    );
  });

  it('int64 to its extremes, and our reader refuses what a number cannot hold', async () => {
    const extremes = fc.constantFrom(
      -(2n ** 63n),
      2n ** 63n - 1n,
      2n ** 53n,
      2n ** 53n - 1n,
      -(2n ** 53n) + 1n,
      -1n,
      0n,
    );
    await fc.assert(
      fc.asyncProperty(rowsOf(fc.oneof(int64, extremes)), cuts, async (rows, cut) => {
        const { theirs, ours } = await roundTrip('int64', rows, cut, (part) => BigInt64Array.from(part));
        expect(theirs).toEqual(rows);
        if (rows.every((value) => Number.isSafeInteger(Number(value)))) expect(await ours()).toEqual(rows.map(Number));
        else await expect(ours()).rejects.toThrow(expect.objectContaining({ code: 'lake_broken' }));
      }),
      RUNS,
    );
  });

  it('int64 from safe integers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(rowsOf(fc.maxSafeInteger()), rowsOf(fewInts)), cuts, async (rows, cut) => {
        const { theirs, ours } = await roundTrip('int64', rows, cut, (part) => Float64Array.from(part));
        expect(theirs).toEqual(rows.map(BigInt));
        expect(await ours()).toEqual(rows.map((value) => value + 0));
      }),
      RUNS,
    );
  });

  it('double, with NaN, infinities and both zeros', async () => {
    await fc.assert(
      fc.asyncProperty(rowsOf(fc.double()), cuts, async (rows, cut) => {
        const { theirs, ours } = await roundTrip('double', rows, cut, (part) => Float64Array.from(part));
        expect(theirs).toEqual(rows);
        expect(await ours()).toEqual(rows);
      }),
      RUNS,
    );
  });

  it('utf8 of any script, from strings and from a dictionary', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(rowsOf(word), rowsOf(fewWords)), cuts, fc.boolean(), async (rows, cut, indexed) => {
        const dictionary = ['unused', ...new Set(rows), 'unused too'];
        const { theirs, ours } = await roundTrip('utf8', rows, cut, (part) =>
          indexed ? { dictionary, indices: Int32Array.from(part, (text) => dictionary.lastIndexOf(text)) } : part,
        );
        expect(theirs).toEqual(rows);
        expect(await ours()).toEqual(rows);
      }),
      RUNS,
    );
  });

  it('a constant', async () => {
    const { theirs, ours } = await roundTrip('int32', [9, 9, 9], 1, () => ({ constant: 9 }));
    expect(theirs).toEqual([9, 9, 9]);
    expect(await ours()).toEqual([9, 9, 9]);
  });
});

describe('list columns come back as they were written, empty lists too', () => {
  it('list<int32>, also from a slice of a larger array', async () => {
    await fc.assert(
      fc.asyncProperty(listsOf(int32), cuts, fc.nat({ max: 3 }), async (rows, cut, base) => {
        const { theirs, ours } = await roundTrip('list<int32>', rows, cut, (part) => ({
          values: Int32Array.from([...Array<number>(base).fill(-5), ...part.flat(), 6]),
          offsets: offsetsOf(part).map((offset) => offset + base),
        }));
        expect(theirs).toEqual(rows);
        expect(await ours()).toEqual(rows);
      }),
      RUNS,
    );
  });

  it('list<int8>', async () => {
    await fc.assert(
      fc.asyncProperty(listsOf(fc.integer({ min: -128, max: 127 })), cuts, async (rows, cut) => {
        const { theirs, ours } = await roundTrip('list<int8>', rows, cut, (part) => ({
          values: Int8Array.from(part.flat()),
          offsets: offsetsOf(part),
        }));
        expect(theirs).toEqual(rows);
        expect(await ours()).toEqual(rows);
      }),
      RUNS,
    );
  });

  it('list<int8> of a constant', async () => {
    await fc.assert(
      fc.asyncProperty(listsOf(fc.constant(1)), cuts, async (rows, cut) => {
        const { theirs, ours } = await roundTrip('list<int8>', rows, cut, (part) => ({
          values: { constant: 1 },
          offsets: offsetsOf(part),
        }));
        expect(theirs).toEqual(rows);
        expect(await ours()).toEqual(rows);
      }),
      RUNS,
    );
  });

  it('list<int64>, widened from int32', async () => {
    await fc.assert(
      fc.asyncProperty(listsOf(int32), cuts, async (rows, cut) => {
        const { theirs, ours } = await roundTrip('list<int64>', rows, cut, (part) => ({
          values: Int32Array.from(part.flat()),
          offsets: offsetsOf(part),
        }));
        expect(theirs).toEqual(rows.map((row) => row.map(BigInt)));
        expect(await ours()).toEqual(rows);
      }),
      RUNS,
    );
  });

  it('list<float>, many and few distinct, with NaN, infinities and both zeros', async () => {
    const few = fc.constantFrom(Math.fround(0.01), 1, 0, -0, Number.NaN);
    await fc.assert(
      fc.asyncProperty(fc.oneof(listsOf(fc.float()), listsOf(few)), cuts, async (rows, cut) => {
        const { theirs, ours } = await roundTrip('list<float>', rows, cut, (part) => ({
          values: Float32Array.from(part.flat()),
          offsets: offsetsOf(part),
        }));
        expect(theirs).toEqual(rows);
        expect(await ours()).toEqual(rows);
      }),
      RUNS,
    );
  });

  it('list<utf8>, from strings and from a dictionary', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(listsOf(word), listsOf(fewWords)), cuts, fc.boolean(), async (rows, cut, indexed) => {
        const dictionary = [...new Set(rows.flat())];
        const { theirs, ours } = await roundTrip('list<utf8>', rows, cut, (part) => ({
          values: indexed
            ? { dictionary, indices: Int32Array.from(part.flat(), (text) => dictionary.indexOf(text)) }
            : part.flat(),
          offsets: offsetsOf(part),
        }));
        expect(theirs).toEqual(rows);
        expect(await ours()).toEqual(rows);
      }),
      RUNS,
    );
  });
});

describe('whole files', () => {
  const columns: ColumnSpec[] = [
    { name: 'member', type: 'utf8' },
    { name: 'asked_at', type: 'int64' },
    { name: 'input_ids', type: 'list<int32>' },
  ];
  const count = 70_000;
  const groups = [
    {
      rows: count,
      chunks: [
        Array.from({ length: count }, (_, i) => `m${i % 5000}`),
        Float64Array.from({ length: count }, (_, i) => 1.7e12 + (i >> 6)),
        {
          values: Int32Array.from({ length: count * 2 }, (_, i) => i),
          offsets: Int32Array.from({ length: count + 1 }, (_, i) => i * 2),
        },
      ],
    },
  ];

  it('give long columns, wide dictionaries and key-values back', async () => {
    const file = writeFile(columns, groups, { schema: '1', ключ: 'значение' });
    const opened = await openFile(file);
    expect(opened.keyValues).toEqual({ schema: '1', ключ: 'значение' });
    expect(opened.columns).toEqual(columns);
    expect(opened.rowGroups).toEqual([{ rows: count }]);
    const rows = await readWithHyparquet(file);
    const members = await readColumn(opened, 'member');
    const times = await readColumn(opened, 'asked_at');
    const ids = await readColumn(opened, 'input_ids');
    const wrong = rows.filter(
      (row, i) =>
        row.member !== `m${i % 5000}` ||
        members[i] !== row.member ||
        Number(row.asked_at) !== times[i] ||
        String(row.input_ids) !== `${i * 2},${i * 2 + 1}` ||
        String(ids[i]) !== String(row.input_ids),
    );
    expect(rows.length).toBe(count);
    expect(wrong).toEqual([]);
  });

  it('may hold no row at all', async () => {
    const file = writeFile(columns, []);
    expect(await readWithHyparquet(file)).toEqual([]);
    expect((await openFile(file)).rowGroups).toEqual([]);
  });

  it('are the same bytes for the same rows', () => {
    expect(writeFile(columns, groups).equals(writeFile(columns, groups))).toBe(true);
  });

  it('describe themselves with a footer that hyparquet understands', () => {
    const metadata = parquetMetadata(asyncBuffer(writeFile(columns, groups)).slice(0));
    const chunks = metadata.row_groups[0]!.columns;
    expect(metadata.created_by).toBe('brewhouse');
    expect(metadata.num_rows).toBe(BigInt(count));
    expect(chunks.map((chunk) => chunk.meta_data?.codec)).toEqual(['ZSTD', 'ZSTD', 'ZSTD']);
    expect(chunks.map((chunk) => chunk.meta_data?.encodings)).toEqual([
      ['PLAIN', 'RLE', 'RLE_DICTIONARY'],
      ['PLAIN', 'RLE', 'RLE_DICTIONARY'],
      ['PLAIN', 'RLE'],
    ]);
  });
});
