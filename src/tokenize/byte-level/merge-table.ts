/** The merges of a byte-level tokenizer: which two pieces become one, and in which order. */
import { intAt, nth } from '../../checked.ts';
import type { TokenizerJson } from '../tokenizer-json.ts';
import { pieceReader } from './piece-bytes.ts';
import { emptySlots, type Vocabulary } from './vocabulary.ts';

/** No merge: greater than every rank. */
export const NO_RANK = 0x7fffffff;

/** Merges by their two pieces. */
export interface MergeTable {
  /** The merge of two pieces as a place in `slots`; -1 where they do not merge. */
  find(first: number, second: number): number;
  /** Four numbers a merge: first, second, rank, and the id of the two as one. */
  readonly slots: Int32Array;
}

const QUOTE = 0x22;
/** Numbers of a slot. */
const WIDTH = 4;

/** Reads the merges; undefined where one of them is of pieces that are not in the vocabulary. */
export function readMerges({ merges }: TokenizerJson, vocabulary: Vocabulary): MergeTable | undefined {
  if (merges === undefined) return undefined;
  const { bytes, to } = merges;
  const reader = pieceReader(bytes);
  /** Of each merge both pieces and what they become. */
  const ids: number[] = [];
  // "a b", or ["a", "b"] in newer files: between the pieces lies nothing that could be one.
  for (let at = bytes.indexOf(QUOTE, merges.from); at >= 0 && at < to; at = bytes.indexOf(QUOTE, reader.end + 1)) {
    reader.length = 0;
    if (!reader.read(at + 1)) return undefined;
    const firstEnd = reader.length;
    const isPair = bytes[reader.end] === QUOTE;
    if (!reader.read(1 + (isPair ? bytes.indexOf(QUOTE, reader.end + 1) : reader.end))) return undefined;
    if (bytes[reader.end] !== QUOTE || reader.end >= to) return undefined;
    const first = vocabulary.idOf(reader.bytes, 0, firstEnd);
    const second = vocabulary.idOf(reader.bytes, firstEnd, reader.length);
    const joined = vocabulary.idOf(reader.bytes, 0, reader.length);
    if (first < 0 || second < 0 || joined < 0) return undefined;
    ids.push(first, second, joined);
  }
  return tableOf(ids);
}

function tableOf(ids: readonly number[]): MergeTable {
  const slots = emptySlots(ids.length / 3, WIDTH);
  const mask = slots.length / WIDTH - 1;
  const slotOf = (first: number, second: number) => {
    let hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b);
    hash ^= hash >>> 15;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const own = intAt(slots, slot * WIDTH);
      if (own < 0 || (own === first && intAt(slots, slot * WIDTH + 1) === second)) return slot * WIDTH;
    }
  };
  for (let i = 0; i < ids.length; i += 3) {
    const [first, second, joined] = [nth(ids, i), nth(ids, i + 1), nth(ids, i + 2)];
    // Of two merges of the same pieces the later one counts, as in the library.
    const at = slotOf(first, second);
    slots[at] = first;
    slots[at + 1] = second;
    slots[at + 2] = i / 3;
    slots[at + 3] = joined;
  }
  return {
    slots,
    find(first, second) {
      const at = slotOf(first, second);
      return intAt(slots, at) < 0 ? -1 : at;
    },
  };
}
