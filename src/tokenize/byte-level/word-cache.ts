/** Words that were encoded before, with their ids, within a bound of bytes. */
import { intAt } from '../../checked.ts';
import type { WordMerger } from './merge-words.ts';
import type { TextUnits } from './split-words.ts';

/** Appends the ids of words. */
export interface WordCache {
  /** Appends the ids of the word from the unit `from` to `to` to `ids`. */
  append(text: TextUnits, from: number, to: number): void;
  /** What was appended since the last `take`, as an array of its own. */
  take(): Int32Array;
}

/** Words of so many units are kept: longer ones hardly ever come again. */
const WORD_UNITS_MAX = 32;
/** Slots, of which half may be taken: 4 MB. */
const SLOTS = 2 ** 18;
/** Units of all kept words: 2 MB. */
const UNITS_MAX = 2 ** 20;
/** Ids of all kept words that have several: 2 MB. */
const IDS_MAX = 2 ** 19;

/** Ids of a text for which there is memory between texts: 64 KB. */
const IDS_HELD_MAX = 2 ** 14;

/** Numbers of a slot: hash, begin of its units, lengths, and its id, or the begin of its ids. */
const WIDTH = 4;
/** Lengths are those of the ids and of the units; those of a free slot are 0. */
const LENGTH_BITS = 6;
const LENGTH_MASK = 2 ** LENGTH_BITS - 1;

/**
 * An empty cache. A full one forgets all, which costs less than knowing what was used last: what
 * often comes is soon back.
 */
export function createWordCache(merger: WordMerger): WordCache {
  const slots = new Int32Array(SLOTS * WIDTH);
  const words = new Uint16Array(UNITS_MAX);
  const kept = new Int32Array(IDS_MAX);
  const used = { slots: 0, units: 0, ids: 0 };
  let ids = new Int32Array(IDS_HELD_MAX);
  let count = 0;
  const makeRoom = (more: number) => {
    if (count + more <= ids.length) return;
    const grown = new Int32Array(2 * (count + more));
    grown.set(ids.subarray(0, count));
    ids = grown;
  };
  const appendNew = (text: TextUnits, from: number, to: number) => {
    const length = merger.encode(text, from, to);
    const own = merger.ids;
    makeRoom(length);
    for (let i = 0; i < length; i++) ids[count + i] = intAt(own, i);
    count += length;
    return length;
  };
  const forgetAll = () => {
    slots.fill(0);
    Object.assign(used, { slots: 0, units: 0, ids: 0 });
  };
  const keep = ({ units }: TextUnits, { from, to, hash, length }: Kept) => {
    const idsNeeded = length > 1 ? length : 0;
    const isFull = 2 * used.slots >= SLOTS || used.units + to - from > UNITS_MAX || used.ids + idsNeeded > IDS_MAX;
    if (isFull) forgetAll();
    let slot = hash & (SLOTS - 1);
    while (slots[slot * WIDTH + 2] !== 0) slot = (slot + 1) & (SLOTS - 1);
    const at = slot * WIDTH;
    slots[at] = hash;
    slots[at + 1] = used.units;
    slots[at + 2] = (length << LENGTH_BITS) | (to - from);
    slots[at + 3] = length > 1 ? used.ids : intAt(ids, count - 1);
    for (let i = from; i < to; i++) words[used.units++] = units[i] ?? 0;
    if (length > 1) for (let i = count - length; i < count; i++) kept[used.ids++] = intAt(ids, i);
    used.slots++;
  };
  return {
    append(text, from, to) {
      const { units } = text;
      const size = to - from;
      if (size > WORD_UNITS_MAX) {
        appendNew(text, from, to);
        return;
      }
      let hash = size;
      for (let i = from; i < to; i++) hash = Math.imul(hash ^ (units[i] ?? 0), 0x01000193);
      hash ^= hash >>> 15;
      for (let slot = hash & (SLOTS - 1); ; slot = (slot + 1) & (SLOTS - 1)) {
        const at = slot * WIDTH;
        const lengths = intAt(slots, at + 2);
        if (lengths === 0) break;
        if (slots[at] !== hash || (lengths & LENGTH_MASK) !== size) continue;
        let n = intAt(slots, at + 1);
        let i = from;
        while (i < to && words[n] === units[i]) {
          n++;
          i++;
        }
        if (i < to) continue;
        const length = lengths >> LENGTH_BITS;
        makeRoom(length);
        const first = intAt(slots, at + 3);
        if (length === 1) ids[count++] = first;
        else for (let k = 0; k < length; k++) ids[count++] = intAt(kept, first + k);
        return;
      }
      const length = appendNew(text, from, to);
      keep(text, { from, to, hash, length });
    },
    take() {
      const taken = ids.slice(0, count);
      count = 0;
      if (ids.length > IDS_HELD_MAX) ids = new Int32Array(IDS_HELD_MAX);
      return taken;
    },
  };
}

interface Kept {
  readonly from: number;
  readonly to: number;
  readonly hash: number;
  /** Ids, the last that were appended. */
  readonly length: number;
}
