/** Rows to columns and back, as their table says: sidecars, origin files and index files. */
import {
  loadRow,
  type RowOf,
  requireStored,
  type StoredRow,
  type StoredType,
  type StoredTypes,
  storeRow,
  type Table,
} from '../../schemas/columns.ts';
import { intAt, nth } from '../checked.ts';
import { BrewhouseError } from '../errors.ts';
import type { ReadLists, ReadValues } from './column-reader.ts';
import type { ParquetFile } from './parquet-reader.ts';
import type { ColumnChunk, ColumnSpec } from './parquet-writer.ts';

/** Tables that lie in Parquet files of our own encoder. */
export type FileTable = Table<Exclude<StoredType, 'bytes'>>;

/** The table's columns as the encoder wants them. */
export function columnSpecs(table: FileTable): ColumnSpec[] {
  return Object.entries(table).map(([name, { type }]) => ({ name, type }));
}

/** One chunk a column. Throws Error where a value is missing or not of the column's kind. */
export function columnsOf<T extends FileTable>(table: T, rows: readonly RowOf<T>[]): ColumnChunk[] {
  return storedColumns(
    table,
    rows.map((row) => storeRow(table, row)),
  );
}

/** The same from rows whose values are as the file holds them. */
export function storedColumns<T extends FileTable>(table: T, rows: readonly StoredRow<T>[]): ColumnChunk[] {
  const all: readonly Readonly<Record<string, unknown>>[] = rows;
  return Object.entries(table).map(([name, { type }]) =>
    chunkOf(
      type,
      all.map((row) => requireStored(name, type, row[name])),
    ),
  );
}

/** The values were held to be of the type. */
function chunkOf(type: StoredType, values: readonly StoredTypes[StoredType][]): ColumnChunk {
  switch (type) {
    case 'utf8':
      return values as string[];
    case 'int32':
      return Int32Array.from(values as number[]);
    case 'int64':
    case 'double':
      return Float64Array.from(values as number[]);
    case 'list<utf8>':
      return joinTexts(values as string[][]);
    case 'list<int32>':
      return joinLists(values as Int32Array[]);
    case 'bytes':
      throw new Error('bytes lie in no file of our own encoder');
  }
}

function joinTexts(lists: readonly (readonly string[])[]): ColumnChunk {
  const values: string[] = [];
  for (const list of lists) for (const text of list) values.push(text);
  return { values, offsets: offsetsOf(lists) };
}

/** Lists of numbers side by side: row r holds values[offsets[r] .. offsets[r + 1]). */
export function joinLists(lists: readonly Int32Array[]): { values: Int32Array; offsets: Int32Array } {
  const offsets = offsetsOf(lists);
  const values = new Int32Array(intAt(offsets, lists.length));
  for (const [i, list] of lists.entries()) values.set(list, intAt(offsets, i));
  return { values, offsets };
}

function offsetsOf(lists: readonly { readonly length: number }[]): Int32Array {
  const offsets = new Int32Array(lists.length + 1);
  let end = 0;
  lists.forEach(({ length }, i) => {
    end += length;
    offsets[i + 1] = end;
  });
  return offsets;
}

/** The rows of one row group, values as the file holds them. */
export interface StoredRows<T extends FileTable> {
  readonly rows: number;
  /** Row `row` of the group; a list<int32> is a view of the group's own numbers. */
  at(row: number): StoredRow<T>;
}

/**
 * Reads the table's columns of one row group side by side; the file may have more. Bound: the group
 * in memory. Throws BrewhouseError `lake_broken` as the file does, and where a column is of another
 * type.
 */
export async function readStored<T extends FileTable>(
  file: ParquetFile,
  rowGroup: number,
  table: T,
): Promise<StoredRows<T>> {
  const columns = Object.entries(table);
  for (const [name, { type }] of columns) {
    const found = file.columns.find((spec) => spec.name === name);
    if (found !== undefined && found.type !== type) throw broken(`its column "${name}" is of type ${found.type}`);
  }
  const readers = await Promise.all(
    columns.map(async ([name]) => [name, valueReader(await file.readColumn(rowGroup, name))] as const),
  );
  return {
    rows: nth(file.rowGroups, rowGroup).rows,
    at: (row) => Object.fromEntries(readers.map(([name, read]) => [name, read(row)])) as StoredRow<T>,
  };
}

/** Row `row` of a row group, in memory. Bound and errors as `readStored`. */
export async function readRecord<T extends FileTable>(
  file: ParquetFile,
  place: { readonly rowGroup: number; readonly row: number },
  table: T,
): Promise<RowOf<T>> {
  return loaded(table, (await readStored(file, place.rowGroup, table)).at(place.row));
}

/** All rows of a row group, in memory. Bound and errors as `readStored`. */
export async function readRecords<T extends FileTable>(
  file: ParquetFile,
  rowGroup: number,
  table: T,
): Promise<RowOf<T>[]> {
  const stored = await readStored(file, rowGroup, table);
  return Array.from({ length: stored.rows }, (_, row) => loaded(table, stored.at(row)));
}

function loaded<T extends FileTable>(table: T, row: StoredRow<T>): RowOf<T> {
  try {
    return loadRow(table, row);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw broken(cause.message, cause);
  }
}

function broken(message: string, cause?: unknown): BrewhouseError {
  return new BrewhouseError('lake_broken', `a Parquet file does not read: ${message}`, {
    remedy: 'the file is damaged or was not written by brewhouse; take it from a copy or build it again',
    cause,
  });
}

/** The rows of all row groups, group by group. Bound: one group in memory. */
export async function* recordGroups<T extends FileTable>(file: ParquetFile, table: T): AsyncGenerator<RowOf<T>[]> {
  for (let group = 0; group < file.rowGroups.length; group++) yield await readRecords(file, group, table);
}

function valueReader(chunk: ReadValues | ReadLists): (row: number) => unknown {
  if (!('offsets' in chunk)) return leafReader(chunk);
  const { values, offsets } = chunk;
  if (values instanceof Int32Array) return (row) => values.subarray(offsets[row], offsets[row + 1]);
  const leaf = leafReader(values);
  return (row) => {
    const list: unknown[] = [];
    const to = intAt(offsets, row + 1);
    for (let i = intAt(offsets, row); i < to; i++) list.push(leaf(i));
    return list;
  };
}

function leafReader(values: ReadValues): (at: number) => unknown {
  if ('dictionary' in values) return (at) => values.dictionary[intAt(values.indices, at)];
  return (at) => values[at];
}
