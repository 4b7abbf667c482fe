/**
 * Dictionaries of column chunks: distinct values in the order in which they first come, and an
 * index a value.
 */
import { intAt } from '../checked.ts';
import { isTextDictionary, isTexts, type NumberValues, type TextDictionary, type TextValues } from './leaf-values.ts';
import type { ColumnType } from './parquet-schema.ts';

/** The most entries: indices of more than 16 bits save too little. */
export const DICTIONARY_ENTRIES_MAX = 65_536;

/** The most bytes of entries, which a reader holds beside the page. */
export const DICTIONARY_BYTES_MAX = 16 * 1024 * 1024;

/**
 * A value must come four times on average: below that int32 saves nothing, and zstd finds texts by
 * itself.
 */
const DICTIONARY_USES_MIN = 4;

/** Distinct values, and for each value its index among them. */
export interface ValueDictionary {
  readonly entries: NumberValues | readonly string[];
  readonly indices: Int32Array;
}

// Token ids and labels stay PLAIN: zstd over whole pages finds repeated item texts, which indices
// would hide.
const WITH_DICTIONARY: ReadonlySet<ColumnType> = new Set([
  'int32',
  'int64',
  'utf8',
  'list<int8>',
  'list<float>',
  'list<utf8>',
]);

/**
 * The dictionary of `values`, or undefined where PLAIN is as good. A list<int8> always gets one,
 * since it has 256 different values at most. Throws Error, a bug of the caller, on an index outside
 * its dictionary.
 */
export function dictionaryOf(type: ColumnType, values: NumberValues | TextValues): ValueDictionary | undefined {
  if (!WITH_DICTIONARY.has(type)) return undefined;
  if (isTextDictionary(values)) return usedEntries(values);
  const usesMin = type === 'list<int8>' ? 1 : DICTIONARY_USES_MIN;
  const entriesMax = Math.min(Math.floor(values.length / usesMin), DICTIONARY_ENTRIES_MAX);
  return isTexts(values) ? distinctTexts(values, entriesMax) : distinctNumbers(values, entriesMax);
}

/**
 * The same dictionary without its unused entries, so that it does not depend on other row groups.
 */
function usedEntries({ dictionary, indices }: TextDictionary): ValueDictionary | undefined {
  const entriesMax = Math.min(Math.floor(indices.length / DICTIONARY_USES_MIN), DICTIONARY_ENTRIES_MAX);
  const renumbered = new Int32Array(dictionary.length).fill(-1);
  const own = new Int32Array(indices.length);
  const entries: string[] = [];
  let i = 0;
  for (const index of indices) {
    const text = dictionary[index];
    if (text === undefined) throw new Error(`index ${index} in a dictionary of ${dictionary.length} texts`);
    let found = intAt(renumbered, index);
    if (found === -1) {
      if (entries.length === entriesMax) return undefined;
      found = entries.push(text) - 1;
      renumbered[index] = found;
    }
    own[i++] = found;
  }
  return entries.length === 0 ? undefined : { entries, indices: own };
}

function distinctTexts(values: readonly string[], entriesMax: number): ValueDictionary | undefined {
  const seen = distinct(values, entriesMax);
  return seen && { entries: [...seen.found], indices: seen.indices };
}

function distinctNumbers(values: NumberValues, entriesMax: number): ValueDictionary | undefined {
  if (values instanceof BigInt64Array) {
    const seen = distinct(values, entriesMax);
    return seen && { entries: BigInt64Array.from(seen.found), indices: seen.indices };
  }
  // Floats by their bits: as numbers, 0 and -0 are one.
  const isFloat = values instanceof Float32Array;
  const seen = distinct(isFloat ? new Int32Array(values.buffer, values.byteOffset, values.length) : values, entriesMax);
  if (seen === undefined) return undefined;
  const { found, indices } = seen;
  if (isFloat) return { entries: new Float32Array(Int32Array.from(found).buffer), indices };
  if (values instanceof Float64Array) return { entries: Float64Array.from(found), indices };
  return { entries: values instanceof Int8Array ? Int8Array.from(found) : Int32Array.from(found), indices };
}

function distinct<T>(values: ArrayLike<T>, entriesMax: number) {
  const found = new Map<T, number>();
  const indices = new Int32Array(values.length);
  // By index: an iterator over several kinds of arrays takes several times as long.
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === undefined) throw new Error('a column holds undefined');
    let index = found.get(value);
    if (index === undefined) {
      if (found.size === entriesMax) return undefined;
      index = found.size;
      found.set(value, index);
    }
    indices[i] = index;
  }
  return found.size === 0 ? undefined : { found: found.keys(), indices };
}
