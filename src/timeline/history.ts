/** What a member had done before T: each item once, under the strongest action seen. */
import { TIME_UNKNOWN } from '../../schemas/event.ts';
import type { EventId } from '../../schemas/ids.ts';
import { floatAt, intAt, nth } from '../checked.ts';
import { type Closing, closesAt, isSeen } from './as-of.ts';
import { type ItemTable, type ItemVersion, live, type Says } from './item-table.ts';
import { existsFor, type MemberTimeline } from './member-timeline.ts';

/** One line of history: an item version under an action at a time. */
export interface HistoryEntry {
  /** Vocabulary rank; the none rank: did not interact. */
  readonly rank: number;
  /** Position in the timeline of the event that put it there. */
  readonly event: number;
  readonly eventId: EventId;
  /** Epoch ms; TIME_UNKNOWN: no age. */
  readonly at: number;
  readonly version: ItemVersion;
}

/**
 * Puts entries, given newest first, into the order in which filling takes them: a permutation of
 * them.
 */
export type HistoryOrder = (newestFirst: readonly HistoryEntry[], noneRank: number) => HistoryEntry[];

/** What a question may look at: the moment, the surface it is asked on, and how many events. */
export interface AsOf {
  readonly t: number;
  readonly surface: string | undefined;
  /** Only the newest of the events seen exist, so many of them; all where undefined (ASOF-7). */
  readonly maxEvents: number | undefined;
}

/**
 * AS OF T: positions of the events that are seen and exist for the question, in order (ASOF-2,
 * ASOF-6, ASOF-7).
 */
export function seenEvents(timeline: MemberTimeline, asOf: AsOf): Int32Array {
  const seen = new Int32Array(timeline.size);
  let count = 0;
  for (let i = 0; i < timeline.size; i++) {
    if (isSeen(floatAt(timeline.knownAt, i), asOf.t)) {
      if (existsFor(timeline, i, asOf.surface)) seen[count++] = i;
    } else if (timeline.prefixSeen) break;
  }
  const from = asOf.maxEvents === undefined ? 0 : Math.max(0, count - asOf.maxEvents);
  return seen.subarray(from, count);
}

/** How entries are made of the events seen at T. */
export interface HistoryRules extends Closing {
  readonly t: number;
  readonly noneRank: number;
  readonly items: ItemTable;
  readonly says: Says;
  /**
   * Events on these items, right or wrong alike, and on those that say what one of them says are
   * left out (HIST-3).
   */
  readonly excluded: readonly ItemVersion[];
}

/** The entries in order of their events, oldest first (HIST-1, HIST-2). */
export function historyEntries(timeline: MemberTimeline, seen: Int32Array, rules: HistoryRules): HistoryEntry[] {
  const entries: HistoryEntry[] = [];
  const { items, says, excluded, t } = rules;
  const ids = new Set(excluded.map((version) => version.itemId));
  const said = new Set(excluded.map(says));
  for (const [item, event] of strongestEvents(timeline, seen, rules)) {
    const itemId = nth(timeline.itemIds, item);
    if (ids.has(itemId)) continue;
    const version = live(items.seen(itemId, t));
    if (version === undefined || (said.size > 0 && said.has(says(version)))) continue;
    entries.push({
      rank: intAt(timeline.rank, event),
      event,
      eventId: nth(timeline.events, event).event_id,
      at: floatAt(timeline.at, event),
      version,
    });
  }
  return entries.sort((a, b) => a.event - b.event);
}

/**
 * By item the newest event with the strongest action; an exposure alone counts once a question
 * opened by it would be closed.
 */
function strongestEvents(timeline: MemberTimeline, seen: Int32Array, rules: HistoryRules): Map<number, number> {
  const chosen = new Map<number, number>();
  for (const i of seen) {
    const item = intAt(timeline.item, i);
    const rank = intAt(timeline.rank, i);
    const before = chosen.get(item);
    const rankBefore = before === undefined ? rules.noneRank : intAt(timeline.rank, before);
    if (rank > rankBefore || (rank === rules.noneRank && !isClosed(timeline, i, rules))) continue;
    chosen.set(item, i);
  }
  return chosen;
}

function isClosed(timeline: MemberTimeline, exposure: number, rules: HistoryRules): boolean {
  const at = floatAt(timeline.at, exposure);
  return at === TIME_UNKNOWN || closesAt(at, floatAt(timeline.knownAt, exposure), rules) <= rules.t;
}

/** Actions (not exposures) among the events seen. */
export function countActions(timeline: MemberTimeline, seen: Int32Array, noneRank: number): number {
  return seen.filter((i) => intAt(timeline.rank, i) < noneRank).length;
}
