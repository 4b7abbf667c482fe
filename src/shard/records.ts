/** Flat records to columns and back: sidecars, origin files and index files are written from rows and read as rows. */
import { nth } from '../checked.ts';
import type { ColumnChunk } from './column-pages.ts';
import type { ParquetFile } from './parquet-reader.ts';
import type { ColumnSpec } from './parquet-schema.ts';

/** Names and types of columns, in file order, as schemas/rows.ts lists them. */
export type ColumnList = readonly (readonly [string, ColumnSpec['type']])[];

export function columnSpecs(columns: ColumnList): ColumnSpec[] {
  return columns.map(([name, type]) => ({ name, type }));
}

/** One chunk a column. Throws where a record lacks a column: never null. */
export function columnsOf<R extends object>(columns: ColumnList, records: readonly R[]): ColumnChunk[] {
  return columns.map(([name, type]) => {
    const values = records.map((record) => (record as Record<string, unknown>)[name]);
    const missing = values.indexOf(undefined);
    if (missing >= 0) throw new Error(`record ${missing} has no ${name}`);
    switch (type) {
      case 'utf8':
        return values as string[];
      case 'int32':
        return Int32Array.from(values as number[]);
      case 'int64':
      case 'double':
        return Float64Array.from(values as number[]);
      case 'list<utf8>':
        return listChunk(values as string[][], (flat) => flat);
      default:
        return listChunk(values as ArrayLike<number>[], (flat) => Int32Array.from(flat as number[]));
    }
  });
}

function listChunk<T>(lists: readonly ArrayLike<T>[], pack: (flat: T[]) => string[] | Int32Array): ColumnChunk {
  const offsets = new Int32Array(lists.length + 1);
  const flat: T[] = [];
  lists.forEach((list, i) => {
    for (let j = 0; j < list.length; j++) flat.push(list[j]!);
    offsets[i + 1] = flat.length;
  });
  return { values: pack(flat) as string[] | Int32Array, offsets };
}

/** The rows of one row group, its columns read side by side; lists are arrays (int32 lists: Int32Array). Bound: the group in memory. */
export async function readRecords<R extends object>(
  file: ParquetFile,
  rowGroup: number,
  columns: ColumnList,
): Promise<R[]> {
  const { rows } = nth(file.rowGroups, rowGroup);
  const readers = await Promise.all(columns.map(async ([name]) => valueReader(await file.readColumn(rowGroup, name))));
  return Array.from(
    { length: rows },
    (_, row) => Object.fromEntries(columns.map(([name], i) => [name, readers[i]!(row)])) as R,
  );
}

/** The rows of all row groups, group by group. Bound: one group in memory. */
export async function* recordGroups<R extends object>(file: ParquetFile, columns: ColumnList): AsyncGenerator<R[]> {
  for (let group = 0; group < file.rowGroups.length; group++) yield await readRecords<R>(file, group, columns);
}

function valueReader(chunk: ColumnChunk): (row: number) => unknown {
  if ('offsets' in chunk) {
    const { values, offsets } = chunk;
    const leaf = leafReader(values as ColumnChunk);
    if (values instanceof Int32Array) return (row) => values.subarray(offsets[row]!, offsets[row + 1]!);
    return (row) => Array.from({ length: offsets[row + 1]! - offsets[row]! }, (_, i) => leaf(offsets[row]! + i));
  }
  return leafReader(chunk);
}

function leafReader(chunk: ColumnChunk): (at: number) => unknown {
  if ('dictionary' in chunk) return (at) => chunk.dictionary[chunk.indices[at]!];
  if ('constant' in chunk) return () => chunk.constant;
  return (at) => (chunk as ArrayLike<unknown>)[at];
}
