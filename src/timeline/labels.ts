/** What the member did in the label window: the one thing a prompt may not know (rules.md 3). */
import { existsFor, firstAtOrAfter, hasTime, type MemberTimeline } from './member-timeline.ts';

/** Name of the answer that next-action gives where nothing stronger comes. */
export const NOTHING_MORE = 'nothing more';

export interface LabelWindow {
  readonly t: number;
  /** W in ms; 0: the opening event alone. */
  readonly windowMs: number;
  /** Member-local item number; -1: the member never met it. */
  readonly item: number;
  readonly openingEvent: number;
  readonly surface: string | undefined;
}

/** Rank of the strongest action in the window and the event that decided it (the first with that rank; -1: none). */
export interface SettledLabel {
  readonly rank: number;
  readonly decidedBy: number;
}

/** The strongest action on the item with T <= event_time < T + W; exposures count as none. */
export function strongestInWindow(timeline: MemberTimeline, window: LabelWindow, noneRank: number): SettledLabel {
  if (window.windowMs === 0) {
    const rank = timeline.rank[window.openingEvent]!;
    return { rank, decidedBy: rank === noneRank ? -1 : window.openingEvent };
  }
  let rank = noneRank;
  let decidedBy = -1;
  for (const i of eventsInWindow(timeline, window)) {
    if (timeline.item[i] === window.item && timeline.rank[i]! < rank) {
      rank = timeline.rank[i]!;
      decidedBy = i;
    }
  }
  return { rank, decidedBy };
}

/** The first action on the item in the window that is stronger than `strongestSeen`. */
export function firstStronger(
  timeline: MemberTimeline,
  window: LabelWindow,
  strongestSeen: number,
  noneRank: number,
): SettledLabel {
  for (const i of eventsInWindow(timeline, window)) {
    if (timeline.item[i] === window.item && timeline.rank[i]! < strongestSeen)
      return { rank: timeline.rank[i]!, decidedBy: i };
  }
  return { rank: noneRank, decidedBy: -1 };
}

/** Items (member-local numbers) with an action in the window: barred as wrong candidates, and nothing else is. */
export function itemsActedOn(timeline: MemberTimeline, window: LabelWindow, noneRank: number): Set<number> {
  if (window.windowMs === 0) return new Set([timeline.item[window.openingEvent]!]);
  const items = new Set<number>();
  for (const i of eventsInWindow(timeline, window)) if (timeline.rank[i]! < noneRank) items.add(timeline.item[i]!);
  return items;
}

function* eventsInWindow(timeline: MemberTimeline, window: LabelWindow): Generator<number> {
  const end = window.t + window.windowMs;
  for (let i = firstAtOrAfter(timeline, window.t); i < timeline.size && timeline.at[i]! < end; i++) {
    if (hasTime(timeline, i) && existsFor(timeline, i, window.surface)) yield i;
  }
}
