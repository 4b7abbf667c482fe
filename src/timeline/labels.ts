/** What the member did in the label window: the one thing that a prompt may not know. */
import { floatAt, intAt } from '../checked.ts';
import { isSeen, windowEnd } from './as-of.ts';
import { existsFor, hasTime, type MemberTimeline } from './member-timeline.ts';
import { lowerBound } from './order.ts';

/** The label window of a question on one item. */
export interface LabelWindow {
  readonly t: number;
  /** W in ms; 0: the opening event alone. */
  readonly windowMs: number;
  /** What became known from then on is no part of the label, epoch ms (LABEL-3). */
  readonly closesAt: number;
  /** Member-local item number; -1 where the member never met it. */
  readonly item: number;
  readonly openingEvent: number;
  readonly surface: string | undefined;
}

/**
 * The rank of an action, and the event that decided it: of those with that rank the one known
 * first, -1 where there is none.
 */
export interface SettledLabel {
  readonly rank: number;
  readonly decidedBy: number;
}

/** The strongest action on the item in the window; exposures count as none (LABEL-2). */
export function strongestInWindow(timeline: MemberTimeline, window: LabelWindow, noneRank: number): SettledLabel {
  if (window.windowMs === 0) {
    const rank = intAt(timeline.rank, window.openingEvent);
    return { rank, decidedBy: rank === noneRank ? -1 : window.openingEvent };
  }
  let strongest = noneRank;
  let decidedBy = -1;
  for (const i of eventsInWindow(timeline, window)) {
    const rank = intAt(timeline.rank, i);
    if (timeline.item[i] !== window.item || rank >= noneRank || rank > strongest) continue;
    if (rank === strongest && !isKnownSooner(timeline, i, decidedBy)) continue;
    strongest = rank;
    decidedBy = i;
  }
  return { rank: strongest, decidedBy };
}

/**
 * Of the actions on the item after the opening's own in order, before T + W and known in
 * [T, closes_at), the one that is stronger than the rank and known first, or undefined (NEXT-1).
 */
export function nextStronger(timeline: MemberTimeline, window: LabelWindow, than: number): SettledLabel | undefined {
  const { t, windowMs, openingEvent, item, surface } = window;
  const end = windowEnd(t, windowMs);
  let next: SettledLabel | undefined;
  for (let i = openingEvent + 1; i < timeline.size && floatAt(timeline.at, i) < end; i++) {
    const rank = intAt(timeline.rank, i);
    if (timeline.item[i] !== item || rank >= than || !existsFor(timeline, i, surface)) continue;
    const knownAt = floatAt(timeline.knownAt, i);
    if (isSeen(knownAt, t) || knownAt >= window.closesAt) continue;
    if (next === undefined || isKnownSooner(timeline, i, next.decidedBy)) next = { rank, decidedBy: i };
  }
  return next;
}

function isKnownSooner({ knownAt }: MemberTimeline, event: number, other: number): boolean {
  return floatAt(knownAt, event) < floatAt(knownAt, other);
}

/**
 * When a label is settled, epoch ms (LABEL-3): as soon as the event `decidedBy` is known, after
 * which nothing can change it any more; -1: when the question closes, or with W = 0 when the
 * opening event is known.
 */
export function settledAt(timeline: MemberTimeline, window: LabelWindow, decidedBy: number): number {
  if (decidedBy >= 0) return floatAt(timeline.knownAt, decidedBy);
  return window.windowMs === 0 ? floatAt(timeline.knownAt, window.openingEvent) : window.closesAt;
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

/** Positions of the events in the window that are known before it closes, in order (LABEL-2). */
function* eventsInWindow(timeline: MemberTimeline, window: LabelWindow): Generator<number> {
  const { t, windowMs, surface } = window;
  const end = windowEnd(t, windowMs);
  for (let i = lowerBound(timeline.at, t); i < timeline.size && floatAt(timeline.at, i) < end; i++) {
    const isKnown = floatAt(timeline.knownAt, i) < window.closesAt;
    if (isKnown && hasTime(timeline, i) && existsFor(timeline, i, surface)) yield i;
  }
}
