/** What a member had done before T: each item once, under the strongest action seen (rules.md 2, "History shows"). */

import { TIME_UNKNOWN } from '../../schemas/event.ts';
import type { Strategy } from '../../schemas/recipe.ts';
import { type ItemTable, type ItemVersion, live } from './item-table.ts';
import { existsFor, type MemberTimeline } from './member-timeline.ts';

/** One line of history: an item version under an action at a time. */
export interface HistoryEntry {
  /** Vocabulary rank; the none rank: did not interact. */
  readonly rank: number;
  /** Position in the timeline of the event that put it there. */
  readonly event: number;
  readonly eventId: string;
  /** Epoch ms; TIME_UNKNOWN: no age. */
  readonly at: number;
  readonly version: ItemVersion;
}

export interface AsOf {
  readonly t: number;
  readonly surface: string | undefined;
  /** The newest N events seen exist; undefined: all. */
  readonly maxEvents: number | undefined;
}

/** AS OF T: positions of the events with known_at < T that exist for the question, in order. */
export function seenEvents(timeline: MemberTimeline, asOf: AsOf): Int32Array {
  const seen = new Int32Array(timeline.size);
  let count = 0;
  for (let i = 0; i < timeline.size; i++) {
    if (timeline.knownAt[i]! < asOf.t) {
      if (existsFor(timeline, i, asOf.surface)) seen[count++] = i;
    } else if (timeline.prefixSeen) break;
  }
  const from = asOf.maxEvents === undefined ? 0 : Math.max(0, count - asOf.maxEvents);
  return seen.subarray(from, count);
}

export interface HistoryRules {
  readonly t: number;
  readonly windowMs: number;
  readonly noneRank: number;
  /** Items whose events are left out, right or wrong alike. */
  readonly excluded: ReadonlySet<string>;
}

/** The entries in order of their events, oldest first. */
export function historyEntries(
  timeline: MemberTimeline,
  seen: Int32Array,
  items: ItemTable,
  rules: HistoryRules,
): HistoryEntry[] {
  const chosen = new Map<number, number>();
  for (const i of seen) {
    const item = timeline.item[i]!;
    const rank = timeline.rank[i]!;
    const before = chosen.get(item);
    if (rank === rules.noneRank) {
      const ended = timeline.at[i] === TIME_UNKNOWN || timeline.at[i]! + rules.windowMs <= rules.t;
      if (ended && (before === undefined || timeline.rank[before] === rules.noneRank)) chosen.set(item, i);
    } else if (before === undefined || rank <= timeline.rank[before]!) {
      chosen.set(item, i);
    }
  }
  const entries: HistoryEntry[] = [];
  for (const [item, event] of chosen) {
    const itemId = timeline.itemIds[item]!;
    if (rules.excluded.has(itemId)) continue;
    const version = live(items.seen(itemId, rules.t));
    if (version === undefined) continue;
    entries.push({
      rank: timeline.rank[event]!,
      event,
      eventId: timeline.events[event]!.event_id,
      at: timeline.at[event]!,
      version,
    });
  }
  return entries.sort((a, b) => a.event - b.event);
}

/** The order in which filling takes the entries; a permutation of them. */
export function inStrategyOrder(
  entries: readonly HistoryEntry[],
  strategy: Strategy,
  noneRank: number,
): HistoryEntry[] {
  const newestFirst = entries.toReversed();
  if (strategy === 'chronological') return newestFirst;
  const groups = Array.from({ length: noneRank + 1 }, (_, rank) => newestFirst.filter((entry) => entry.rank === rank));
  const ordered: HistoryEntry[] = [];
  for (let round = 0; ordered.length < entries.length; round++) {
    for (const group of groups) if (round < group.length) ordered.push(group[round]!);
  }
  return ordered;
}

/** Actions (not exposures) among the events seen. */
export function countActions(timeline: MemberTimeline, seen: Int32Array, noneRank: number): number {
  let count = 0;
  for (const i of seen) if (timeline.rank[i]! < noneRank) count++;
  return count;
}

/** The strongest rank seen on an item (member-local number); the none rank where there is none. */
export function strongestSeen(timeline: MemberTimeline, seen: Int32Array, item: number, noneRank: number): number {
  let strongest = noneRank;
  for (const i of seen) if (timeline.item[i] === item) strongest = Math.min(strongest, timeline.rank[i]!);
  return strongest;
}
