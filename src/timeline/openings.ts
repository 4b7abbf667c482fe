/** Where questions open in a timeline, and which openings the recipe's caps leave. */
import { DAY_MS } from '../../schemas/durations.ts';
import { ROW_ID_PREFIX } from '../../schemas/event.ts';
import { UNIT_SEPARATOR } from '../../schemas/rows.ts';
import { floatAt, intAt, nth, present } from '../checked.ts';
import { compareDraws, draw, inShare, type RankedDraw } from './draws.ts';
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
  const positions = [...timeline.rank.keys()].filter((i) => isOpenAction(timeline, i, vocabulary));
  return withReferences(timeline, positions, (i) => floatAt(timeline.knownAt, i) + 1);
}

/** Whether event `i` is an action that opens (OPEN-2). */
export function isOpenAction(timeline: MemberTimeline, i: number, { noneRank }: Vocabulary): boolean {
  const rank = intAt(timeline.rank, i);
  return rank > 0 && rank < noneRank && hasTime(timeline, i);
}

/**
 * NO LABEL IN A KEY: an id made from its row holds the action, so the moment and a count of all
 * openings of the item at it replace it (OPEN-3).
 */
function withReferences(timeline: MemberTimeline, events: readonly number[], timeOf: (i: number) => number): Opening[] {
  const occurrences = new Map<string, number>();
  return events.map((event) => {
    const t = timeOf(event);
    const { event_id: eventId, item_id: itemId } = nth(timeline.events, event);
    const moment = `${itemId}${UNIT_SEPARATOR}${t}`;
    const occurrence = occurrences.get(moment) ?? 0;
    occurrences.set(moment, occurrence + 1);
    if (!eventId.startsWith(ROW_ID_PREFIX)) return { event, t, reference: ['event', timeline.memberId, eventId] };
    return { event, t, reference: ['row', timeline.memberId, itemId, String(t), String(occurrence)] };
  });
}

/**
 * Positions of the opening events that `ask` leaves out, for all questions of an opening and before
 * any label is known (OPEN-5). `openings` are those of all tasks.
 */
export function cappedOpenings(
  timeline: MemberTimeline,
  openings: Iterable<Pick<Opening, 'event' | 't'>>,
  { seed, share, perMemberDay }: AskRules,
): Set<number> {
  const earliest = new Map<number, number>();
  for (const { event, t } of openings) earliest.set(event, Math.min(t, earliest.get(event) ?? t));
  const events = [...earliest.keys()].sort((a, b) => a - b);
  const asked = withReferences(timeline, events, (i) => floatAt(timeline.at, i)).filter(({ reference }) =>
    inShare(draw(seed, 'ask', reference), share),
  );
  const capped = new Set(events);
  const days = new Map<number, RankedDraw[]>();
  for (const { event, reference } of asked) {
    if (perMemberDay !== undefined) {
      const day = Math.floor(present(earliest.get(event), 'T of an opening') / DAY_MS);
      const least = days.get(day) ?? [];
      days.set(day, least);
      if (!isAmongLeast(least, { drawn: draw(seed, 'cap', reference), key: reference }, perMemberDay)) continue;
    }
    capped.delete(event);
  }
  return capped;
}

/**
 * Whether the draw is among the `most` least of those taken in so far and itself; `least` holds
 * these, in order, and takes it in.
 */
function isAmongLeast(least: RankedDraw[], of: RankedDraw, most: number): boolean {
  let low = 0;
  let high = least.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareDraws(nth(least, middle), of) < 0) low = middle + 1;
    else high = middle;
  }
  if (low >= most) return false;
  least.splice(low, 0, of);
  if (least.length > most) least.pop();
  return true;
}
