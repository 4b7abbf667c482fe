/**
 * Rows as their tables say them: through Parquet files and through the sorter's bytes they come
 * back as they were.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Column, RowOf, StoredType } from '../../schemas/columns.ts';
import { loadRow, storeRow } from '../../schemas/columns.ts';
import {
  CORPUS,
  DEAD_LETTER,
  EXAMPLE_INDEX,
  ORIGIN,
  ORIGIN_EVENTS,
  ORIGIN_SEGMENTS,
  PART_EVENTS,
  PART_ROWS,
  PART_SEGMENTS,
  SIDECAR,
} from '../../schemas/rows.ts';
import { createByteBuffer } from '../../src/shard/byte-buffer.ts';
import type { ParquetFile } from '../../src/shard/parquet-reader.ts';
import { columnSpecs, columnsOf, type FileTable, readRecords, recordGroups } from '../../src/shard/records.ts';
import { byteCursor, readRow, writeRow } from '../../src/shard/row-codec.ts';
import { openFile, writeFile } from './parquet-file.ts';

const TABLES = {
  ...{ CORPUS, EXAMPLE_INDEX, SIDECAR },
  ...{ ORIGIN, ORIGIN_EVENTS, ORIGIN_SEGMENTS, PART_EVENTS, PART_ROWS, PART_SEGMENTS },
};
const word = fc.string({ unit: 'binary', maxLength: 9 });
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

/**
 * Any value that a column of the type can hold; texts without regard to what they
 * must say.
 */
const STORED: { readonly [S in StoredType]: fc.Arbitrary<unknown> } = {
  utf8: word,
  int32,
  int64: fc.maxSafeInteger(),
  double: fc.double({ noNaN: true }),
  'list<int32>': fc.array(int32, { maxLength: 6 }).map((values) => Int32Array.from(values)),
  bytes: fc.uint8Array({ maxLength: 9 }),
};
/** Values of columns whose texts have a form, as memory holds them. */
const run = fc.record({ field: fc.constantFrom('title', 'place.x'), from: fc.nat(99), to: fc.nat(99) });
const item = fc.string({ minLength: 1, maxLength: 5 }).filter((text) => !text.includes('\u001f'));
const FORMED: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  item_ids: fc.array(item, { maxLength: 4 }),
  candidate_reasons: fc.array(item, { maxLength: 4 }),
  turn_times: fc.array(fc.maxSafeInteger(), { maxLength: 4 }),
  fields: fc.array(run, { maxLength: 3 }),
  role: fc.constantFrom('control', 'answer'),
  level: fc.constantFrom('', 'full', 'shown'),
  kind: fc.constantFrom('member', 'interaction'),
  split: fc.constantFrom('train', 'test_task'),
};

function rowsOf<T extends FileTable>(table: T): fc.Arbitrary<RowOf<T>[]> {
  const values = Object.entries(table).map(([name, { type }]) => [name, FORMED[name] ?? STORED[type]] as const);
  const row = fc.record(Object.fromEntries(values)) as fc.Arbitrary<unknown>;
  return fc.array(row as fc.Arbitrary<RowOf<T>>, { minLength: 1, maxLength: 12 });
}

const fileOf = <T extends FileTable>(table: T, rows: readonly RowOf<T>[]) =>
  openFile(writeFile(columnSpecs(table), [{ chunks: columnsOf(table, rows), rows: rows.length }]));

const firstGroup = async <T extends FileTable>(file: ParquetFile, table: T) =>
  (await recordGroups(file, table).next()).value;

describe.each(Object.entries(TABLES) as [string, FileTable][])('rows of %s', (_, table) => {
  it('come back from a Parquet file', async () => {
    await fc.assert(
      fc.asyncProperty(rowsOf(table), async (rows) => {
        const file = await fileOf(table, rows);
        expect(await firstGroup(file, table)).toEqual(rows);
        const row = rows.length - 1;
        expect((await readRecords(file, 0, table))(row)).toEqual(rows[row]);
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  it('come back from the bytes that pass a sorter, one behind the other', () => {
    fc.assert(
      fc.property(rowsOf(table), (rows) => {
        const out = createByteBuffer();
        for (const row of rows) writeRow(out, table, storeRow(table, row));
        // At an odd place: a sorter's windows begin anywhere.
        const bytes = Buffer.concat([Buffer.of(0), out.written]).subarray(1);
        const cursor = byteCursor(bytes);
        expect(rows.map(() => loadRow(table, readRow(cursor, table)))).toEqual(rows);
        expect(cursor.at).toBe(bytes.length);
      }),
      { numRuns: 40, seed: 7 },
    );
  });
});

describe('a value', () => {
  const letter = { source: 'a', line: 1, reason: 'bad_json', field: '', message: '', raw: new Uint8Array() } as const;

  it.each([
    ['missing', { line: undefined }],
    ['null', { message: null }],
    ['not whole', { line: 1.5 }],
    ['no number', { line: '1' }],
    ['no text', { source: 1 }],
    ['no bytes', { raw: [1] }],
  ])('that is %s is refused: a column holds its kind and never null', (_, wrong) => {
    const row = { ...letter, ...wrong } as unknown as RowOf<typeof DEAD_LETTER>;
    expect(() => storeRow(DEAD_LETTER, row)).toThrow(/cannot hold/);
  });

  it('that the file holds but its column cannot mean is a broken file', async () => {
    const text: Column<string, 'utf8'> = { ...SIDECAR.member };
    const row = { split: 'nowhere' };
    const file = await fileOf({ split: text }, [row]);
    await expect(firstGroup(file, { split: SIDECAR.split })).rejects.toMatchObject({ code: 'lake_broken' });
    await expect(firstGroup(file, { split: SIDECAR.thin })).rejects.toMatchObject({ code: 'lake_broken' });
  });
});
