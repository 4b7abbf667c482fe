/** Byte pair encoding: the two neighbours in a word with the least rank merge, again and again. */
import { intAt } from '../../checked.ts';
import { type MergeTable, NO_RANK } from './merge-table.ts';
import { codePointAt, type TextUnits } from './split-words.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What words are encoded with. */
export interface WordTables {
  /** The piece of each byte. */
  readonly byteIds: Int32Array;
  readonly merges: MergeTable;
  /** A word that is a piece is that piece, whatever its merges come to (`ignore_merges`). */
  readonly wholeWord: Vocabulary['idOf'] | undefined;
}

/** Encodes words, one after another. */
export interface WordMerger {
  /** Encodes the word from the unit `from` to `to`, both at borders of code points. Its tokens. */
  encode(text: TextUnits, from: number, to: number): number;
  /** The ids of the last word. */
  readonly ids: Int32Array;
}

/** Bytes of a word up to which the least rank is looked for among all: longer ones have a heap. */
const LOOKED_THROUGH_MAX = 48;
/** Bytes of a UTF-16 code unit at most. */
const UNIT_BYTES_MAX = 3;

/** Bytes of a word for which there is memory between words. */
const BYTES_HELD_MAX = 4_096;

/** A merger of words of any length. */
export function createWordMerger({ byteIds, merges, wholeWord }: WordTables): WordMerger {
  let bytes = new Uint8Array(BYTES_HELD_MAX);
  let ids = new Int32Array(BYTES_HELD_MAX);
  const mergeShort = shortMerger(merges);
  return {
    encode(text, from, to) {
      const needed = Math.max((to - from) * UNIT_BYTES_MAX, BYTES_HELD_MAX);
      if (needed !== bytes.length) {
        bytes = new Uint8Array(needed);
        ids = new Int32Array(needed);
      }
      const length = utf8Of(text, { from, to }, bytes);
      const whole = wholeWord === undefined ? -1 : wholeWord(bytes, 0, length);
      if (whole >= 0) {
        ids[0] = whole;
        return 1;
      }
      for (let i = 0; i < length; i++) ids[i] = byteIds[bytes[i] ?? 0] ?? 0;
      return length <= LOOKED_THROUGH_MAX ? mergeShort(ids, length) : mergeLong(merges, ids, length);
    },
    get ids() {
      return ids;
    },
  };
}

/** Writes a part of a text as UTF-8; the number of its bytes. */
function utf8Of({ units }: TextUnits, { from, to }: { from: number; to: number }, bytes: Uint8Array): number {
  let length = 0;
  for (let at = from; at < to; at++) {
    const code = codePointAt(units, at);
    if (code < 0x80) {
      bytes[length++] = code;
      continue;
    }
    if (code < 0x800) bytes[length++] = 0xc0 | (code >> 6);
    else {
      if (code < 0x10000) bytes[length++] = 0xe0 | (code >> 12);
      else {
        bytes[length++] = 0xf0 | (code >> 18);
        bytes[length++] = 0x80 | ((code >> 12) & 0x3f);
        at++;
      }
      bytes[length++] = 0x80 | ((code >> 6) & 0x3f);
    }
    bytes[length++] = 0x80 | (code & 0x3f);
  }
  return length;
}

type Merge = (ids: Int32Array, length: number) => number;

/** Merges in place. Of equal ranks the first one merges first. */
function shortMerger({ find, slots }: MergeTable): Merge {
  const ranks = new Int32Array(LOOKED_THROUGH_MAX);
  const joined = new Int32Array(LOOKED_THROUGH_MAX);
  const look = (ids: Int32Array, i: number) => {
    const at = find(intAt(ids, i), intAt(ids, i + 1));
    ranks[i] = at < 0 ? NO_RANK : intAt(slots, at + 2);
    joined[i] = at < 0 ? 0 : intAt(slots, at + 3);
  };
  return (ids, length) => {
    let count = length;
    for (let i = 0; i + 1 < count; i++) look(ids, i);
    for (;;) {
      let least = NO_RANK;
      let place = 0;
      for (let i = 0; i + 1 < count; i++) {
        const rank = intAt(ranks, i);
        if (rank < least) {
          least = rank;
          place = i;
        }
      }
      if (least === NO_RANK) return count;
      ids[place] = intAt(joined, place);
      count--;
      for (let i = place + 1; i < count; i++) {
        ids[i] = intAt(ids, i + 1);
        ranks[i] = intAt(ranks, i + 1);
        joined[i] = intAt(joined, i + 1);
      }
      if (place > 0) look(ids, place - 1);
      if (place + 1 < count) look(ids, place);
    }
  };
}

/** A merge that waits is its rank and its place in one number, whole up to 2^53. */
const PLACES = 2 ** 32;

/**
 * The same in time n log n: pieces are a list, each at the place of its first byte, and their
 * merges wait in a heap by rank, then place. One that waits for pieces that have since become
 * others is passed over.
 */
function mergeLong({ find, slots }: MergeTable, ids: Int32Array, length: number): number {
  const next = Int32Array.from({ length }, (_, i) => i + 1);
  const before = Int32Array.from({ length }, (_, i) => i - 1);
  const heap = createHeap(length);
  const mergeAt = (place: number) => {
    const second = intAt(next, place);
    return second < length ? find(intAt(ids, place), intAt(ids, second)) : -1;
  };
  const wait = (place: number) => {
    const at = mergeAt(place);
    if (at >= 0) heap.push(intAt(slots, at + 2) * PLACES + place);
  };
  for (let i = 0; i + 1 < length; i++) wait(i);
  for (let least = heap.pop(); least !== undefined; least = heap.pop()) {
    const place = least % PLACES;
    // A piece that another one took has no id.
    const at = intAt(ids, place) < 0 ? -1 : mergeAt(place);
    if (at < 0 || intAt(slots, at + 2) !== (least - place) / PLACES) continue;
    const second = intAt(next, place);
    const after = intAt(next, second);
    ids[place] = intAt(slots, at + 3);
    ids[second] = -1;
    next[place] = after;
    if (after < length) before[after] = place;
    wait(place);
    if (place > 0) wait(intAt(before, place));
  }
  let count = 0;
  for (let place = 0; place < length; place = intAt(next, place)) ids[count++] = intAt(ids, place);
  return count;
}

/** The least of numbers first. */
function createHeap(expected: number) {
  let numbers = new Float64Array(expected);
  let size = 0;
  const at = (i: number) => numbers[i] ?? 0;
  return {
    push(number: number) {
      if (size === numbers.length) {
        const grown = new Float64Array(2 * size);
        grown.set(numbers);
        numbers = grown;
      }
      let i = size++;
      for (; i > 0 && at((i - 1) >> 1) > number; i = (i - 1) >> 1) numbers[i] = at((i - 1) >> 1);
      numbers[i] = number;
    },
    pop(): number | undefined {
      if (size === 0) return undefined;
      const least = at(0);
      const moved = at(--size);
      let i = 0;
      for (;;) {
        let child = 2 * i + 1;
        if (child >= size) break;
        if (child + 1 < size && at(child + 1) < at(child)) child++;
        if (at(child) >= moved) break;
        numbers[i] = at(child);
        i = child;
      }
      numbers[i] = moved;
      return least;
    },
  };
}
