/**
 * Values of a column without their rows: the arrays that hold them, their PLAIN bytes and their
 * range.
 */
import { nth } from '../checked.ts';
import type { ByteBuffer } from './byte-buffer.ts';
import type { LeafKind } from './parquet-schema.ts';

/**
 * int8, int32, float and double in their own arrays; int64 in any of Int32Array (widened),
 * BigInt64Array, Float64Array of safe integers.
 */
export type NumberValues = Int8Array | Int32Array | BigInt64Array | Float32Array | Float64Array;

/** Texts by their index in a dictionary, which may hold more than is used here. */
export interface TextDictionary {
  readonly dictionary: readonly string[];
  readonly indices: Int32Array;
}

/** Texts in a row or by a dictionary. */
export type TextValues = readonly string[] | TextDictionary;

/**
 * One whole number for all rows or elements, written as int8, int32 or int64: an attention mask of
 * ones takes no memory.
 */
export interface ConstantValues {
  readonly constant: number;
}

/** Values of a column, or the elements of its lists. */
export type LeafValues = NumberValues | TextValues | ConstantValues;

const ARRAYS = {
  int8: [Int8Array],
  int32: [Int32Array],
  int64: [Int32Array, BigInt64Array, Float64Array],
  float: [Float32Array],
  double: [Float64Array],
  utf8: [],
} as const;

/** The values are texts by a dictionary. */
export function isTextDictionary(values: LeafValues): values is TextDictionary {
  return 'dictionary' in values;
}

/** The values are all one number. */
export function isConstant(values: LeafValues): values is ConstantValues {
  return 'constant' in values;
}

/** The values are texts in a row. */
export function isTexts(values: LeafValues): values is readonly string[] {
  return Array.isArray(values);
}

/** Number of values; undefined for a constant, which fits any number of rows. */
export function countOf(values: LeafValues): number | undefined {
  if (isConstant(values)) return undefined;
  return isTextDictionary(values) ? values.indices.length : values.length;
}

/** A column with this leaf may be written from `values`. */
export function fits(leaf: LeafKind, values: LeafValues): boolean {
  if (isTexts(values) || isTextDictionary(values)) return leaf === 'utf8';
  if (isConstant(values)) return leaf === 'int8' || leaf === 'int32' || leaf === 'int64';
  return ARRAYS[leaf].some((array) => values instanceof array);
}

/** Appends texts in PLAIN: four bytes of length, then UTF-8. */
export function writeTexts(out: ByteBuffer, values: TextValues): void {
  if (isTextDictionary(values)) for (const index of values.indices) out.text(nth(values.dictionary, index));
  else for (const text of values) out.text(text);
}

/**
 * Appends numbers in PLAIN. Throws Error, a bug of the caller, on an element of a Float64Array that
 * is not a safe integer where the leaf is int64.
 */
export function writeNumbers(out: ByteBuffer, leaf: LeafKind, values: NumberValues): void {
  if (leaf === 'int64' && !(values instanceof BigInt64Array)) widen(out, values);
  // The array's memory is the PLAIN bytes: every platform that we run on is little-endian.
  else out.bytes(memory(values instanceof Int8Array ? Int32Array.from(values) : values));
}

/** Numbers that are widened at once: few enough to stay in a processor's cache. */
const WIDENED_AT_ONCE = 4096;

/** Both halves of each in an array of their own: the buffer may be at no multiple of four. */
function widenInts(out: ByteBuffer, values: Int32Array): void {
  const halves = new Int32Array(2 * Math.min(values.length, WIDENED_AT_ONCE));
  for (let from = 0; from < values.length; from += WIDENED_AT_ONCE) {
    const size = Math.min(values.length - from, WIDENED_AT_ONCE);
    for (let i = 0; i < size; i++) {
      const value = values[from + i] as number;
      halves[2 * i] = value;
      halves[2 * i + 1] = value >> 31;
    }
    out.bytes(memory(halves.subarray(0, 2 * size)));
  }
}

function widen(out: ByteBuffer, values: Exclude<NumberValues, BigInt64Array>): void {
  if (values instanceof Int32Array) {
    widenInts(out, values);
    return;
  }
  let position = out.extend(values.length * 8);
  const { view } = out;
  for (const value of values) {
    if (!Number.isSafeInteger(value)) throw new Error(`${value} is no safe integer`);
    const high = Math.floor(value / 2 ** 32);
    view.setInt32(position, value | 0, true);
    view.setInt32(position + 4, high, true);
    position += 8;
  }
}

function memory(values: NumberValues): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** The least and the greatest of numbers, in PLAIN bytes. */
export interface ValueRange {
  readonly min: Uint8Array;
  readonly max: Uint8Array;
}

/**
 * The range of numbers; undefined of none, or where a NaN makes it meaningless. A zero at an end of
 * floats and doubles is written as -0 below and +0 above, since readers may not order them
 * (parquet.thrift, ColumnOrder).
 */
export function rangeOf(leaf: LeafKind, values: NumberValues): ValueRange | undefined {
  if (values instanceof Int32Array) return values.length === 0 ? undefined : rangeOfInts(leaf, values);
  let min = values[0];
  let max = min;
  if (min === undefined || max === undefined) return undefined;
  // By index: an iterator over several kinds of arrays takes several times as long.
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === undefined) break;
    if (value < min) min = value;
    else if (value > max) max = value;
    else if (Number.isNaN(value)) return undefined;
  }
  return { min: rangeEnd(leaf, min, -0), max: rangeEnd(leaf, max, 0) };
}

/** Of token ids and labels, which are most of what there is. */
function rangeOfInts(leaf: LeafKind, values: Int32Array): ValueRange {
  let min = values[0] as number;
  let max = min;
  for (let i = 1; i < values.length; i++) {
    const value = values[i] as number;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min: rangeEnd(leaf, min, -0), max: rangeEnd(leaf, max, 0) };
}

function rangeEnd(leaf: LeafKind, value: number | bigint, zero: number): Uint8Array {
  if (leaf === 'float') return memory(Float32Array.of(value === 0 ? zero : Number(value)));
  if (leaf === 'double') return memory(Float64Array.of(value === 0 ? zero : Number(value)));
  return memory(leaf === 'int64' ? BigInt64Array.of(BigInt(value)) : Int32Array.of(Number(value)));
}
