/** What the member did in the label window: the one thing that a prompt may not know. */
import { floatAt, intAt } from '../checked.ts';
import { windowEnd } from './as-of.ts';
import { existsFor, hasTime, type MemberTimeline } from './member-timeline.ts';
import { lowerBound } from './order.ts';

/** The label window of a question on one item. */
export interface LabelWindow {
  readonly t: number;
  /** W in ms; 0: the opening event alone. */
  readonly windowMs: number;
  /** Member-local item number; -1 where the member never met it. */
  readonly item: number;
  readonly openingEvent: number;
  readonly surface: string | undefined;
}

/**
 * Rank of the strongest action in the window, and the event that decided it: the first with that
 * rank, -1 where there is none.
 */
export interface SettledLabel {
  readonly rank: number;
  readonly decidedBy: number;
}

/**
 * The strongest action on the item with T <= event_time < T + W; exposures count as none (LABEL-2).
 */
export function strongestInWindow(timeline: MemberTimeline, window: LabelWindow, noneRank: number): SettledLabel {
  if (window.windowMs === 0) {
    const rank = intAt(timeline.rank, window.openingEvent);
    return { rank, decidedBy: rank === noneRank ? -1 : window.openingEvent };
  }
  let strongest = noneRank;
  let decidedBy = -1;
  for (const i of eventsInWindow(timeline, window)) {
    const rank = intAt(timeline.rank, i);
    if (timeline.item[i] !== window.item || rank >= strongest) continue;
    strongest = rank;
    decidedBy = i;
  }
  return { rank: strongest, decidedBy };
}

/** The first action on the item in the window that is stronger than the rank, or undefined. */
export function firstStronger(timeline: MemberTimeline, window: LabelWindow, than: number): SettledLabel | undefined {
  for (const i of eventsInWindow(timeline, window)) {
    const rank = intAt(timeline.rank, i);
    if (timeline.item[i] === window.item && rank < than) return { rank, decidedBy: i };
  }
  return undefined;
}

/**
 * When a label is settled, epoch ms (LABEL-3): as soon as the event `decidedBy` is known, after
 * which nothing can change it any more; -1: when the window ends, or with W = 0 when the opening
 * event is known.
 */
export function settledAt(timeline: MemberTimeline, window: LabelWindow, decidedBy: number): number {
  if (decidedBy >= 0) return floatAt(timeline.knownAt, decidedBy);
  const { t, windowMs, openingEvent } = window;
  return windowMs === 0 ? floatAt(timeline.knownAt, openingEvent) : windowEnd(t, windowMs);
}

/**
 * Items (member-local numbers) with an action in the window: barred as wrong candidates, and
 * nothing else is (CAND-7).
 */
export function itemsActedOn(timeline: MemberTimeline, window: LabelWindow, noneRank: number): Set<number> {
  if (window.windowMs === 0) return new Set([intAt(timeline.item, window.openingEvent)]);
  const items = new Set<number>();
  for (const i of eventsInWindow(timeline, window)) {
    if (intAt(timeline.rank, i) < noneRank) items.add(intAt(timeline.item, i));
  }
  return items;
}

function* eventsInWindow(timeline: MemberTimeline, window: LabelWindow): Generator<number> {
  const end = windowEnd(window.t, window.windowMs);
  for (let i = lowerBound(timeline.at, window.t); i < timeline.size && floatAt(timeline.at, i) < end; i++) {
    if (hasTime(timeline, i) && existsFor(timeline, i, window.surface)) yield i;
  }
}
