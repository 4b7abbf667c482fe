/** Footers and pages: what they say, and that every change of a byte is seen. */
import { parquetMetadata, parquetSchema, readColumnIndex, readOffsetIndex } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { BrewhouseError } from '../../src/errors.ts';
import type { ParquetFile } from '../../src/shard/parquet-reader.ts';
import { type ColumnSpec, createParquetWriter } from '../../src/shard/parquet-writer.ts';
import { failureOf } from '../contract/object-store.ts';
import { asyncBuffer, openFile, readColumn, writeFile } from './parquet-file.ts';

const COLUMNS: ColumnSpec[] = [
  { name: 'n', type: 'int32' },
  { name: 'at', type: 'int64' },
  { name: 'p', type: 'double' },
  { name: 'title', type: 'utf8' },
  { name: 'ids', type: 'list<int32>' },
  { name: 'tags', type: 'list<utf8>' },
];
const GROUP = {
  rows: 3,
  chunks: [
    Int32Array.of(5, -2, 9),
    BigInt64Array.of(-(2n ** 63n), 4n, 2n ** 63n - 1n),
    Float64Array.of(0.5, 0, 0.25),
    ['zsecretz', 'asecreta', 'msecretm'],
    { values: Int32Array.of(4, 8, 1), offsets: Int32Array.of(0, 2, 2, 3) },
    { values: ['zsecretz', 'asecreta'], offsets: Int32Array.of(0, 0, 2, 2) },
  ],
};
const file = writeFile(COLUMNS, [GROUP, GROUP]);
const metadata = parquetMetadata(asyncBuffer(file).slice(0));

describe('statistics and page index', () => {
  it('hold least and greatest of numbers', () => {
    const statistics = metadata.row_groups[1]!.columns.map((chunk) => chunk.meta_data?.statistics);
    expect(statistics.map((s) => s?.min_value)).toEqual([-2, -(2n ** 63n), -0, undefined, 1, undefined]);
    expect(statistics.map((s) => s?.max_value)).toEqual([9, 2n ** 63n - 1n, 0.5, undefined, 8, undefined]);
    expect(statistics.map((s) => s?.null_count)).toEqual([0n, 0n, 0n, undefined, 1n, undefined]);
  });

  it('never hold a text', () => {
    const footer = file.subarray(file.length - 8 - file.readUInt32LE(file.length - 8));
    expect(footer.includes('secret')).toBe(false);
    const text = metadata.row_groups[0]!.columns[3]!;
    expect([text.column_index_offset, text.offset_index_offset]).toEqual([undefined, undefined]);
  });

  it('index the one page of a column of numbers', () => {
    const chunk = metadata.row_groups[1]!.columns[4]!;
    const bytes = (offset: bigint | undefined, length: number | undefined) => ({
      view: new DataView(asyncBuffer(file).slice(Number(offset), Number(offset) + length!)),
      offset: 0,
    });
    const element = parquetSchema(metadata).children[4]!.children[0]!.children[0]!.element;
    expect(readColumnIndex(bytes(chunk.column_index_offset, chunk.column_index_length), element)).toMatchObject({
      null_pages: [false],
      min_values: [1],
      max_values: [8],
      null_counts: [1n],
    });
    expect(readOffsetIndex(bytes(chunk.offset_index_offset, chunk.offset_index_length)).page_locations).toEqual([
      {
        offset: chunk.meta_data?.data_page_offset,
        compressed_page_size: Number(chunk.meta_data?.total_compressed_size),
        first_row_index: 0n,
      },
    ]);
  });

  it('leave out doubles with a NaN', () => {
    const nan = writeFile([{ name: 'p', type: 'double' }], [{ rows: 2, chunks: [Float64Array.of(1, Number.NaN)] }]);
    const chunk = parquetMetadata(asyncBuffer(nan).slice(0)).row_groups[0]!.columns[0]!;
    expect(chunk.meta_data?.statistics?.min_value).toBeUndefined();
    expect(chunk.column_index_offset).toBeUndefined();
  });
});

describe('our reader', () => {
  it('refuses every cut of a file', async () => {
    for (let size = 0; size < file.length; size++)
      expect(await failureOf(() => openFile(file.subarray(0, size)))).toBe('lake_broken');
  });

  it('refuses or reads, and never fails otherwise, when a byte has changed, and sees a change of a page', async () => {
    const pagesEnd = Number(metadata.row_groups[1]!.columns[5]!.meta_data!.data_page_offset);
    const readable = COLUMNS.filter(({ name }) => name !== 'at');
    const readAll = async (opened: ParquetFile) => Promise.all(readable.map(({ name }) => readColumn(opened, name)));
    const whole = await readAll(await openFile(file));
    for (let at = 0; at < file.length; at++) {
      const damaged = Buffer.from(file);
      damaged[at]! ^= 0x10;
      try {
        const columns = await readAll(await openFile(damaged));
        if (at >= 4 && at < pagesEnd) expect(columns).toEqual(whole);
      } catch (error) {
        if (!(error instanceof BrewhouseError)) throw error;
      }
    }
  });

  it('refuses to give a column that the file lacks', async () => {
    const opened = await openFile(file);
    expect(await failureOf(() => opened.readColumn(0, 'other'))).toBe('lake_broken');
  });

  it('refuses the file of another writer', async () => {
    const other = Buffer.from(file);
    other.write('otherhous', other.lastIndexOf('brewhouse'), 'latin1');
    await expect(openFile(other)).rejects.toThrow(/otherhous/);
  });
});

describe('a row group of the wrong shape is a bug of the caller', () => {
  const writer = () =>
    createParquetWriter({ columns: [{ name: 'c', type: 'list<int32>' }], keyValues: {}, write: () => {} });

  it.each([
    ['no rows', 0, { values: new Int32Array(), offsets: Int32Array.of(0) }],
    ['offsets of other rows', 2, { values: Int32Array.of(1), offsets: Int32Array.of(0, 1) }],
    ['offsets beyond the values', 1, { values: Int32Array.of(1), offsets: Int32Array.of(0, 2) }],
    ['falling offsets', 2, { values: Int32Array.of(1, 2), offsets: Int32Array.of(0, 2, 1) }],
    ['values of another type', 1, { values: Float64Array.of(1), offsets: Int32Array.of(0, 1) }],
    ['flat values in a list column', 1, Int32Array.of(1)],
  ])('%s', (_, rows, chunk) => {
    expect(() => writer().writeRowGroup([chunk], rows)).toThrow(Error);
  });

  it('and so is an index outside of its dictionary', () => {
    const texts = createParquetWriter({ columns: [{ name: 'c', type: 'utf8' }], keyValues: {}, write: () => {} });
    const chunk = { dictionary: ['a'], indices: Int32Array.of(0, 0, 0, 0, 0, 0, 0, 1) };
    expect(() => texts.writeRowGroup([chunk], 8)).toThrow(/dictionary/);
  });

  it('and so is a number that int64 from doubles cannot hold', () => {
    const flat = createParquetWriter({ columns: [{ name: 'c', type: 'int64' }], keyValues: {}, write: () => {} });
    expect(() => flat.writeRowGroup([Float64Array.of(0.5)], 1)).toThrow(/safe integer/);
  });
});
