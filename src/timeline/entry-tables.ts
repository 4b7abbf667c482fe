/**
 * From when until when each event is its item's history entry: tables made once, in which the
 * entries at any T are found and counted without looking at the others.
 */
import { TIME_UNKNOWN } from '../../schemas/event.ts';
import { floatAt, intAt } from '../checked.ts';
import { type Closing, closesAt } from './as-of.ts';
import { type EntryHashes, type EntryStretch, type EntrySum, entrySums, stretchesOf } from './entry-sums.ts';
import type { ExistingEvents } from './existing-events.ts';
import type { ItemTable } from './item-table.ts';
import { lastAbove, maximaOf } from './maxima.ts';
import { lowerBound, lowerBoundIn } from './order.ts';

/** Entries where all events that are seen count, of one label window and lateness. */
export interface EntryTables {
  /** How many items have an entry at T. */
  count(t: number): number;
  /** Whether the item, a member-local number, has one at T, if it is live. */
  isEntered(item: number, t: number): boolean;
  /** Whether the event may be an entry at T: it is seen, and where it only shows it is closed. */
  counts(event: number, t: number): boolean;
  /** The place in the events by rank behind the last of the rank that may be an entry at T. */
  endOf(rank: number, t: number): number;
  /**
   * The place in the events by rank of the last entry at T before the place `before`, whether its
   * item is live or not; -1: there is none. One that does not count yet may come of it. Costs the
   * logarithm of the events.
   */
  lastBefore(before: number, t: number): number;
  /** The sum of the hashes of all entries at T, each an event under its version. */
  sum(t: number): EntrySum;
}

/**
 * The tables of HIST-1 and HIST-2. `tableItems`: of each item of the member its number in the
 * table, or -1. Bound: 32 bytes an event and as many a version of an item that was met.
 */
export function entryTables(
  events: ExistingEvents,
  closing: Closing,
  { items, tableItems, hashes }: EntryScope,
): EntryTables {
  const from = countsFrom(events, closing);
  const enteredAt = new Float64Array(tableItems.length).fill(Number.POSITIVE_INFINITY);
  const until = entriesUntil(events, from, enteredAt);
  const untils = maximaOf(Float64Array.from(events.ranks.events, (event) => floatAt(until, event)));
  const stretches: Stretches = { starts: [], ends: [] };
  for (let item = 0; item < tableItems.length; item++) {
    const number = intAt(tableItems, item);
    if (number >= 0) addLiveStretches(stretches, { items, number, from: floatAt(enteredAt, item) });
  }
  let sums: ((t: number) => EntrySum) | undefined;
  const starts = Float64Array.from(stretches.starts).sort();
  const ends = Float64Array.from(stretches.ends).sort();
  return {
    count: (t) => lowerBound(starts, t + 1) - lowerBound(ends, t + 1),
    isEntered: (item, t) => floatAt(enteredAt, item) <= t,
    counts: (event, t) => floatAt(from, event) <= t,
    endOf: (rank, t) => endOfRank(events, { from, rank, t }),
    lastBefore: (before, t) => lastAbove(untils, before, t),
    sum(t) {
      // Made where it is asked for: `preview` and serving ask for none.
      sums ??= entrySums(allStretches(events, { from, until }, { items, tableItems }), hashes);
      return sums(t);
    },
  };
}

/** What entries are told apart by, and the items that they are of. */
export interface EntryScope {
  readonly items: ItemTable;
  readonly tableItems: Int32Array;
  /** By number of the event, and of the version. */
  readonly hashes: EntryHashes;
}

/** From when until when each event is an entry, under each version of its item. */
function allStretches(
  { groups }: ExistingEvents,
  { from, until }: Readonly<Record<'from' | 'until', Float64Array>>,
  { items, tableItems }: Pick<EntryScope, 'items' | 'tableItems'>,
): EntryStretch[] {
  const all: EntryStretch[] = [];
  for (let item = 0; item < tableItems.length; item++) {
    const number = intAt(tableItems, item);
    if (number < 0) continue;
    const own: { start: number; end: number; event: number }[] = [];
    const last = intAt(groups.start, intAt(groups.firstOf, item + 1));
    for (let k = intAt(groups.start, intAt(groups.firstOf, item)); k < last; k++) {
      const event = intAt(groups.events, k);
      own.push({ start: floatAt(from, event), end: floatAt(until, event), event });
    }
    for (const stretch of stretchesOf(own, liveStretches(items, number))) all.push(stretch);
  }
  return all;
}

/** Of each event the first T at which it may be an entry: seen, and where it only shows closed. */
function countsFrom(events: ExistingEvents, closing: Closing): Float64Array {
  const from = new Float64Array(events.size);
  for (let i = 0; i < events.size; i++) {
    const at = floatAt(events.at, i);
    const knownAt = floatAt(events.knownAt, i);
    const isExposure = intAt(events.rank, i) === events.noneRank && at !== TIME_UNKNOWN;
    from[i] = isExposure ? closesAt(at, knownAt, closing) : knownAt + 1;
  }
  return from;
}

/**
 * Where known_at never decreases, neither does when events of one rank count; else what counts at T
 * is dated before T.
 */
function endOfRank(
  { ranks, isPrefix, at }: ExistingEvents,
  { from, rank, t }: { readonly from: Float64Array; readonly rank: number; readonly t: number },
): number {
  let low = intAt(ranks.start, rank);
  let high = intAt(ranks.start, rank + 1);
  if (!isPrefix) return lowerBoundIn(ranks.events, lowerBound(at, t), { low, high });
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (floatAt(from, intAt(ranks.events, middle)) <= t) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Of each event the first T at which it is no entry any more: when one with a stronger action
 * counts, or a newer one with the same. Says in `enteredAt` when an item's first
 * event counts.
 */
function entriesUntil({ groups }: ExistingEvents, from: Float64Array, enteredAt: Float64Array): Float64Array {
  const until = new Float64Array(from.length);
  for (let i = 0; i < enteredAt.length; i++) {
    let first = Number.POSITIVE_INFINITY;
    for (let group = intAt(groups.firstOf, i); group < intAt(groups.firstOf, i + 1); group++) {
      // From the newest on: `first` is when the first of all that take its place counts.
      for (let k = intAt(groups.start, group + 1) - 1; k >= intAt(groups.start, group); k--) {
        const event = intAt(groups.events, k);
        until[event] = first;
        first = Math.min(first, floatAt(from, event));
      }
    }
    enteredAt[i] = first;
  }
  return until;
}

interface Stretches {
  readonly starts: number[];
  readonly ends: number[];
}

/** When an item is live from a moment on: a version is seen until a later one takes its place. */
function addLiveStretches(
  { starts, ends }: Stretches,
  { items, number, from }: { readonly items: ItemTable; readonly number: number; readonly from: number },
): void {
  for (const live of liveStretches(items, number)) {
    const start = Math.max(from, live.start);
    if (start >= live.end) continue;
    starts.push(start);
    if (live.end !== Number.POSITIVE_INFINITY) ends.push(live.end);
  }
}

/** When each version of an item is the one that is seen, where it is live; the newest first. */
function liveStretches(items: ItemTable, number: number): { start: number; end: number; version: number }[] {
  const stretches: { start: number; end: number; version: number }[] = [];
  let end = Number.POSITIVE_INFINITY;
  for (let version = items.firstVersion(number + 1) - 1; version >= items.firstVersion(number); version--) {
    const start = items.knownAt(version) + 1;
    if (start >= end) continue;
    if (!items.isDeleted(version)) stretches.push({ start, end, version });
    end = start;
  }
  return stretches;
}
