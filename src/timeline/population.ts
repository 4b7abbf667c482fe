/**
 * The items seen at a moment, counted and picked by rank in O(log n): a wavelet matrix over first
 * event times (Claude, Navarro, Ordóñez 2015).
 */
import { compareUtf8 } from '../../schemas/byte-order.ts';
import { TIME_UNKNOWN } from '../../schemas/event.ts';
import type { EventTimes } from '../../schemas/event-time.ts';
import type { ItemId } from '../../schemas/ids.ts';
import { intAt, nth } from '../checked.ts';
import { lowerBound } from './order.ts';

/**
 * Items with a known time that were seen at T, in order of (first event_time, item_id) (CAND-1).
 */
export interface Population {
  /** How many were seen at T. */
  sizeAt(t: number): number;
  /** The item of rank `k`, 0 <= k < sizeAt(t). */
  at(t: number, k: number): ItemId;
}

/**
 * The population of all items by their versions. An item's position is that of the version known
 * first, so that it never moves when an older version arrives later. Bound: O(n log n) bits and the
 * ids.
 */
export function createPopulation(table: ReadonlyMap<ItemId, readonly EventTimes[]>): Population {
  const firsts: { itemId: ItemId; at: number; knownAt: number }[] = [];
  for (const [itemId, versions] of table) {
    let first: EventTimes | undefined;
    for (const version of versions) {
      if (version.at !== TIME_UNKNOWN && (first === undefined || version.knownAt < first.knownAt)) first = version;
    }
    if (first !== undefined) firsts.push({ itemId, at: first.at, knownAt: first.knownAt });
  }
  firsts.sort((a, b) => a.at - b.at || compareUtf8(a.itemId, b.itemId));
  const ids = firsts.map((first) => first.itemId);
  // Positions (ranks by event time) in the order in which they become known; a moment T is a prefix
  // of this sequence.
  const byKnown = firsts
    .map((_, rank) => rank)
    .sort((a, b) => nth(firsts, a).knownAt - nth(firsts, b).knownAt || a - b);
  const knownAt = Float64Array.from(byKnown, (rank) => nth(firsts, rank).knownAt);
  const inOrder = byKnown.every((rank, i) => rank === i);
  const select = inOrder ? undefined : createWaveletMatrix(Int32Array.from(byKnown), ids.length);
  // Those below T are those that are seen at T.
  const sizeAt = (t: number) => lowerBound(knownAt, t);
  return { sizeAt, at: (t, k) => nth(ids, select === undefined ? k : select(sizeAt(t), k)) };
}

/**
 * Returns `select(prefix, k)`: the k-th least (from 0) of the first `prefix` values; values are
 * below `limit`.
 */
function createWaveletMatrix(values: Int32Array, limit: number): (prefix: number, k: number) => number {
  const bits = Math.max(1, 32 - Math.clz32(Math.max(0, limit - 1)));
  const zeroCounts: Int32Array[] = [];
  let level = values;
  for (let bit = bits - 1; bit >= 0; bit--) {
    const zerosBefore = new Int32Array(level.length + 1);
    for (let i = 0; i < level.length; i++)
      zerosBefore[i + 1] = intAt(zerosBefore, i) + (1 - ((intAt(level, i) >> bit) & 1));
    const next = new Int32Array(level.length);
    let zero = 0;
    let one = intAt(zerosBefore, level.length);
    for (const value of level) {
      if (((value >> bit) & 1) === 0) next[zero++] = value;
      else next[one++] = value;
    }
    zeroCounts.push(zerosBefore);
    level = next;
  }
  return (prefix, k) => {
    let from = 0;
    let to = prefix;
    let rank = k;
    let value = 0;
    for (const zerosBefore of zeroCounts) {
      const zerosFrom = intAt(zerosBefore, from);
      const zerosTo = intAt(zerosBefore, to);
      value <<= 1;
      if (rank < zerosTo - zerosFrom) {
        from = zerosFrom;
        to = zerosTo;
      } else {
        rank -= zerosTo - zerosFrom;
        value |= 1;
        const zeros = intAt(zerosBefore, zerosBefore.length - 1);
        from = zeros + from - zerosFrom;
        to = zeros + to - zerosTo;
      }
    }
    return value;
  };
}
