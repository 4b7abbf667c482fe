/** A map from 16-byte hashes to a few 32-bit words in typed arrays: what a JavaScript Map of strings needs ten times the memory for. */
import { hash } from 'node:crypto';

/** Words of a key: 128 bits, so that two of 2^32 keys are equal by chance with a probability below 2^-64. */
const KEY_WORDS = 4;
/** V8's largest typed arrays hold 2^33 bytes; 2^27 slots of eight words stay below. */
export const SLOTS_MAX = 2 ** 27;

/** The first 16 bytes of SHA-256 over UTF-8 as four words. */
export function hash128(text: string): Uint32Array {
  const digest = hash('sha256', text, 'buffer');
  return new Uint32Array([
    digest.readUInt32LE(0),
    digest.readUInt32LE(4),
    digest.readUInt32LE(8),
    digest.readUInt32LE(12),
  ]);
}

/**
 * Open addressing with linear probing, at most two thirds full. Memory: (4 + valueWords) x 4 + 1 bytes a slot, hence 25 to 50 bytes a key
 * with one word, 55 to 110 with five; growing holds the old and the new table at once.
 */
export class HashTable {
  readonly valueWords: number;
  #keys = new Uint32Array(1024 * KEY_WORDS);
  #used = new Uint8Array(1024);
  #size = 0;
  /** The words of all values: those of the key at slot s begin at s x valueWords. */
  values: Uint32Array;

  constructor(valueWords: number) {
    this.valueWords = valueWords;
    this.values = new Uint32Array(1024 * valueWords);
  }

  get size(): number {
    return this.#size;
  }

  /** Whether another key still fits. */
  get full(): boolean {
    return this.#used.length >= SLOTS_MAX && (this.#size + 1) * 3 > this.#used.length * 2;
  }

  /** Where in `values` the words of `key` begin, and whether it was added just now (its words are 0). Valid until the next call. */
  at(key: Uint32Array): { offset: number; added: boolean } {
    if ((this.#size + 1) * 3 > this.#used.length * 2) this.#grow();
    const slot = this.#find(key);
    const added = this.#used[slot] === 0;
    if (added) {
      this.#used[slot] = 1;
      this.#keys.set(key, slot * KEY_WORDS);
      this.#size += 1;
    }
    return { offset: slot * this.valueWords, added };
  }

  /** As `at`, without adding. */
  has(key: Uint32Array): boolean {
    return this.#used[this.#find(key)] === 1;
  }

  /** Where the words of each key begin, in no meaningful order. */
  *offsets(): Generator<number> {
    for (let slot = 0; slot < this.#used.length; slot++) if (this.#used[slot] === 1) yield slot * this.valueWords;
  }

  #find(key: Uint32Array): number {
    const mask = this.#used.length - 1;
    const keys = this.#keys;
    for (let slot = key[0]! & mask; ; slot = (slot + 1) & mask) {
      if (this.#used[slot] === 0) return slot;
      const k = slot * KEY_WORDS;
      if (keys[k] === key[0] && keys[k + 1] === key[1] && keys[k + 2] === key[2] && keys[k + 3] === key[3]) return slot;
    }
  }

  #grow(): void {
    if (this.#used.length >= SLOTS_MAX) throw new Error(`a hash table of ${SLOTS_MAX} slots is full`);
    const [keys, used, values] = [this.#keys, this.#used, this.values];
    this.#keys = new Uint32Array(keys.length * 2);
    this.#used = new Uint8Array(used.length * 2);
    this.values = new Uint32Array(values.length * 2);
    for (let slot = 0; slot < used.length; slot++) {
      if (used[slot] === 0) continue;
      const key = keys.subarray(slot * KEY_WORDS, (slot + 1) * KEY_WORDS);
      const to = this.#find(key);
      this.#used[to] = 1;
      this.#keys.set(key, to * KEY_WORDS);
      this.values.set(values.subarray(slot * this.valueWords, (slot + 1) * this.valueWords), to * this.valueWords);
    }
  }
}
