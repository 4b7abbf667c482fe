/** Reads one column of one row group as column-pages.ts writes it: pages, levels and values. */
import { intAt } from '../checked.ts';
import { ENCODING, PAGE, unseal } from './column-pages.ts';
import type { TextDictionary } from './leaf-values.ts';
import { readListLevels } from './list-levels.ts';
import { type ColumnSpec, columnPath, type LeafKind, readPath, shapeOf } from './parquet-schema.ts';
import { readHybrid } from './run-lengths.ts';
import { decodeThrift, listField, numberField, structField, type ThriftStruct } from './thrift.ts';

/**
 * Numbers of a column: Int8Array of int8, Int32Array of int32, Float32Array of float, Float64Array
 * of double and (safe integers) of int64.
 */
export type ReadNumbers = Int8Array | Int32Array | Float32Array | Float64Array;

/** Values of a column; texts as the file holds them, in a row or by a dictionary. */
export type ReadValues = ReadNumbers | string[] | TextDictionary;

/** Rows of lists: row r holds values[offsets[r] .. offsets[r + 1]). */
export interface ReadLists {
  readonly values: ReadValues;
  /** Rows + 1 numbers, from 0. */
  readonly offsets: Int32Array;
}

/**
 * The bytes of the chunk that the footer's column metadata `meta` describes. Throws RangeError
 * where it is not ours.
 */
export function chunkRange(meta: ThriftStruct): readonly [from: number, to: number] {
  const from = meta.has(11) ? numberField(meta, 11) : numberField(meta, 9);
  return [from, from + numberField(meta, 7)];
}

/** A chunk as read: what the footer says of it, rows of its group, the bytes of `chunkRange`. */
export type EncodedChunk = { readonly meta: ThriftStruct; readonly rows: number; readonly bytes: Uint8Array };

/** Decodes a chunk. Throws RangeError where it is not ours. */
export function decodeChunk(spec: ColumnSpec, { meta, rows, bytes }: EncodedChunk): ReadValues | ReadLists {
  const { leaf, isList } = shapeOf(spec.type);
  if (readPath(listField(meta, 3)) !== columnPath(spec).join('.')) throw new RangeError('columns are in another order');
  const dictionaryPage = meta.has(11) ? readPage(bytes, 0, PAGE.dictionary) : undefined;
  const page = readPage(bytes, dictionaryPage?.end ?? 0, PAGE.data);
  const levels = numberField(page.header, 1);
  if (levels !== numberField(meta, 5)) throw new RangeError('a page holds other levels than the footer says');
  const { offsets, end } = isList ? readListLevels(page.body, levels, rows) : { offsets: undefined, end: 0 };
  const count = offsets ? intAt(offsets, rows) : rows;
  if (!isList && levels !== rows) throw new RangeError('a column holds other rows than its group');
  const encoded = page.body.subarray(end);
  const encoding = numberField(page.header, 2);
  if (encoding !== (dictionaryPage ? ENCODING.rleDictionary : ENCODING.plain))
    throw new RangeError('an unknown encoding');
  const values = dictionaryPage
    ? readIndexed(readPlain(leaf, dictionaryPage.body, numberField(dictionaryPage.header, 1)), encoded, count)
    : readPlain(leaf, encoded, count);
  return offsets ? { values, offsets } : values;
}

interface ReadPage {
  /**
   * For data the number of levels (1) and the encoding (2), for a dictionary the number of entries
   * (1).
   */
  readonly header: ThriftStruct;
  readonly body: Uint8Array;
  readonly end: number;
}

function readPage(bytes: Uint8Array, from: number, type: number): ReadPage {
  const { fields, end } = decodeThrift(bytes, from);
  if (numberField(fields, 1) !== type) throw new RangeError('a page of another kind');
  const bodyEnd = end + numberField(fields, 3);
  if (bodyEnd > bytes.length) throw new RangeError('a page is cut off');
  const body = unseal(bytes.subarray(end, bodyEnd), numberField(fields, 2), numberField(fields, 4));
  return { header: structField(fields, type === PAGE.data ? 5 : 7), body, end: bodyEnd };
}

function readIndexed(entries: ReadNumbers | string[], encoded: Uint8Array, count: number): ReadValues {
  const indices = readHybrid(encoded.subarray(1), count, encoded[0] ?? 0);
  for (const index of indices) if (index >= entries.length) throw new RangeError('an index outside its dictionary');
  if (isTextArray(entries)) return { dictionary: entries, indices };
  const values = sameKind(entries, count);
  for (let i = 0; i < count; i++) values[i] = entries[intAt(indices, i)] ?? 0;
  return values;
}

function sameKind(numbers: ReadNumbers, count: number): ReadNumbers {
  if (numbers instanceof Int8Array) return new Int8Array(count);
  if (numbers instanceof Int32Array) return new Int32Array(count);
  return numbers instanceof Float32Array ? new Float32Array(count) : new Float64Array(count);
}

function readPlain(leaf: LeafKind, bytes: Uint8Array, count: number): ReadNumbers | string[] {
  if (leaf === 'utf8') return readTexts(bytes, count);
  const size = leaf === 'int64' || leaf === 'double' ? 8 : 4;
  if (bytes.length !== count * size) throw new RangeError('a page holds another number of values');
  // A copy, since values after levels need not lie on a multiple of their size.
  const { buffer } = new Uint8Array(bytes);
  if (leaf === 'double') return new Float64Array(buffer);
  if (leaf === 'float') return new Float32Array(buffer);
  const numbers = new Int32Array(buffer);
  if (leaf === 'int32') return numbers;
  return leaf === 'int8' ? Int8Array.from(numbers) : readInt64(numbers, count);
}

function readInt64(halves: Int32Array, count: number): Float64Array {
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const value = intAt(halves, 2 * i + 1) * 2 ** 32 + (intAt(halves, 2 * i) >>> 0);
    if (!Number.isSafeInteger(value)) throw new RangeError('an int64 is beyond 2^53 - 1');
    values[i] = value;
  }
  return values;
}

function readTexts(bytes: Uint8Array, count: number): string[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  // A text takes four bytes at least; a count that cannot be must not allocate.
  if (count * 4 > bytes.length) throw new RangeError('texts are cut off');
  const texts = new Array<string>(count);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const end = at + 4 + buffer.readUInt32LE(at);
    if (end > bytes.length) throw new RangeError('a text is cut off');
    texts[i] = buffer.toString('utf8', at + 4, end);
    at = end;
  }
  if (at !== bytes.length) throw new RangeError('a page holds another number of texts');
  return texts;
}

function isTextArray(values: ReadNumbers | string[]): values is string[] {
  return Array.isArray(values);
}
