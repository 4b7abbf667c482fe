/**
 * The pool of items that a member was shown, in order of item_id, at moments that go forth and back
 * (CAND-5).
 */
import { compareUtf8 } from '../../schemas/byte-order.ts';
import type { ItemId } from '../../schemas/ids.ts';
import { floatAt, intAt, nth } from '../checked.ts';
import { isSeen } from './as-of.ts';
import type { ExistingEvents } from './existing-events.ts';
import { isCounted, type SeenEvents } from './seen.ts';

/** Items, each once, in order of item_id; until the pool of another question is asked for. */
export interface ItemPool {
  readonly size: number;
  /** The id of that number. */
  idAt(k: number): ItemId;
}

/** The pool of a question. */
export type ExposedItems = (seen: SeenEvents) => ItemPool;

/**
 * Sums of marks by a binary indexed tree: a pool costs the items that have come since the question
 * before, a pick the logarithm of their number. Where `maxEvents` says which events count, a pool
 * costs those. Bound: 20 bytes an item.
 */
export function exposedItems(events: ExistingEvents, itemIds: readonly ItemId[]): ExposedItems {
  const firstKnown = firstExposures(events, itemIds.length);
  const shown = Int32Array.from(itemIds.keys()).filter(
    (item) => floatAt(firstKnown, item) !== Number.POSITIVE_INFINITY,
  );
  const idOf = (item: number) => nth(itemIds, item);
  const byId = shown.slice().sort((a, b) => compareUtf8(idOf(a), idOf(b)));
  const orderIn = new Int32Array(itemIds.length);
  for (const [place, own] of byId.entries()) orderIn[own] = place;
  const byTime = shown.sort((a, b) => floatAt(firstKnown, a) - floatAt(firstKnown, b));
  const marks = createMarks(byId.length);
  let size = 0;
  const isThere = (k: number, t: number) => k < byTime.length && isSeen(floatAt(firstKnown, intAt(byTime, k)), t);
  const moveTo = (t: number) => {
    for (; isThere(size, t); size++) marks.add(intAt(orderIn, intAt(byTime, size)), 1);
    for (; size > 0 && !isThere(size - 1, t); size--) marks.add(intAt(orderIn, intAt(byTime, size - 1)), -1);
  };
  return (seen) => {
    if (seen.from > 0) return poolOf(newestExposed(seen), itemIds);
    moveTo(seen.t);
    return { size, idAt: (k) => idOf(intAt(byId, marks.find(k))) };
  };
}

/** Of each item when its first exposure was known, epoch ms. */
function firstExposures({ size, rank, item, knownAt, noneRank }: ExistingEvents, items: number): Float64Array {
  const first = new Float64Array(items).fill(Number.POSITIVE_INFINITY);
  for (let i = 0; i < size; i++) {
    const own = intAt(item, i);
    if (rank[i] === noneRank) first[own] = Math.min(floatAt(first, own), floatAt(knownAt, i));
  }
  return first;
}

/** The items of the exposures that are seen and count. */
function newestExposed(seen: SeenEvents): Set<number> {
  const { events, from, to } = seen;
  const items = new Set<number>();
  for (let i = from; i < to; i++) {
    if (events.rank[i] === events.noneRank && isCounted(seen, i)) items.add(intAt(events.item, i));
  }
  return items;
}

/** A pool of some items, by their places among the ids. */
export function poolOf(items: ReadonlySet<number>, itemIds: readonly ItemId[]): ItemPool {
  const ids = Array.from(items, (item) => nth(itemIds, item)).sort(compareUtf8);
  return { size: ids.length, idAt: (k) => nth(ids, k) };
}

/** Places that are marked or not; `find(k)` is the k-th marked place, from 0 on. */
function createMarks(places: number) {
  const sums = new Int32Array(places + 1);
  let highest = 1;
  while (2 * highest <= places) highest *= 2;
  return {
    add(place: number, change: 1 | -1): void {
      for (let i = place + 1; i <= places; i += i & -i) sums[i] = intAt(sums, i) + change;
    },
    find(k: number): number {
      let at = 0;
      let left = k;
      for (let step = highest; step > 0; step >>>= 1) {
        if (at + step > places || intAt(sums, at + step) > left) continue;
        at += step;
        left -= intAt(sums, at);
      }
      return at;
    },
  };
}
