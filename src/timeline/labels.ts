/** What the member did in the label window: the one thing that a prompt may not know. */
import { floatAt, intAt } from '../checked.ts';
import { isSeen, windowEnd } from './as-of.ts';
import type { ExistingEvents } from './existing-events.ts';
import { lowerBound, lowerBoundIn } from './order.ts';

/** The label window of a question. Events are numbers of `events`, items member-local ones. */
export interface LabelWindow {
  /** Those that exist for the question. */
  readonly events: ExistingEvents;
  readonly t: number;
  /** W in ms; 0: the opening event alone. */
  readonly windowMs: number;
  /** What became known from then on is no part of the label, epoch ms (LABEL-3). */
  readonly closesAt: number;
  readonly openingEvent: number;
}

/**
 * The event that decides the label on an item, which may be -1, one that the member never met: of
 * those with the strongest action on it in the window the one known first, and -1 where there is no
 * action; exposures count as none (LABEL-2). Costs a search by halves for each action on the item.
 */
export function decidingEvent(window: LabelWindow, item: number): number {
  const { events, t, windowMs, openingEvent } = window;
  if (windowMs === 0) {
    const isAction = intAt(events.item, openingEvent) === item && intAt(events.rank, openingEvent) < events.noneRank;
    return isAction ? openingEvent : -1;
  }
  if (item < 0) return -1;
  const { firstOf, rank } = events.groups;
  const from = lowerBound(events.at, t);
  const end = intAt(firstOf, item + 1);
  for (let group = intAt(firstOf, item); group < end && intAt(rank, group) < events.noneRank; group++) {
    const decided = knownFirst(window, group, { from, isNew: false });
    if (decided >= 0) return decided;
  }
  return -1;
}

/**
 * Of the actions on the opening's item after the opening's own in order, before T + W and known in
 * [T, closes_at), the one that is stronger than the rank and known first; -1: there is none
 * (NEXT-1).
 */
export function nextStronger(window: LabelWindow, than: number): number {
  const { events, openingEvent } = window;
  const { firstOf, rank } = events.groups;
  const item = intAt(events.item, openingEvent);
  const end = intAt(firstOf, item + 1);
  let next = -1;
  for (let group = intAt(firstOf, item); group < end && intAt(rank, group) < than; group++) {
    const decided = knownFirst(window, group, { from: openingEvent + 1, isNew: true });
    if (decided >= 0 && (next < 0 || isKnownSooner(events, decided, next))) next = decided;
  }
  return next;
}

/** Equal times: the first in order. */
function isKnownSooner({ knownAt }: ExistingEvents, event: number, other: number): boolean {
  const later = floatAt(knownAt, event) - floatAt(knownAt, other);
  return later === 0 ? event < other : later < 0;
}

/**
 * Of a group's events from `from` on and before T + W, known before the question closes and, where
 * they must be new, not before T, the one known first, the first in order of equals; else -1.
 */
function knownFirst(
  { events, t, windowMs, closesAt }: LabelWindow,
  group: number,
  { from, isNew }: { readonly from: number; readonly isNew: boolean },
): number {
  const { start, events: grouped } = events.groups;
  const windowEnds = windowEnd(t, windowMs);
  const end = intAt(start, group + 1);
  let first = -1;
  for (let k = lowerBoundIn(grouped, from, { low: intAt(start, group), high: end }); k < end; k++) {
    const event = intAt(grouped, k);
    if (floatAt(events.at, event) >= windowEnds) break;
    const knownAt = floatAt(events.knownAt, event);
    if (knownAt >= closesAt || (isNew && isSeen(knownAt, t))) continue;
    if (first < 0 || isKnownSooner(events, event, first)) first = event;
    // Those after it are known no sooner.
    if (events.isPrefix) break;
  }
  return first;
}

/**
 * When a label is settled, epoch ms (LABEL-3): as soon as the event `decidedBy` is known, after
 * which nothing can change it any more; -1: when the question closes, or with W = 0 when the
 * opening event is known.
 */
export function settledAt({ events, windowMs, openingEvent, closesAt }: LabelWindow, decidedBy: number): number {
  if (decidedBy >= 0) return floatAt(events.knownAt, decidedBy);
  return windowMs === 0 ? floatAt(events.knownAt, openingEvent) : closesAt;
}

/** Whether the item has an action in the window: it is barred as a wrong candidate (CAND-7). */
export function isActedOn(window: LabelWindow, item: number): boolean {
  if (window.windowMs === 0) return intAt(window.events.item, window.openingEvent) === item;
  return decidingEvent(window, item) >= 0;
}
