/**
 * The events of a member that exist for the questions of one surface, and tables over them that are
 * made once: so that nothing scans a timeline for each question.
 */
import { floatAt, intAt } from '../checked.ts';

/**
 * Events in order; parallel arrays of length `size`. Their numbers are places here, which are those
 * of the timeline where nothing is held out.
 */
export interface ExistingEvents {
  readonly size: number;
  /** Position of each in the timeline, ascending. */
  readonly positions: Int32Array;
  readonly at: Float64Array;
  readonly knownAt: Float64Array;
  readonly rank: Int16Array;
  /** Member-local item numbers. */
  readonly item: Int32Array;
  readonly noneRank: number;
  /** known_at never decreases along the events, so that those seen at T are the first ones. */
  readonly isPrefix: boolean;
  readonly groups: EventGroups;
  /** By rank. */
  readonly ranks: EventsByKey;
}

/** Events by a key from 0 on, in order within one key. */
export interface EventsByKey {
  /** Of each key its first place in `events`, and the number of all events at the end. */
  readonly start: Int32Array;
  readonly events: Int32Array;
}

/** The events of one item with one rank are a group: groups by item, then by rank. */
export interface EventGroups {
  /** Of each member-local item its first group, and the number of all groups at the end. */
  readonly firstOf: Int32Array;
  /** Of each group. */
  readonly rank: Int16Array;
  /** Of each group its first place in `events`, and the number of all events at the end. */
  readonly start: Int32Array;
  /** Numbers of events, in order within their group. */
  readonly events: Int32Array;
}

/** What of a timeline the tables are made of. */
export interface EventColumns extends Pick<ExistingEvents, 'size' | 'at' | 'knownAt' | 'rank' | 'item' | 'noneRank'> {
  readonly itemIds: readonly string[];
}

/** The events of the timeline at these positions, ascending. Linear in their number. */
export function existingEvents(timeline: EventColumns, positions: Int32Array): ExistingEvents {
  const { noneRank } = timeline;
  const size = positions.length;
  const isAll = size === timeline.size;
  const { at, knownAt, rank, item } = isAll ? timeline : columnsAt(timeline, positions);
  let isPrefix = true;
  for (let i = 1; i < size && isPrefix; i++) isPrefix = floatAt(knownAt, i - 1) <= floatAt(knownAt, i);
  const ranks = sortedByKey(Int32Array.from(rank.keys()), rank, noneRank + 1);
  const { events } = sortedByKey(ranks.events, item, timeline.itemIds.length);
  const groups = groupsOf(events, { item, rank, items: timeline.itemIds.length });
  return { size, positions, at, knownAt, rank, item, noneRank, isPrefix, groups, ranks };
}

function columnsAt({ at, knownAt, rank, item }: EventColumns, positions: Int32Array) {
  return {
    at: Float64Array.from(positions, (i) => floatAt(at, i)),
    knownAt: Float64Array.from(positions, (i) => floatAt(knownAt, i)),
    rank: Int16Array.from(positions, (i) => intAt(rank, i)),
    item: Int32Array.from(positions, (i) => intAt(item, i)),
  };
}

/** The groups of events that are in order of item, then of rank. */
function groupsOf(
  events: Int32Array,
  { item, rank, items }: Pick<ExistingEvents, 'item' | 'rank'> & { readonly items: number },
): EventGroups {
  const size = events.length;
  const firstOf = new Int32Array(items + 1);
  const ranks = new Int16Array(size);
  const start = new Int32Array(size + 1);
  let groups = 0;
  for (let k = 0; k < size; k++) {
    const event = intAt(events, k);
    const before = k === 0 ? -1 : intAt(events, k - 1);
    if (before >= 0 && item[before] === item[event] && rank[before] === rank[event]) continue;
    ranks[groups] = intAt(rank, event);
    start[groups] = k;
    groups++;
    firstOf[intAt(item, event) + 1] = groups;
  }
  start[groups] = size;
  // An item without events begins where the one before it ends.
  for (let i = 1; i <= items; i++) firstOf[i] = Math.max(intAt(firstOf, i), intAt(firstOf, i - 1));
  return { firstOf, rank: ranks.slice(0, groups), start: start.slice(0, groups + 1), events };
}

/** The numbers by ascending key, which is below `keys`, by counting; equal keys stay in order. */
export function sortedByKey(numbers: Int32Array, keyOf: Int32Array | Int16Array, keys: number): EventsByKey {
  const start = new Int32Array(keys + 1);
  for (let k = 0; k < numbers.length; k++) {
    const after = intAt(keyOf, intAt(numbers, k)) + 1;
    start[after] = intAt(start, after) + 1;
  }
  for (let i = 1; i <= keys; i++) start[i] = intAt(start, i) + intAt(start, i - 1);
  const next = start.slice();
  const events = new Int32Array(numbers.length);
  for (let k = 0; k < numbers.length; k++) {
    const number = intAt(numbers, k);
    const own = intAt(keyOf, number);
    const place = intAt(next, own);
    events[place] = number;
    next[own] = place + 1;
  }
  return { start, events };
}
