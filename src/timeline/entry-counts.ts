/**
 * How many items have a history entry at any T, counted by halving: an item that once has one keeps
 * it for as long as it is live.
 */
import { TIME_UNKNOWN } from '../../schemas/event.ts';
import { floatAt, intAt } from '../checked.ts';
import { type Closing, closesAt } from './as-of.ts';
import type { ExistingEvents } from './existing-events.ts';
import type { ItemTable } from './item-table.ts';
import { lowerBound } from './order.ts';

/** Items with an entry, where all events that are seen count. */
export interface EntryCounts {
  /** Of each item the first T at which it has an entry where it is live, epoch ms. */
  readonly enteredAt: Float64Array;
  /** How many have one at T. */
  at(t: number): number;
}

/**
 * The counts of one label window and lateness (HIST-1, HIST-2). `tableItems`: of each item of the
 * member its number in the table, or -1. Bound: 24 bytes a version of an item that was met.
 */
export function countEntries(
  events: ExistingEvents,
  closing: Closing,
  { items, tableItems }: { readonly items: ItemTable; readonly tableItems: Int32Array },
): EntryCounts {
  const enteredAt = entriesFrom(events, closing, tableItems.length);
  const stretches: Stretches = { starts: [], ends: [] };
  for (let item = 0; item < tableItems.length; item++) {
    const number = intAt(tableItems, item);
    if (number >= 0) addLiveStretches(stretches, { items, number, from: floatAt(enteredAt, item) });
  }
  const starts = Float64Array.from(stretches.starts).sort();
  const ends = Float64Array.from(stretches.ends).sort();
  return { enteredAt, at: (t) => lowerBound(starts, t + 1) - lowerBound(ends, t + 1) };
}

/** Of each item when its first action is seen, or its first exposure closed. */
function entriesFrom(events: ExistingEvents, closing: Closing, items: number): Float64Array {
  const from = new Float64Array(items).fill(Number.POSITIVE_INFINITY);
  for (let i = 0; i < events.size; i++) {
    const item = intAt(events.item, i);
    const at = floatAt(events.at, i);
    const knownAt = floatAt(events.knownAt, i);
    const isOpen = intAt(events.rank, i) === events.noneRank && at !== TIME_UNKNOWN;
    from[item] = Math.min(floatAt(from, item), isOpen ? closesAt(at, knownAt, closing) : knownAt + 1);
  }
  return from;
}

interface Stretches {
  readonly starts: number[];
  readonly ends: number[];
}

/** When an item is live from a moment on: each version is seen until a later one takes its place. */
function addLiveStretches(
  { starts, ends }: Stretches,
  { items, number, from }: { readonly items: ItemTable; readonly number: number; readonly from: number },
): void {
  let end = Number.POSITIVE_INFINITY;
  for (let i = items.firstVersion(number + 1) - 1; i >= items.firstVersion(number); i--) {
    const { knownAt, deleted } = items.versionAt(i);
    if (knownAt + 1 >= end) continue;
    const start = Math.max(from, knownAt + 1);
    if (!deleted && start < end) {
      starts.push(start);
      if (end !== Number.POSITIVE_INFINITY) ends.push(end);
    }
    end = knownAt + 1;
  }
}
