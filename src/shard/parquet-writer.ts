/**
 * Writes Parquet files from typed arrays: one page a column and row group, in zstd, with a page
 * index of numbers and without statistics of texts.
 */
import { nth } from '../checked.ts';
import {
  type ColumnChunk,
  type ColumnEncoder,
  createColumnEncoder,
  ENCODING,
  type EncodedColumn,
  type Page,
} from './column-pages.ts';
import type { ValueRange } from './leaf-values.ts';
import { type ColumnSpec, columnPath, physicalType, schemaElements, shapeOf } from './parquet-schema.ts';
import * as thrift from './thrift.ts';

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

/** A column of a row group as its pages hold it; plain data, so that another thread may make it. */
export interface GroupColumn {
  /** Bytes of the dictionary page, header included; 0 where there is none. */
  readonly dictionaryBytes: number;
  readonly dataBytes: number;
  /** Of both pages, before compression. */
  readonly plainBytes: number;
  /** Values and empty lists. */
  readonly levels: number;
  readonly emptyLists: number;
  readonly range: ValueRange | undefined;
}

/** A row group that is encoded and lies in no file yet. */
export interface EncodedGroup {
  readonly rows: number;
  /** The pages of all columns, one after another: memory of its own, and no more than they are. */
  readonly pages: Uint8Array<ArrayBuffer>;
  readonly columns: readonly GroupColumn[];
}

/** A file under way. */
export interface ParquetWriter {
  /**
   * Writes `rows` rows, one at least, with one chunk a column in the columns' order. Bound: one
   * page.
   */
  writeRowGroup(columns: readonly ColumnChunk[], rows: number): void;
  /** Appends a row group that `createGroupEncoder` made for the same columns. */
  addRowGroup(group: EncodedGroup): void;
  /** Writes page index and footer, and returns the file's rows and bytes. It comes last. */
  finish(): { rows: number; bytes: number };
}

/** A chunk as the footer describes it, without the offsets of its page index, which come last. */
interface ChunkMeta {
  readonly fields: thrift.ThriftFields;
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
 * Encodes row groups of files with these columns (parquet.thrift 2.11). The bytes depend on the
 * arguments and on zstd's version alone. Bound: one page. Throws Error, a bug of the caller, on
 * wrong kinds or lengths of values.
 */
export function createGroupEncoder(columns: readonly ColumnSpec[]): {
  encode(chunks: readonly ColumnChunk[], rows: number): EncodedGroup;
} {
  const encoder: ColumnEncoder = createColumnEncoder();
  return {
    encode(chunks, rows) {
      if (rows < 1 || chunks.length !== columns.length)
        throw new Error(`a row group of ${rows} rows and ${chunks.length} of ${columns.length} columns`);
      const pages: Uint8Array[] = [];
      const encoded = columns.map((spec, i) => {
        const column = encoder.encode(spec, nth(chunks, i), rows);
        for (const page of [column.dictionaryPage, column.dataPage]) if (page) pages.push(page.header, page.body);
        return groupColumn(column);
      });
      return { rows, pages: sideBySide(pages), columns: encoded };
    },
  };
}

function sideBySide(pages: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(pages.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const page of pages) {
    all.set(page, at);
    at += page.length;
  }
  return all;
}

function groupColumn({ dictionaryPage, dataPage, levels, emptyLists, range }: EncodedColumn): GroupColumn {
  return {
    dictionaryBytes: sizeOf(dictionaryPage),
    dataBytes: sizeOf(dataPage),
    plainBytes: (dictionaryPage?.plainBytes ?? 0) + dataPage.plainBytes,
    levels,
    emptyLists,
    range,
  };
}

/**
 * A writer of a file. Bound: one page, and what the footer says of each chunk. Wrong kinds or
 * lengths of values, and calls after `finish`, are bugs of the caller and throw Error.
 */
export function createParquetWriter({ columns, keyValues, write }: ParquetWriterOptions): ParquetWriter {
  const encoder = createGroupEncoder(columns);
  const groups: RowGroupMeta[] = [];
  let bytes = 0;
  let finished = false;
  const put = (chunk: Uint8Array): void => {
    write(chunk);
    bytes += chunk.length;
  };
  const putIndex = (index: Uint8Array | undefined) => {
    const offset = bytes;
    if (index !== undefined) put(index);
    return index && { offset: thrift.i64(offset), length: thrift.i32(index.length) };
  };
  const addRowGroup = (group: EncodedGroup) => {
    if (finished) throw new Error('a row group after the footer');
    const offset = bytes;
    let start = bytes;
    put(group.pages);
    const chunks = columns.map((spec, i) => {
      const column = nth(group.columns, i);
      const described = describeChunk(spec, column, start);
      start += column.dictionaryBytes + column.dataBytes;
      return described;
    });
    groups.push({ rows: group.rows, offset, chunks });
  };
  put(MAGIC);

  return {
    addRowGroup,
    writeRowGroup: (chunks, rows) => addRowGroup(encoder.encode(chunks, rows)),
    finish() {
      if (finished) throw new Error('a second footer');
      finished = true;
      // All column indexes, then all offset indexes.
      const chunks = groups.flatMap((group) => group.chunks);
      const columnIndexes = new Map(chunks.map((chunk) => [chunk, putIndex(chunk.columnIndex)]));
      const offsetIndexes = new Map(chunks.map((chunk) => [chunk, putIndex(chunk.offsetIndex)]));
      const describe = (chunk: ChunkMeta) =>
        thrift.struct({
          2: thrift.i64(0),
          3: thrift.struct(chunk.fields),
          4: offsetIndexes.get(chunk)?.offset,
          5: offsetIndexes.get(chunk)?.length,
          6: columnIndexes.get(chunk)?.offset,
          7: columnIndexes.get(chunk)?.length,
        });
      const pairOf = ([key, value]: [string, string]) => thrift.struct({ 1: thrift.text(key), 2: thrift.text(value) });
      const rows = groups.reduce((sum, group) => sum + group.rows, 0);
      const footer = thrift.encodeThrift({
        1: thrift.i32(FORMAT_VERSION),
        2: thrift.list(schemaElements(columns)),
        3: thrift.i64(rows),
        4: thrift.list(groups.map((group) => describeGroup(group, group.chunks.map(describe)))),
        5: thrift.list(Object.entries(keyValues).map(pairOf)),
        6: thrift.text(CREATED_BY),
        // TypeDefinedOrder for every column, without which readers ignore min_value and max_value.
        7: thrift.list(columns.map(() => thrift.struct({ 1: thrift.struct({}) }))),
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

function describeChunk(spec: ColumnSpec, column: GroupColumn, start: number): ChunkMeta {
  const { dictionaryBytes, dataBytes, plainBytes, levels, emptyLists, range } = column;
  const { leaf } = shapeOf(spec.type);
  const dataOffset = start + dictionaryBytes;
  const bytes = dictionaryBytes + dataBytes;
  const hasDictionary = dictionaryBytes > 0;
  const encodings = hasDictionary
    ? [ENCODING.plain, ENCODING.rle, ENCODING.rleDictionary]
    : [ENCODING.plain, ENCODING.rle];
  const statistics = {
    3: thrift.i64(emptyLists),
    5: range && thrift.binary(range.max),
    6: range && thrift.binary(range.min),
  };
  const fields: thrift.ThriftFields = {
    1: thrift.i32(physicalType(leaf)),
    2: thrift.list(encodings.map(thrift.i32)),
    3: thrift.list(columnPath(spec).map(thrift.text)),
    4: thrift.i32(CODEC_ZSTD),
    5: thrift.i64(levels),
    6: thrift.i64(plainBytes),
    7: thrift.i64(bytes),
    9: thrift.i64(dataOffset),
    11: hasDictionary ? thrift.i64(start) : undefined,
    12: leaf === 'utf8' ? undefined : thrift.struct(statistics),
  };
  const isAllEmpty = levels === emptyLists;
  if (leaf === 'utf8' || (range === undefined && !isAllEmpty)) return { fields, plainBytes, bytes };
  const location = thrift.struct({ 1: thrift.i64(dataOffset), 2: thrift.i32(dataBytes), 3: thrift.i64(0) });
  const none = new Uint8Array();
  const columnIndex = thrift.encodeThrift({
    1: thrift.list([thrift.bool(isAllEmpty)]),
    2: thrift.list([thrift.binary(range?.min ?? none)]),
    3: thrift.list([thrift.binary(range?.max ?? none)]),
    4: thrift.i32(ASCENDING),
    5: thrift.list([thrift.i64(emptyLists)]),
  });
  return { fields, plainBytes, bytes, columnIndex, offsetIndex: thrift.encodeThrift({ 1: thrift.list([location]) }) };
}

function describeGroup(group: RowGroupMeta, columns: readonly thrift.ThriftValue[]): thrift.ThriftValue {
  return thrift.struct({
    1: thrift.list(columns),
    2: thrift.i64(group.chunks.reduce((sum, chunk) => sum + chunk.plainBytes, 0)),
    3: thrift.i64(group.rows),
    5: thrift.i64(group.offset),
    6: thrift.i64(group.chunks.reduce((sum, chunk) => sum + chunk.bytes, 0)),
  });
}
