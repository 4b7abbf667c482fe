/**
 * Writes Parquet files from typed arrays: one page a column and row group, in zstd, with a page
 * index of numbers and without statistics of texts.
 */
import { nth } from '../checked.ts';
import { type ColumnChunk, createColumnEncoder, ENCODING, type EncodedColumn, type Page } from './column-pages.ts';
import { type ColumnSpec, columnPath, physicalType, schemaElements, shapeOf } from './parquet-schema.ts';
import {
  binary,
  bool,
  encodeThrift,
  i32,
  i64,
  list,
  struct,
  type ThriftFields,
  type ThriftValue,
  text,
} from './thrift.ts';

export type { ColumnChunk, ListChunk } from './column-pages.ts';
export type { ConstantValues, LeafValues, NumberValues, TextDictionary, TextValues } from './leaf-values.ts';
export type { ColumnSpec, ColumnType } from './parquet-schema.ts';

/** The writer's name in footers, without a version: bytes change only where the encoding does. */
export const CREATED_BY = 'brewhouse';

/** The first and the last four bytes of a Parquet file. */
export const MAGIC: Uint8Array = Buffer.from('PAR1', 'latin1');

const FORMAT_VERSION = 2;
const CODEC_ZSTD = 6;
const ASCENDING = 1;

/** What a file is made of, and where it goes. */
export interface ParquetWriterOptions {
  readonly columns: readonly ColumnSpec[];
  /** The footer's key-values, written in the object's own order. */
  readonly keyValues: Readonly<Record<string, string>>;
  /** Takes the file's bytes in order; a chunk does not change after the call. */
  readonly write: (chunk: Uint8Array) => void;
}

/** A file under way. */
export interface ParquetWriter {
  /**
   * Writes `rows` rows, one at least, with one chunk a column in the columns' order. Bound: one
   * page.
   */
  writeRowGroup(columns: readonly ColumnChunk[], rows: number): void;
  /** Writes page index and footer, and returns the file's rows and bytes. It comes last. */
  finish(): { rows: number; bytes: number };
}

/** A chunk as the footer describes it, without the offsets of its page index, which come last. */
interface ChunkMeta {
  readonly fields: ThriftFields;
  readonly columnIndex?: Uint8Array;
  readonly offsetIndex?: Uint8Array;
  readonly plainBytes: number;
  readonly bytes: number;
}

interface RowGroupMeta {
  readonly rows: number;
  readonly offset: number;
  readonly chunks: readonly ChunkMeta[];
}

/**
 * A writer of the Parquet format (parquet.thrift 2.11). The bytes depend on the arguments and on
 * zstd's version alone. Bound: one page, and what the footer says of each chunk. Wrong kinds or
 * lengths of values, and calls after `finish`, are bugs of the caller and throw Error.
 */
export function createParquetWriter({ columns, keyValues, write }: ParquetWriterOptions): ParquetWriter {
  const encoder = createColumnEncoder();
  const groups: RowGroupMeta[] = [];
  let bytes = 0;
  let finished = false;
  const put = (chunk: Uint8Array): void => {
    write(chunk);
    bytes += chunk.length;
  };
  put(MAGIC);

  return {
    writeRowGroup(chunks, rows) {
      if (finished) throw new Error('a row group after the footer');
      if (rows < 1 || chunks.length !== columns.length)
        throw new Error(`a row group of ${rows} rows and ${chunks.length} of ${columns.length} columns`);
      const offset = bytes;
      const metas = columns.map((spec, i) => {
        const encoded = encoder.encode(spec, nth(chunks, i), rows);
        const start = bytes;
        for (const page of [encoded.dictionaryPage, encoded.dataPage]) if (page) [page.header, page.body].forEach(put);
        return describeChunk(spec, encoded, start);
      });
      groups.push({ rows, offset, chunks: metas });
    },
    finish() {
      if (finished) throw new Error('a second footer');
      finished = true;
      const rowGroups = writePageIndex(groups, () => bytes, put).map(describeGroup);
      const rows = groups.reduce((sum, group) => sum + group.rows, 0);
      const footer = encodeThrift({
        1: i32(FORMAT_VERSION),
        2: list(schemaElements(columns)),
        3: i64(rows),
        4: list(rowGroups),
        5: list(Object.entries(keyValues).map(([key, value]) => struct({ 1: text(key), 2: text(value) }))),
        6: text(CREATED_BY),
        // TypeDefinedOrder for every column, without which readers ignore min_value and max_value.
        7: list(columns.map(() => struct({ 1: struct({}) }))),
      });
      put(footer);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(footer.length);
      put(length);
      put(MAGIC);
      return { rows, bytes };
    },
  };
}

function sizeOf(page: Page | undefined): number {
  return page === undefined ? 0 : page.header.length + page.body.length;
}

function describeChunk(spec: ColumnSpec, encoded: EncodedColumn, start: number): ChunkMeta {
  const { dictionaryPage, dataPage, levels, emptyLists, range } = encoded;
  const { leaf } = shapeOf(spec.type);
  const dataOffset = start + sizeOf(dictionaryPage);
  const bytes = sizeOf(dictionaryPage) + sizeOf(dataPage);
  const plainBytes = (dictionaryPage?.plainBytes ?? 0) + dataPage.plainBytes;
  const encodings = dictionaryPage
    ? [ENCODING.plain, ENCODING.rle, ENCODING.rleDictionary]
    : [ENCODING.plain, ENCODING.rle];
  const statistics = { 3: i64(emptyLists), 5: range && binary(range.max), 6: range && binary(range.min) };
  const fields: ThriftFields = {
    1: i32(physicalType(leaf)),
    2: list(encodings.map(i32)),
    3: list(columnPath(spec).map(text)),
    4: i32(CODEC_ZSTD),
    5: i64(levels),
    6: i64(plainBytes),
    7: i64(bytes),
    9: i64(dataOffset),
    11: dictionaryPage && i64(start),
    12: leaf === 'utf8' ? undefined : struct(statistics),
  };
  const isAllEmpty = levels === emptyLists;
  if (leaf === 'utf8' || (range === undefined && !isAllEmpty)) return { fields, plainBytes, bytes };
  const location = struct({ 1: i64(dataOffset), 2: i32(sizeOf(dataPage)), 3: i64(0) });
  const none = new Uint8Array();
  const columnIndex = encodeThrift({
    1: list([bool(isAllEmpty)]),
    2: list([binary(range?.min ?? none)]),
    3: list([binary(range?.max ?? none)]),
    4: i32(ASCENDING),
    5: list([i64(emptyLists)]),
  });
  return { fields, plainBytes, bytes, columnIndex, offsetIndex: encodeThrift({ 1: list([location]) }) };
}

/** A row group whose page index is written, with its column chunks for the footer. */
interface IndexedGroup {
  readonly group: RowGroupMeta;
  readonly chunks: readonly ThriftValue[];
}

/** Writes all column indexes, then all offset indexes. */
function writePageIndex(
  groups: readonly RowGroupMeta[],
  position: () => number,
  put: (chunk: Uint8Array) => void,
): IndexedGroup[] {
  const write = (index: Uint8Array | undefined): { offset: number; length: number } | undefined => {
    if (index === undefined) return undefined;
    const offset = position();
    put(index);
    return { offset, length: index.length };
  };
  const withColumns = groups.map((group) => ({
    group,
    written: group.chunks.map((chunk) => ({ chunk, column: write(chunk.columnIndex) })),
  }));
  return withColumns.map(({ group, written }) => ({
    group,
    chunks: written.map(({ chunk, column }) => {
      const offset = write(chunk.offsetIndex);
      return struct({
        2: i64(0),
        3: struct(chunk.fields),
        4: offset && i64(offset.offset),
        5: offset && i32(offset.length),
        6: column && i64(column.offset),
        7: column && i32(column.length),
      });
    }),
  }));
}

function describeGroup({ group, chunks }: IndexedGroup): ThriftValue {
  return struct({
    1: list(chunks),
    2: i64(group.chunks.reduce((sum, chunk) => sum + chunk.plainBytes, 0)),
    3: i64(group.rows),
    5: i64(group.offset),
    6: i64(group.chunks.reduce((sum, chunk) => sum + chunk.bytes, 0)),
  });
}
