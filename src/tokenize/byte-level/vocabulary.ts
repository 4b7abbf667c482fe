/** The vocabulary of a byte-level tokenizer by the bytes of its pieces. */
import { byteAt, intAt } from '../../checked.ts';
import type { TokenizerJson } from '../tokenizer-json.ts';
import { pieceReader } from './piece-bytes.ts';

/** Pieces by their bytes. */
export interface Vocabulary {
  /** Bytes of the piece of an id; 0 where no piece has it. */
  readonly lengths: Uint16Array;
  /** The piece of each byte. */
  readonly byteIds: Int32Array;
  /** An id below the greatest is no piece. */
  readonly hasHoles: boolean;
  /** Copies the bytes of the piece of an id into `target` from `at` on; how many there are. */
  copy(id: number, target: Uint8Array, at: number): number;
  /** The id of the piece with the bytes from `from` to `to`, -1 where there is none. */
  idOf(bytes: Uint8Array, from: number, to: number): number;
}

/** Ids and ranks up to which tables by id are small, and numbers of both are exact. */
const IDS_MAX = 2 ** 21;

/** Share of the slots of a table that are taken at most: above it searches grow long. */
const FILL_MAX = 0.6;

/**
 * Reads the vocabulary; undefined where it is not by text, has no piece for one of the bytes, or
 * two pieces of one id, which the library would tell apart where we could not.
 */
export function readVocabulary({ greatestId, vocabulary }: TokenizerJson): Vocabulary | undefined {
  if (vocabulary === undefined || greatestId < 0 || greatestId >= IDS_MAX) return undefined;
  const reader = pieceReader(vocabulary.bytes);
  const lengths = new Uint16Array(greatestId + 1);
  const starts = new Int32Array(greatestId + 1);
  // No letter of the alphabet takes less than a byte.
  const arena = new Uint8Array(vocabulary.to - vocabulary.from);
  const slots = emptySlots(greatestId + 1);
  const mask = slots.length - 1;
  let used = 0;
  let count = 0;
  for (const { key, value } of vocabulary.list()) {
    if (key === undefined) return undefined;
    reader.length = 0;
    // A text with other letters is never asked for.
    if (!reader.read(key.from + 1)) continue;
    const { length } = reader;
    const id = wholeNumber(vocabulary.bytes, value.from, value.to);
    if (lengths[id] !== 0) return undefined;
    arena.set(reader.bytes.subarray(0, length), used);
    starts[id] = used;
    lengths[id] = length;
    used += length;
    count++;
    let at = hashOf(reader.bytes, 0, length) & mask;
    while (intAt(slots, at) >= 0) at = (at + 1) & mask;
    slots[at] = id;
  }
  const pieces = arena.slice(0, used);
  const idOf = (bytes: Uint8Array, from: number, to: number) => {
    for (let at = hashOf(bytes, from, to) & mask; ; at = (at + 1) & mask) {
      const id = intAt(slots, at);
      if (id < 0) return -1;
      if (lengths[id] !== to - from) continue;
      let start = intAt(starts, id);
      let i = from;
      while (i < to && pieces[start] === bytes[i]) {
        start++;
        i++;
      }
      if (i === to) return id;
    }
  };
  const byteIds = Int32Array.from({ length: 0x100 }, (_, byte) => idOf(Uint8Array.of(byte), 0, 1));
  if (byteIds.includes(-1)) return undefined;
  const copy = (id: number, target: Uint8Array, at: number) => {
    const [start, length] = [intAt(starts, id), lengths[id] ?? 0];
    // By hand: most pieces are so short that a view of them would cost more.
    for (let i = 0; i < length; i++) target[at + i] = pieces[start + i] ?? 0;
    return length;
  };
  return { lengths, byteIds, hasHoles: count <= greatestId, copy, idOf };
}

/** Free slots for so many entries: a power of two of them, each -1. */
export function emptySlots(entries: number, width = 1): Int32Array {
  let slots = 16;
  while (slots * FILL_MAX < entries) slots *= 2;
  return new Int32Array(slots * width).fill(-1);
}

/** FNV-1a. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ byteAt(bytes, i), 0x01000193);
  return hash ^ (hash >>> 15);
}

function wholeNumber(json: Uint8Array, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at++) number = 10 * number + byteAt(json, at) - 0x30;
  return number;
}
