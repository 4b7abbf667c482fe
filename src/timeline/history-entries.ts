/** Which event of an item is its history entry at T, and the entries newest first. */
import { floatAt, intAt } from '../checked.ts';
import { type Closing, lastClosed } from './as-of.ts';
import { type MemberPast, once } from './member-past.ts';
import { lowerBound, lowerBoundIn } from './order.ts';
import { newestOfGroup, type SeenEvents } from './seen.ts';

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
}

/**
 * The entries at T (HIST-1, HIST-2). A walk costs the events that it passes until those are more
 * than twice the items met, and from then on the items: so a question costs no more than these,
 * however many events there are. With `maxEvents` (ASOF-7) counting costs the events that count.
 */
export function historyEntries(past: MemberPast, rules: EntryRules): HistoryEntries {
  const { seen, excluded } = rules;
  const { events, t } = seen;
  const closedEnd = lowerBound(events.at, lastClosed(t, rules) + 1);
  const hasEntry = (item: number) => past.liveVersion(item, t) >= 0 && !excluded.includes(item);
  const isEntry = (event: number) => {
    const item = intAt(events.item, event);
    return entryOf(seen, item, closedEnd) === event && hasEntry(item);
  };
  const all = once(() => {
    const items = Int32Array.from({ length: events.groups.firstOf.length - 1 }, (_, item) => item).filter(hasEntry);
    return items.map((item) => entryOf(seen, item, closedEnd)).sort();
  });
  return {
    noneRank: events.noneRank,
    available: countAvailable(past, rules, isEntry),
    newestFirst: (rank) => walk({ seen, isEntry, all, rank }),
  };
}

/** All events seen count, or so few of them that they are counted. */
function countAvailable(past: MemberPast, rules: EntryRules, isEntry: (event: number) => boolean): number {
  const { seen, excluded } = rules;
  const { t, from, to } = seen;
  let available = 0;
  if (from > 0) {
    for (let event = from; event < to; event++) if (isEntry(event)) available++;
    return available;
  }
  const counts = past.entryCounts(rules);
  const isCounted = (item: number) => floatAt(counts.enteredAt, item) <= t && past.liveVersion(item, t) >= 0;
  return counts.at(t) - excluded.filter(isCounted).length;
}

/** What a walk goes over. */
interface Walked {
  readonly seen: SeenEvents;
  readonly isEntry: (event: number) => boolean;
  /** All entries, ascending, and a -1 for each item that has none. */
  readonly all: () => Int32Array;
  readonly rank: number | undefined;
}

function walk({ seen, isEntry, all, rank }: Walked): () => number {
  const { events, from, to } = seen;
  let list = rank === undefined ? undefined : events.ranks.events;
  let low = rank === undefined ? from : intAt(events.ranks.start, rank);
  let k = list === undefined ? to : lowerBoundIn(list, to, { low, high: intAt(events.ranks.start, (rank ?? 0) + 1) });
  let patience = 2 * events.groups.firstOf.length;
  const eventAt = (place: number) => (list === undefined ? place : intAt(list, place));
  return () => {
    while (k > low) {
      if (patience-- === 0) {
        const passed = eventAt(k);
        list = all().filter((event) => event >= 0 && (rank === undefined || events.rank[event] === rank));
        low = 0;
        k = lowerBoundIn(list, passed, { low, high: list.length });
        continue;
      }
      const event = eventAt(--k);
      if (event < from) return -1;
      if (isEntry(event)) return event;
    }
    return -1;
  };
}

/**
 * The event that is the item's entry where it is live, or -1: the newest one with the strongest
 * action that is seen, and else the newest exposure before `closedEnd`, from which on none is
 * closed.
 */
function entryOf(seen: SeenEvents, item: number, closedEnd: number): number {
  const { groups, noneRank } = seen.events;
  const last = intAt(groups.firstOf, item + 1);
  for (let group = intAt(groups.firstOf, item); group < last; group++) {
    const end = groups.rank[group] === noneRank ? closedEnd : seen.to;
    const event = newestOfGroup(seen, group, end);
    if (event >= 0) return event;
  }
  return -1;
}
