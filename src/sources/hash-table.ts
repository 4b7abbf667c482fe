/**
 * A map from 16-byte hashes to a few 32-bit words in typed arrays: a tenth of the memory of a Map
 * of strings.
 */
import { hash } from 'node:crypto';
import { intAt } from '../checked.ts';

/**
 * Words of a key: 128 bits, so that two of 2^32 keys are equal by chance with a probability below
 * 2^-64.
 */
const KEY_WORDS = 4;
/**
 * The most slots: V8's largest typed arrays hold 2^33 bytes, and 2^27 slots of eight words stay
 * below.
 */
export const SLOTS_MAX = 2 ** 27;
const SLOTS_MIN = 1024;

/** The first 16 bytes of SHA-256 over UTF-8 as four words. */
export function hash128(text: string): Uint32Array {
  const digest = hash('sha256', text, 'buffer');
  const words = new Uint32Array(KEY_WORDS);
  for (let i = 0; i < KEY_WORDS; i++) words[i] = digest.readUInt32LE(4 * i);
  return words;
}

/** A map from keys of KEY_WORDS words to `valueWords` words each. */
export interface HashTable {
  /** Number of keys. */
  readonly size: number;
  /** No further key fits. */
  readonly full: boolean;
  /** The words of all values. Valid until the next call of `at`. */
  readonly values: Uint32Array;
  /** Where in `values` the words of `key` begin; they are 0 where it was added just now. */
  at(key: Uint32Array): { offset: number; added: boolean };
  /** The key is in the table. */
  has(key: Uint32Array): boolean;
  /** Where in `values` the words of each key begin, in no meaningful order. */
  offsets(): Iterable<number>;
}

interface Slots {
  readonly keys: Uint32Array;
  readonly used: Uint8Array;
  readonly values: Uint32Array;
}

/**
 * An empty table: open addressing with linear probing, at most two thirds full. Bound: (4 +
 * valueWords) x 4 + 1 bytes a slot, hence 25 to 50 bytes a key with one word and 55 to 110 with
 * five; while it grows, the old and the new slots are held at once. `at` throws Error beyond
 * SLOTS_MAX slots.
 */
export function createHashTable(valueWords: number): HashTable {
  let slots = emptySlots(SLOTS_MIN, valueWords);
  let size = 0;
  const isCrowded = () => (size + 1) * 3 > slots.used.length * 2;
  return {
    get size() {
      return size;
    },
    get full() {
      return slots.used.length >= SLOTS_MAX && isCrowded();
    },
    get values() {
      return slots.values;
    },
    at(key) {
      if (isCrowded()) slots = grown(slots, valueWords);
      const slot = slotOf(slots, key);
      const added = slots.used[slot] === 0;
      if (added) {
        slots.used[slot] = 1;
        slots.keys.set(key, slot * KEY_WORDS);
        size += 1;
      }
      return { offset: slot * valueWords, added };
    },
    has: (key) => slots.used[slotOf(slots, key)] === 1,
    *offsets() {
      for (let slot = 0; slot < slots.used.length; slot++) if (slots.used[slot] === 1) yield slot * valueWords;
    },
  };
}

function emptySlots(count: number, valueWords: number): Slots {
  return {
    keys: new Uint32Array(count * KEY_WORDS),
    used: new Uint8Array(count),
    values: new Uint32Array(count * valueWords),
  };
}

/** The slot that holds the key, or the one where it goes. */
function slotOf({ keys, used }: Slots, key: Uint32Array): number {
  const mask = used.length - 1;
  for (let slot = intAt(key, 0) & mask; ; slot = (slot + 1) & mask) {
    if (used[slot] === 0) return slot;
    const k = slot * KEY_WORDS;
    if (keys[k] === key[0] && keys[k + 1] === key[1] && keys[k + 2] === key[2] && keys[k + 3] === key[3]) return slot;
  }
}

function grown({ keys, used, values }: Slots, valueWords: number): Slots {
  if (used.length >= SLOTS_MAX) throw new Error(`a hash table of ${SLOTS_MAX} slots is full`);
  const next = emptySlots(used.length * 2, valueWords);
  for (let slot = 0; slot < used.length; slot++) {
    if (used[slot] === 0) continue;
    const key = keys.subarray(slot * KEY_WORDS, (slot + 1) * KEY_WORDS);
    const to = slotOf(next, key);
    next.used[to] = 1;
    next.keys.set(key, to * KEY_WORDS);
    next.values.set(values.subarray(slot * valueWords, (slot + 1) * valueWords), to * valueWords);
  }
  return next;
}
