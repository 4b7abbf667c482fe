/** The items seen at a moment, counted and picked by number: a prefix of one order of all items. */
import { TIME_UNKNOWN } from '../../schemas/event.ts';
import type { ItemId } from '../../schemas/ids.ts';
import { floatAt, intAt } from '../checked.ts';
import { isSeen } from './as-of.ts';
import { lowerBound } from './order.ts';

/**
 * Items with a known time that were seen at T, in order of (known_at of the version known first,
 * item_id) (CAND-1).
 */
export interface Population {
  /** How many were seen at T. */
  sizeAt(t: number): number;
  /** The item of number `k`, the same for every T at which 0 <= k < sizeAt(T). */
  at(k: number): ItemId;
  /** Whether the item is among those seen at T. */
  holds(itemId: ItemId, t: number): boolean;
  /** The same of an item by its number. */
  holdsItem(item: number, t: number): boolean;
}

/** The order of all items that are ever in it, which threads share. */
export interface PopulationColumns {
  /** Numbers of items. */
  readonly order: Int32Array;
  /** known_at of the version of each that was known first, ascending. */
  readonly knownAt: Float64Array;
}

/** Versions as `ItemColumns` has them. */
export interface TimedVersions {
  readonly at: Float64Array;
  readonly knownAt: Float64Array;
  readonly first: Int32Array;
}

/**
 * Bound: 12 bytes an item, and 20 more while they are made. Items of one time follow by number,
 * which is the order of their ids.
 */
export function populationColumns(versions: TimedVersions): PopulationColumns {
  const items = versions.first.length - 1;
  const known = new Float64Array(items);
  let count = 0;
  for (let i = 0; i < items; i++) {
    const since = firstKnown(versions, i);
    known[i] = since;
    if (since !== Number.POSITIVE_INFINITY) count++;
  }
  const order = new Int32Array(new SharedArrayBuffer(4 * count));
  const knownAt = new Float64Array(new SharedArrayBuffer(8 * count));
  knownAt.set(known.toSorted().subarray(0, count));
  /** By where the items of one time begin: how many of them have their place. */
  const placed = new Int32Array(count);
  for (let item = 0; item < items; item++) {
    const since = floatAt(known, item);
    if (since === Number.POSITIVE_INFINITY) continue;
    const begin = lowerBound(knownAt, since);
    const before = intAt(placed, begin);
    order[begin + before] = item;
    placed[begin] = before + 1;
  }
  return { order, knownAt };
}

/** When the first of an item's versions of known time was known; Infinity where there is none. */
function firstKnown({ at, knownAt, first }: TimedVersions, item: number): number {
  let known = Number.POSITIVE_INFINITY;
  for (let i = intAt(first, item); i < intAt(first, item + 1); i++)
    if (floatAt(at, i) !== TIME_UNKNOWN) known = Math.min(known, floatAt(knownAt, i));
  return known;
}

/** How items are named and found. */
export interface ItemNames {
  idOf(item: number): ItemId;
  /** -1: it is not there. */
  numberOf(itemId: ItemId): number;
}

/** The population of the items of the versions. */
export function createPopulation(
  versions: TimedVersions & { readonly population: PopulationColumns },
  { idOf, numberOf }: ItemNames,
): Population {
  const { order, knownAt } = versions.population;
  const holdsItem = (item: number, t: number) => item >= 0 && isSeen(firstKnown(versions, item), t);
  return {
    // Those below T are those that are seen at T.
    sizeAt: (t) => lowerBound(knownAt, t),
    at: (k) => idOf(intAt(order, k)),
    holds: (itemId, t) => holdsItem(numberOf(itemId), t),
    holdsItem,
  };
}
