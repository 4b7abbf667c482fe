/** Which event of an item is its history entry at T, and the entries newest first. */
import { intAt, nth } from '../checked.ts';
import type { Closing } from './as-of.ts';
import { type EntrySum, entryHash } from './entry-sums.ts';
import type { EntryTables } from './entry-tables.ts';
import type { MemberPast } from './member-past.ts';
import { lowerBoundIn } from './order.ts';
import type { SeenEvents } from './seen.ts';

/** How entries are made of the events seen at T. Items are member-local numbers. */
export interface EntryRules extends Closing {
  readonly seen: SeenEvents;
  /** Items whose events are left out (HIST-3). */
  readonly excluded: readonly number[];
}

/** The entries of a question, by the numbers of their events; nothing that is not seen at T. */
export interface HistoryEntries {
  readonly noneRank: number;
  /** How many there are. */
  readonly available: number;
  /**
   * A walk over the entries, or over those of one rank, newest first: each call takes the next, and
   * comes to -1. Walks do not know of each other.
   */
  newestFirst(rank?: number): () => number;
  /** The sum of the hashes of all of them, each an event under the version seen at T. */
  sum(): EntrySum;
}

/**
 * The entries at T (HIST-1, HIST-2). Where all events seen count, counting and each step of a walk
 * cost the logarithm of the events, and a step also the entries that it passes over: of items that
 * are not live or left out, and of events that are dated before T and known later. With
 * `max_events` (ASOF-7) they cost the events that count.
 */
export function historyEntries(past: MemberPast, rules: EntryRules): HistoryEntries {
  const { seen, excluded } = rules;
  const { events, t, from } = seen;
  const tables = past.entryTables(rules);
  const isThere = (event: number) => {
    const item = intAt(events.item, event);
    return past.liveVersion(item, t) >= 0 && !excluded.includes(item);
  };
  const sumOf = (entries: Iterable<number>): EntrySum => {
    let [first, second] = [0, 0];
    for (const event of entries) {
      const own = entryHash(past.hashes, event, past.liveVersion(intAt(events.item, event), t));
      first = (first + own[0]) | 0;
      second = (second + own[1]) | 0;
    }
    return [first, second];
  };
  if (from > 0) {
    const isEntry = (event: number) => entryOf(seen, intAt(events.item, event), tables) === event && isThere(event);
    const entries = Int32Array.from({ length: seen.to - from }, (_, i) => from + i).filter(isEntry);
    const ofRank = (rank: number) => walkOver(entries.filter((event) => events.rank[event] === rank));
    return {
      noneRank: events.noneRank,
      available: entries.length,
      newestFirst: (rank) => (rank === undefined ? walkOver(entries) : ofRank(rank)),
      sum: () => sumOf(entries),
    };
  }
  const isCounted = (item: number) => tables.isEntered(item, t) && past.liveVersion(item, t) >= 0;
  const walkRank = (rank: number) => {
    const low = intAt(events.ranks.start, rank);
    let place = tables.endOf(rank, t);
    return () => {
      while (place > low) {
        place = tables.lastBefore(place, t);
        if (place < low) break;
        const event = intAt(events.ranks.events, place);
        if (tables.counts(event, t) && isThere(event)) return event;
      }
      return -1;
    };
  };
  return {
    noneRank: events.noneRank,
    available: tables.count(t) - excluded.filter(isCounted).length,
    newestFirst: (rank) => (rank === undefined ? newestOfAll(events.noneRank + 1, walkRank) : walkRank(rank)),
    sum() {
      const leftOut = excluded.filter(isCounted).map((item) => entryOf(seen, item, tables));
      const [all, out] = [tables.sum(t), sumOf(leftOut)];
      return [(all[0] - out[0]) | 0, (all[1] - out[1]) | 0];
    },
  };
}

/** A walk over ascending events from the last on. */
function walkOver(events: Int32Array): () => number {
  let left = events.length;
  return () => (left === 0 ? -1 : intAt(events, --left));
}

/** A walk over the entries of all ranks: the newest of those that are next in each. */
function newestOfAll(ranks: number, walkRank: (rank: number) => () => number): () => number {
  const walks = Array.from({ length: ranks }, (_, rank) => walkRank(rank));
  const next = Int32Array.from(walks, (walk) => walk());
  return () => {
    let newest = 0;
    for (let rank = 1; rank < ranks; rank++) if (intAt(next, rank) > intAt(next, newest)) newest = rank;
    const event = intAt(next, newest);
    if (event >= 0) next[newest] = nth(walks, newest)();
    return event;
  };
}

/**
 * The event that is the item's entry where it is live, or -1: of those that count the newest with
 * the strongest action.
 */
function entryOf({ events, t, from, to }: SeenEvents, item: number, tables: EntryTables): number {
  const { firstOf, start, events: grouped } = events.groups;
  for (let group = intAt(firstOf, item); group < intAt(firstOf, item + 1); group++) {
    const low = intAt(start, group);
    for (let k = lowerBoundIn(grouped, to, { low, high: intAt(start, group + 1) }) - 1; k >= low; k--) {
      const event = intAt(grouped, k);
      if (event < from) break;
      if (tables.counts(event, t)) return event;
    }
  }
  return -1;
}
