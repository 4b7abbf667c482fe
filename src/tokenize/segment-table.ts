/**
 * Token segments that threads share, by a hash of what they say: written once by whichever thread
 * needs one first, read by all, nothing copied.
 */
import { intAt } from '../checked.ts';

/** What is handed to another thread; plain shared memory. */
export interface SharedSegments {
  /** SLOT_SIZE numbers a slot; a key's slot is the first free one from where its hash points. */
  readonly slots: SharedArrayBuffer;
  /** The segments' numbers; grows up to NUMBERS_BYTES_MAX. */
  readonly numbers: SharedArrayBuffer;
  /** How many numbers and how many slots are taken. */
  readonly taken: SharedArrayBuffer;
}

/** A table of segments as one thread sees it. */
export interface SegmentTable {
  readonly shared: SharedSegments;
  /**
   * The segment of a key, 40 hexadecimal digits or more, as a view; undefined where nobody has put
   * it.
   */
  get(key: string): Int32Array | undefined;
  /**
   * Puts a segment under the hash of what it says. Of two threads that put one key at a time both
   * may stay, since both say the same. Returns the table's own numbers, undefined where it is full:
   * a full table takes nothing more.
   */
  put(key: string, numbers: Int32Array): Int32Array | undefined;
}

/**
 * Reserved, not used: memory is taken as the table grows. Item texts of about a million versions.
 */
export const NUMBERS_BYTES_MAX = 2 ** 31;
/** Most slots of a table: 256 MB of them. */
export const SLOTS_MAX = 2 ** 23;
const SLOTS_MIN = 16;
/** The numbers grow by this much at once. */
const GROWTH_BYTES = 2 ** 22;

/**
 * A slot: its state, where its segment begins, how long it is, and the first 160 bits of its key.
 */
const SLOT_SIZE = 8;
const KEY_WORDS = 5;
/** States of a slot; 0 is free. */
const READY = 1;
const CLAIMED = 2;
/** Share of the slots that may be taken: above it searches grow long. */
const FILL_MAX = 0.75;

/** An empty table with room for about so many segments. */
export function createSegmentTable(segments: number): SegmentTable {
  let slots = SLOTS_MIN;
  while (slots * FILL_MAX < segments && slots < SLOTS_MAX) slots *= 2;
  return openSegmentTable({
    slots: new SharedArrayBuffer(slots * SLOT_SIZE * 4),
    numbers: new SharedArrayBuffer(GROWTH_BYTES, { maxByteLength: NUMBERS_BYTES_MAX }),
    taken: new SharedArrayBuffer(8),
  });
}

/** The table that another thread shares. */
export function openSegmentTable(shared: SharedSegments): SegmentTable {
  const slots = new Int32Array(shared.slots);
  const taken = new Int32Array(shared.taken);
  // Without a length it follows the buffer as it grows.
  const numbers = new Int32Array(shared.numbers);
  const slotCount = slots.length / SLOT_SIZE;
  const next = (at: number) => (at + SLOT_SIZE) % slots.length;
  const slotsMax = slotCount * FILL_MAX;
  const find = (words: readonly number[]) => {
    for (let at = firstSlot(words, slotCount); ; at = next(at)) {
      // The state is stored last: whoever sees a ready slot sees all of it, and its numbers.
      const state = Atomics.load(slots, at);
      if (state === 0) return undefined;
      if (state !== READY || !isKey(slots, at, words)) continue;
      const from = intAt(slots, at + 1);
      return numbers.subarray(from, from + intAt(slots, at + 2));
    }
  };
  return {
    shared,
    get: (key) => find(wordsOf(key)),
    put(key, values) {
      const words = wordsOf(key);
      const before = find(words);
      if (before !== undefined) return before;
      const isFull = (Atomics.load(taken, 0) + values.length) * 4 > NUMBERS_BYTES_MAX - GROWTH_BYTES;
      if (isFull || Atomics.load(taken, 1) >= slotsMax) return undefined;
      // Counted before it is claimed, so that a search always meets a free slot.
      if (Atomics.add(taken, 1, 1) >= slotsMax) return undefined;
      const from = Atomics.add(taken, 0, values.length);
      growTo(shared.numbers, (from + values.length) * 4);
      numbers.set(values, from);
      let at = firstSlot(words, slotCount);
      while (Atomics.compareExchange(slots, at, 0, CLAIMED) !== 0) at = next(at);
      slots.set([from, values.length, ...words], at + 1);
      Atomics.store(slots, at, READY);
      return numbers.subarray(from, from + values.length);
    },
  };
}

/** The first 32-bit words of a hash. */
function wordsOf(key: string): number[] {
  return Array.from({ length: KEY_WORDS }, (_, i) => Number.parseInt(key.slice(8 * i, 8 * i + 8), 16) | 0);
}

function firstSlot([first = 0]: readonly number[], slotCount: number): number {
  return ((first >>> 0) % slotCount) * SLOT_SIZE;
}

function isKey(slots: Int32Array, at: number, words: readonly number[]): boolean {
  return words.every((word, i) => slots[at + SLOT_SIZE - KEY_WORDS + i] === word);
}

/** Grows in steps; another thread may have grown it further in the meantime, which is as good. */
function growTo(buffer: SharedArrayBuffer, bytes: number): void {
  while (buffer.byteLength < bytes) {
    const wanted = Math.min(NUMBERS_BYTES_MAX, Math.ceil(bytes / GROWTH_BYTES) * GROWTH_BYTES);
    try {
      buffer.grow(wanted);
    } catch (error) {
      if (buffer.byteLength < bytes) throw error;
    }
  }
}
