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
import type { ReadLists, ReadValues } from './column-reader.ts';
import { brokenParquet, type ParquetFile } from './parquet-reader.ts';
import { type ColumnChunk, type ColumnSpec, createParquetWriter } from './parquet-writer.ts';

type FileType = Exclude<StoredType, 'bytes'>;
/** Tables that lie in Parquet files of our own encoder. */
export type FileTable = Table<FileType>;

/** The table's columns as the encoder wants them. */
export function columnSpecs(table: FileTable): ColumnSpec[] {
  return Object.entries(table).map(([name, { type }]) => ({ name, type }));
}

/** A file of the table under way. */
export interface TableWriter<T extends FileTable> {
  /** Writes a row group; chunks by column, in any order. */
  write(chunks: Readonly<Record<keyof T, ColumnChunk>>, rows: number): void;
  /** Writes the footer. */
  finish(): void;
}

/** Writes into `file`, which is named and ended by the caller. Bound: one page. */
export function createTableWriter<T extends FileTable>(
  table: T,
  file: { write(chunk: Uint8Array): void },
): TableWriter<T> {
  const write = (chunk: Uint8Array) => file.write(chunk);
  const writer = createParquetWriter({ columns: columnSpecs(table), keyValues: {}, write });
  return {
    write(chunks, rows) {
      const inOrder = Object.keys(table).map((name) => chunks[name as keyof T]);
      writer.writeRowGroup(inOrder, rows);
    },
    finish: () => void writer.finish(),
  };
}

/** One chunk a column. Throws Error where a value is missing or not of the column's kind. */
export function columnsOf<T extends FileTable>(table: T, rows: readonly RowOf<T>[]): ColumnChunk[] {
  const stored = rows.map((row) => storeRow(table, row));
  return storedColumns(table, stored);
}

/** The same from rows whose values are as the file holds them. */
export function storedColumns<T extends FileTable>(table: T, rows: readonly StoredRow<T>[]): ColumnChunk[] {
  const all: readonly Readonly<Record<string, unknown>>[] = rows;
  return Object.entries(table).map(([name, { type }]) => {
    const values = all.map((row) => requireStored(name, type, row[name]));
    return CHUNKS[type](values as never);
  });
}

/** Of values that were held to be of the type. */
const CHUNKS: { readonly [S in FileType]: (values: StoredTypes[S][]) => ColumnChunk } = {
  utf8: (values) => values,
  int32: (values) => Int32Array.from(values),
  int64: (values) => Float64Array.from(values),
  double: (values) => Float64Array.from(values),
  'list<int32>': joinLists,
};

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

/** The table's columns of one row group, by name. Errors as of `readStored`. */
export async function readColumns<T extends FileTable>(
  file: ParquetFile,
  rowGroup: number,
  table: T,
): Promise<Readonly<Record<keyof T, ReadValues | ReadLists>>> {
  requireTypes(file, table);
  const names = Object.keys(table);
  const columns = await file.readColumns(rowGroup, names);
  return Object.fromEntries(names.map((name, i) => [name, nth(columns, i)])) as Record<keyof T, ReadValues | ReadLists>;
}

/** The rows of one row group, values as the file holds them. */
export interface StoredRows<T extends FileTable> {
  readonly rows: number;
  /** Row `row` of the group; a list<int32> is a view of the group's own numbers. */
  readonly at: (row: number) => StoredRow<T>;
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
  const columns = await readColumns(file, rowGroup, table);
  const readers = Object.entries(columns).map(([name, chunk]) => [name, valueReader(chunk)] as const);
  return {
    rows: nth(file.rowGroups, rowGroup).rows,
    at(row) {
      const values: Record<string, unknown> = {};
      for (const [name, read] of readers) values[name] = read(row);
      return values as StoredRow<T>;
    },
  };
}

/** Throws BrewhouseError `lake_broken` where a column of the table has another type in the file. */
export function requireTypes(file: ParquetFile, table: FileTable): void {
  for (const [name, { type }] of Object.entries(table)) {
    const found = file.columns.find((spec) => spec.name === name);
    if (found !== undefined && found.type !== type)
      throw brokenParquet(`its column "${name}" is of type ${found.type}`);
  }
}

/** The rows of one row group in memory, by number. Bound and errors as of `readStored`. */
export async function readRecords<T extends FileTable>(
  file: ParquetFile,
  rowGroup: number,
  table: T,
): Promise<(row: number) => RowOf<T>> {
  const { at } = await readStored(file, rowGroup, table);
  return (row) => loaded(table, at(row));
}

function loaded<T extends FileTable>(table: T, row: StoredRow<T>): RowOf<T> {
  try {
    return loadRow(table, row);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw brokenParquet(cause.message, cause);
  }
}

/** All rows in memory, row group by row group. Bound: one group. Errors as of `readStored`. */
export async function* recordGroups<T extends FileTable>(file: ParquetFile, table: T): AsyncGenerator<RowOf<T>[]> {
  for (let group = 0; group < file.rowGroups.length; group++) {
    const { rows, at } = await readStored(file, group, table);
    yield Array.from({ length: rows }, (_, row) => loaded(table, at(row)));
  }
}

function valueReader(chunk: ReadValues | ReadLists): (row: number) => unknown {
  if (!('offsets' in chunk)) return leafReader(chunk);
  const { values, offsets } = chunk;
  if (!(values instanceof Int32Array)) throw brokenParquet('a column of lists holds no whole numbers');
  return (row) => values.subarray(offsets[row], offsets[row + 1]);
}

function leafReader(values: ReadValues): (at: number) => unknown {
  if ('dictionary' in values) return (at) => values.dictionary[intAt(values.indices, at)];
  return (at) => values[at];
}
