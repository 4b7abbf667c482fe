/** Turns one column of one row group into its pages: an optional dictionary page and one data page V1, each a zstd frame. */
import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { ByteBuffer } from './byte-buffer.ts';
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

/** Numbers of the format (parquet.thrift: PageType, Encoding). */
export const PAGE = { data: 0, dictionary: 2 } as const;
export const ENCODING = { plain: 0, rle: 3, rleDictionary: 8 } as const;

/** Level 3 is the contract's: higher ones take several times as long for a few percent. */
const ZSTD_LEVEL = 3;

/** Rows of lists: row r holds values[offsets[r] .. offsets[r + 1]). `offsets` has rows + 1 numbers, not falling; the first may be above 0. */
export interface ListChunk {
  readonly values: LeafValues;
  readonly offsets: Int32Array;
}

/** One column of a row group: a value a row, or lists. */
export type ColumnChunk = LeafValues | ListChunk;

export interface Page {
  readonly header: Uint8Array;
  readonly body: Uint8Array;
  /** Header and body before compression. */
  readonly plainBytes: number;
}

export interface EncodedColumn {
  readonly dictionaryPage?: Page;
  readonly dataPage: Page;
  /** Values and empty lists: what the format calls num_values. */
  readonly levels: number;
  readonly emptyLists: number;
  /** Of numbers; never of texts, which a footer must not hold. */
  readonly range?: ValueRange;
}

/** Buffers that are kept from column to column. */
export interface PageBuffers {
  readonly page: ByteBuffer;
  readonly dictionary: ByteBuffer;
}

export function pageBuffers(): PageBuffers {
  return { page: new ByteBuffer(), dictionary: new ByteBuffer() };
}

/** Encodes a column of `rows` rows. Throws where the chunk is not of the column's type or length: a bug of the caller. */
export function encodeColumn(spec: ColumnSpec, chunk: ColumnChunk, rows: number, buffers: PageBuffers): EncodedColumn {
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
  const { entries, range } = writeValues(spec, slice(values, from, to), to - from, buffers);
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

/** Writes the values behind the levels and, where it pays, the dictionary; gives the number of its entries (0: PLAIN). */
function writeValues(
  spec: ColumnSpec,
  values: LeafValues,
  count: number,
  { page, dictionary }: PageBuffers,
): { entries: number; range?: ValueRange | undefined } {
  const { leaf } = shapeOf(spec.type);
  if (isConstant(values)) {
    if (count === 0) return { entries: 0 };
    const one = leaf === 'int64' ? Float64Array.of(values.constant) : Int32Array.of(values.constant);
    writeNumbers(dictionary, leaf, one);
    page.byte(1);
    writeRun(page, 0, count, 1);
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
    writeTexts(page, values, 0, count);
    return { entries: 0 };
  }
  writeNumbers(page, leaf, values);
  return { entries: 0, range: rangeOf(leaf, values) };
}

/** False where the entries take more bytes than a dictionary may. */
function writeEntries(out: ByteBuffer, leaf: LeafKind, { entries }: ValueDictionary): boolean {
  if (isTexts(entries)) writeTexts(out, entries, 0, entries.length);
  else writeNumbers(out, leaf, entries);
  return out.length <= DICTIONARY_BYTES_MAX;
}

function seal(type: number, header: ThriftFields, plain: Uint8Array): Page {
  const body = zstdCompressSync(plain, {
    // The whole frame in one piece: a small output chunk would cut a page of megabytes into hundreds.
    chunkSize: plain.length + (plain.length >> 7) + 1024,
    pledgedSrcSize: plain.length,
    params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL },
  });
  const headerBytes = encodeThrift({
    1: i32(type),
    2: i32(plain.length),
    3: i32(body.length),
    // Signed in the format, unsigned in zlib.
    4: i32(crc32(body) | 0),
    [type === PAGE.data ? 5 : 7]: struct(header),
  });
  return { header: headerBytes, body, plainBytes: headerBytes.length + plain.length };
}

/** The content of a sealed page. Throws RangeError where the check sum or the size differs. */
export function unseal(body: Uint8Array, plainBytes: number, checkSum: number): Uint8Array {
  if ((crc32(body) | 0) !== checkSum) throw new RangeError('the check sum of a page differs');
  const plain = zstdDecompressSync(body, { chunkSize: plainBytes + 64, maxOutputLength: plainBytes + 64 });
  if (plain.length !== plainBytes) throw new RangeError(`a page holds ${plain.length} bytes instead of ${plainBytes}`);
  return plain;
}
