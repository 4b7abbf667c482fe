/** Where questions open in a timeline, and which openings the recipe's caps leave. */
import { compareUtf8 } from '../../schemas/byte-order.ts';
import { DAY_MS } from '../../schemas/durations.ts';
import { ROW_ID_PREFIX } from '../../schemas/event.ts';
import { UNIT_SEPARATOR } from '../../schemas/rows.ts';
import { floatAt, intAt, nth } from '../checked.ts';
import { draw, inShare } from './draws.ts';
import { hasTime, type MemberTimeline } from './member-timeline.ts';
import type { Vocabulary } from './vocabulary.ts';

/** The opening of a question. */
export interface Opening {
  /** Position in the timeline. */
  readonly event: number;
  /** The moment at which the question is asked, epoch ms. */
  readonly t: number;
  /** What names it in keys (OPEN-3). */
  readonly reference: readonly string[];
}

/** How many of the openings are asked about. */
export interface AskRules {
  readonly seed: number;
  readonly share: number;
  readonly perMemberDay: number | undefined;
}

/** The first event of each (item, session), in order; T is its event_time (OPEN-1). */
export function openSessions(timeline: MemberTimeline, sessionGapMs: number): Opening[] {
  const positions = [...sessionOpeners(timeline, sessionGapMs)].filter((opener, i) => opener === i);
  return withReferences(timeline, positions, (i) => floatAt(timeline.at, i));
}

/**
 * For each event the position of the one that opened its (item, session): the first of them in
 * order. -1 where the event's time is unknown (OPEN-1).
 */
export function sessionOpeners(timeline: MemberTimeline, sessionGapMs: number): Int32Array {
  const openers = new Int32Array(timeline.size).fill(-1);
  const opened = new Map<string, number>();
  let session = 0;
  let previous = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < timeline.size; i++) {
    if (!hasTime(timeline, i)) continue;
    const { session_id: id } = nth(timeline.events, i);
    if (id === undefined) {
      const at = floatAt(timeline.at, i);
      if (at - previous >= sessionGapMs) session++;
      previous = at;
    }
    const key = id === undefined ? `${timeline.item[i]}:${session}` : `${timeline.item[i]}=${id}`;
    const opener = opened.get(key) ?? i;
    opened.set(key, opener);
    openers[i] = opener;
  }
  return openers;
}

/**
 * Every action that is not the strongest; T is a millisecond after it was known, so that it is seen
 * (OPEN-2).
 */
export function openActions(timeline: MemberTimeline, vocabulary: Vocabulary): Opening[] {
  const positions: number[] = [];
  for (let i = 0; i < timeline.size; i++) {
    const rank = intAt(timeline.rank, i);
    if (hasTime(timeline, i) && rank > 0 && rank < vocabulary.noneRank) positions.push(i);
  }
  return withReferences(timeline, positions, (i) => floatAt(timeline.knownAt, i) + 1);
}

function withReferences(timeline: MemberTimeline, events: readonly number[], timeOf: (i: number) => number): Opening[] {
  const occurrences = new Map<string, number>();
  return events.map((event) => {
    const t = timeOf(event);
    return { event, t, reference: referenceOf(timeline, { event, t }, occurrences) };
  });
}

/**
 * NO LABEL IN A KEY: an id made from its row holds the action, so the moment and a count replace it
 * (OPEN-3).
 */
function referenceOf(
  timeline: MemberTimeline,
  { event, t }: Omit<Opening, 'reference'>,
  occurrences: Map<string, number>,
): string[] {
  const { event_id: eventId, item_id: itemId } = nth(timeline.events, event);
  if (!eventId.startsWith(ROW_ID_PREFIX)) return ['event', timeline.memberId, eventId];
  const moment = `${itemId}${UNIT_SEPARATOR}${t}`;
  const occurrence = occurrences.get(moment) ?? 0;
  occurrences.set(moment, occurrence + 1);
  return ['row', timeline.memberId, itemId, String(t), String(occurrence)];
}

/**
 * Positions of the opening events that `ask` leaves out, for all questions of an opening and before
 * any label is known (OPEN-5).
 */
export function cappedOpenings(timeline: MemberTimeline, openingEvents: Iterable<number>, ask: AskRules): Set<number> {
  const events = [...new Set(openingEvents)].sort((a, b) => a - b);
  const openings = withReferences(timeline, events, (i) => floatAt(timeline.at, i));
  const capped = new Set<number>();
  const days = new Map<number, Opening[]>();
  for (const opening of openings) {
    if (!inShare(draw(ask.seed, 'ask', opening.reference), ask.share)) {
      capped.add(opening.event);
      continue;
    }
    const day = Math.floor(opening.t / DAY_MS);
    const sameDay = days.get(day);
    if (sameDay === undefined) days.set(day, [opening]);
    else sameDay.push(opening);
  }
  if (ask.perMemberDay === undefined) return capped;
  for (const sameDay of days.values()) {
    if (sameDay.length <= ask.perMemberDay) continue;
    const ordered = sameDay
      .map((opening) => ({ opening, drawn: draw(ask.seed, 'cap', opening.reference) }))
      .sort((a, b) => a.drawn - b.drawn || compareKeys(a.opening.reference, b.opening.reference));
    for (const { opening } of ordered.slice(ask.perMemberDay)) capped.add(opening.event);
  }
  return capped;
}

/** Equal draws fall back on the key (DRAW-3). */
export function compareKeys(a: readonly string[], b: readonly string[]): number {
  return compareUtf8(a.join(UNIT_SEPARATOR), b.join(UNIT_SEPARATOR));
}
