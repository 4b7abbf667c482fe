/** Columns of a row group in the arrays that hold them: no object a row, no text twice. */
import type { Column } from '../../schemas/columns.ts';
import { intAt, nth } from '../checked.ts';
import type { TextDictionary } from './leaf-values.ts';
import type { ParquetFile } from './parquet-reader.ts';
import { type FileTable, requireTypes } from './records.ts';

/** Texts of a column, in a row or by a dictionary. */
export type ReadTexts = readonly string[] | TextDictionary;

/** Lists of a column: row r holds values[offsets[r] .. offsets[r + 1]). */
export interface ReadLists {
  readonly values: Int32Array;
  readonly offsets: Int32Array;
}

interface ReadTypes {
  utf8: ReadTexts;
  int32: Int32Array;
  /** Safe integers. */
  int64: Float64Array;
  double: Float64Array;
  'list<int32>': ReadLists;
}

/** The columns of a table as one row group holds them. */
export type TypedColumns<T extends FileTable> = {
  readonly [K in keyof T]: T[K] extends Column<infer _, infer S extends keyof ReadTypes> ? ReadTypes[S] : never;
};

/**
 * Reads the table's columns of one row group; the file may have more. Bound: the group in memory.
 * Throws BrewhouseError `lake_broken` as the file does, and where a column is of another type.
 */
export async function readTyped<T extends FileTable>(
  file: ParquetFile,
  rowGroup: number,
  table: T,
): Promise<TypedColumns<T>> {
  requireTypes(file, table);
  const names = Object.keys(table);
  const columns = await file.readColumns(rowGroup, names);
  return Object.fromEntries(names.map((name, i) => [name, nth(columns, i)])) as TypedColumns<T>;
}

/** The text of each row. */
export function textReader(texts: ReadTexts): (row: number) => string {
  return textMapper(texts, (text) => text);
}

/** What `of` makes of each row's text, worked out once for each entry of a dictionary. */
export function textMapper<V>(texts: ReadTexts, of: (text: string) => V): (row: number) => V {
  if (!('dictionary' in texts)) return (row) => of(nth(texts, row));
  const { dictionary, indices } = texts;
  const values = dictionary.map(of);
  // Every index was held to be one of the dictionary's when the column was read.
  return (row) => values[intAt(indices, row)] as V;
}
