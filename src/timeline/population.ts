/** The items seen at a moment, counted and picked by number: a prefix of one order of all items. */
import { compareUtf8 } from '../../schemas/byte-order.ts';
import { TIME_UNKNOWN } from '../../schemas/event.ts';
import type { EventTimes } from '../../schemas/event-time.ts';
import type { ItemId } from '../../schemas/ids.ts';
import { nth } from '../checked.ts';
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
}

/** The population of all items by their versions. Bound: the ids, and a number each. */
export function createPopulation(table: ReadonlyMap<ItemId, readonly EventTimes[]>): Population {
  const firstKnown = new Map<ItemId, number>();
  for (const [itemId, versions] of table) {
    for (const { at, knownAt } of versions) {
      if (at !== TIME_UNKNOWN) firstKnown.set(itemId, Math.min(knownAt, firstKnown.get(itemId) ?? knownAt));
    }
  }
  const ordered = [...firstKnown].sort(([a, knownA], [b, knownB]) => knownA - knownB || compareUtf8(a, b));
  const ids = ordered.map(([itemId]) => itemId);
  const knownAt = Float64Array.from(ordered, ([, known]) => known);
  return {
    // Those below T are those that are seen at T.
    sizeAt: (t) => lowerBound(knownAt, t),
    at: (k) => nth(ids, k),
    holds: (itemId, t) => isSeen(firstKnown.get(itemId) ?? Number.POSITIVE_INFINITY, t),
  };
}
