/**
 * One column of one row group as pages: a dictionary page where it pays, and one data page V1, each
 * a zstd frame.
 */
import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { type ByteBuffer, createByteBuffer } from './byte-buffer.ts';
import {
  countOf,
  fits,
  isConstant,
  isTextDictionary,
  isTexts,
  type LeafValues,
  rangeOf,
  type ValueRange,
  writeNumbers,
  writeTexts,
} from './leaf-values.ts';
import { writeListLevels } from './list-levels.ts';
import { type ColumnSpec, type LeafKind, shapeOf } from './parquet-schema.ts';
import { bitWidthOf, writeHybrid, writeRun } from './run-lengths.ts';
import { encodeThrift, i32, struct, type ThriftFields } from './thrift.ts';
import { DICTIONARY_BYTES_MAX, dictionaryOf, type ValueDictionary } from './value-dictionary.ts';

/** Types of pages (parquet.thrift, PageType). */
export const PAGE = { data: 0, dictionary: 2 } as const;
/** Encodings of values (parquet.thrift, Encoding). */
export const ENCODING = { plain: 0, rle: 3, rleDictionary: 8 } as const;

/** Higher levels take several times as long for a few percent. */
const ZSTD_LEVEL = 3;

/** Rows of lists: row r holds values[offsets[r] .. offsets[r + 1]). */
export interface ListChunk {
  readonly values: LeafValues;
  /** Rows + 1 numbers that never fall; the first may be above 0. */
  readonly offsets: Int32Array;
}

/** One column of a row group: a value a row, or lists. */
export type ColumnChunk = LeafValues | ListChunk;

/** A page as the file holds it. */
export interface Page {
  readonly header: Uint8Array;
  readonly body: Uint8Array;
  /** Header and body before compression. */
  readonly plainBytes: number;
}

/** The pages of a column, and what the footer says of them. */
export interface EncodedColumn {
  readonly dictionaryPage?: Page;
  readonly dataPage: Page;
  /** Number of values and empty lists, which the format calls num_values. */
  readonly levels: number;
  readonly emptyLists: number;
  /** Of numbers alone: a footer must not hold texts. */
  readonly range?: ValueRange;
}

/** Encodes the columns of row groups of one file. */
export interface ColumnEncoder {
  /**
   * Throws Error, a bug of the caller, where the chunk is not of the column's type or of `rows`
   * rows.
   */
  encode(spec: ColumnSpec, chunk: ColumnChunk, rows: number): EncodedColumn;
}

interface PageBuffers {
  readonly page: ByteBuffer;
  readonly dictionary: ByteBuffer;
}

/** An encoder. Bound: one page and its dictionary, whose memory is kept from column to column. */
export function createColumnEncoder(): ColumnEncoder {
  const buffers = { page: createByteBuffer(), dictionary: createByteBuffer() };
  return { encode: (spec, chunk, rows) => encodeColumn(spec, { chunk, rows }, buffers) };
}

function encodeColumn(spec: ColumnSpec, { chunk, rows }: { chunk: ColumnChunk; rows: number }, buffers: PageBuffers) {
  const { leaf, isList } = shapeOf(spec.type);
  const { page, dictionary } = buffers;
  page.clear();
  dictionary.clear();
  const { values, offsets } = 'offsets' in chunk ? chunk : { values: chunk, offsets: undefined };
  const from = offsets?.[0] ?? 0;
  const to = offsets?.[rows] ?? rows;
  const count = countOf(values) ?? to;
  if (isList !== (offsets !== undefined) || (offsets && offsets.length !== rows + 1) || !fits(leaf, values))
    throw new Error(`column "${spec.name}" takes ${spec.type} of ${rows} rows and got another kind of values`);
  if (isList ? from < 0 || to > count : count !== rows)
    throw new Error(`column "${spec.name}" has ${count} values, which are not those of its ${rows} rows`);

  const { levels, empty } = offsets ? writeListLevels(page, offsets) : { levels: rows, empty: 0 };
  const { entries, range } = writeValues(spec, { values: slice(values, from, to), count: to - from }, buffers);
  const encoding = entries === 0 ? ENCODING.plain : ENCODING.rleDictionary;
  const dataHeader = { 1: i32(levels), 2: i32(encoding), 3: i32(ENCODING.rle), 4: i32(ENCODING.rle) };
  const dictionaryHeader = { 1: i32(entries), 2: i32(ENCODING.plain) };
  return {
    ...(entries > 0 && { dictionaryPage: seal(PAGE.dictionary, dictionaryHeader, dictionary.written) }),
    dataPage: seal(PAGE.data, dataHeader, page.written),
    levels,
    emptyLists: empty,
    ...(range && { range }),
  };
}

function slice(values: LeafValues, from: number, to: number): LeafValues {
  if (isConstant(values)) return values;
  if (isTexts(values)) return from === 0 && to === values.length ? values : values.slice(from, to);
  if (isTextDictionary(values)) return { dictionary: values.dictionary, indices: values.indices.subarray(from, to) };
  return values.subarray(from, to);
}

/**
 * Writes the values after the levels and, where it pays, the dictionary; `entries` is its size, 0
 * for PLAIN.
 */
function writeValues(spec: ColumnSpec, { values, count }: { values: LeafValues; count: number }, buffers: PageBuffers) {
  const { page, dictionary } = buffers;
  const { leaf } = shapeOf(spec.type);
  if (isConstant(values)) {
    if (count === 0) return { entries: 0 };
    const one = leaf === 'int64' ? Float64Array.of(values.constant) : Int32Array.of(values.constant);
    writeNumbers(dictionary, leaf, one);
    page.byte(1);
    writeRun(page, { value: 0, count, width: 1 });
    return { entries: 1, range: rangeOf(leaf, one) };
  }
  const found = dictionaryOf(spec.type, values);
  if (found !== undefined && writeEntries(dictionary, leaf, found)) {
    const width = bitWidthOf(found.entries.length - 1);
    page.byte(width);
    writeHybrid(page, found.indices, width);
    const { entries } = found;
    return { entries: entries.length, range: isTexts(entries) ? undefined : rangeOf(leaf, entries) };
  }
  if (isTexts(values) || isTextDictionary(values)) {
    writeTexts(page, values);
    return { entries: 0 };
  }
  writeNumbers(page, leaf, values);
  return { entries: 0, range: rangeOf(leaf, values) };
}

/** Returns false where the entries take more bytes than a dictionary may. */
function writeEntries(out: ByteBuffer, leaf: LeafKind, { entries }: ValueDictionary): boolean {
  if (isTexts(entries)) writeTexts(out, entries);
  else writeNumbers(out, leaf, entries);
  return out.length <= DICTIONARY_BYTES_MAX;
}

function seal(type: number, header: ThriftFields, plain: Uint8Array): Page {
  const body = zstdCompressSync(plain, {
    // Large enough for the frame: zlib would cut a page of megabytes into hundreds of small chunks.
    chunkSize: plain.length + (plain.length >> 7) + 1024,
    pledgedSrcSize: plain.length,
    params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL },
  });
  const headerBytes = encodeThrift({
    1: i32(type),
    2: i32(plain.length),
    3: i32(body.length),
    // The format's number is signed, zlib's is not.
    4: i32(crc32(body) | 0),
    [type === PAGE.data ? 5 : 7]: struct(header),
  });
  return { header: headerBytes, body, plainBytes: headerBytes.length + plain.length };
}

/** The content of a page's body. Throws RangeError where its check sum or its size differs. */
export function unseal(body: Uint8Array, plainBytes: number, checkSum: number): Uint8Array {
  if ((crc32(body) | 0) !== checkSum) throw new RangeError('the check sum of a page differs');
  const plain = zstdDecompressSync(body, { chunkSize: plainBytes + 64, maxOutputLength: plainBytes + 64 });
  if (plain.length !== plainBytes) throw new RangeError(`a page holds ${plain.length} bytes instead of ${plainBytes}`);
  return plain;
}
