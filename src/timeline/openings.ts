/** Where questions open in a timeline, and what names an opening in keys. */
import { ROW_ID_PREFIX } from '../../schemas/event.ts';
import { UNIT_SEPARATOR } from '../../schemas/rows.ts';
import { floatAt, intAt, nth } from '../checked.ts';
import { sortedByKey } from './existing-events.ts';
import { hasTime, type MemberTimeline } from './member-timeline.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Openings of a member, in order: no object for each. */
export interface Openings {
  /** Positions of the opening events in the timeline, ascending. */
  readonly events: Int32Array;
  /** T of the opening at a position: the moment at which the question is asked, epoch ms. */
  momentOf(event: number): number;
  /** What names the opening at a position in keys, its parts joined (OPEN-3). */
  referenceOf(event: number): string;
}

/** The first event of each (item, session), in order; T is its event_time (OPEN-1). */
export function openSessions(timeline: MemberTimeline, openers: Int32Array): Openings {
  const events = Int32Array.from(openers.keys()).filter((i) => openers[i] === i);
  return withReferences(timeline, events, (i) => floatAt(timeline.at, i));
}

/**
 * For each event the position of the one that opened its (item, session): the first of them in
 * order. -1 where the event's time is unknown (OPEN-1). Linear in the events.
 */
export function sessionOpeners(timeline: MemberTimeline, sessionGapMs: number): Int32Array {
  const { session, sessions } = sessionsOf(timeline, sessionGapMs);
  const timed = Int32Array.from(session.keys()).filter((i) => hasTime(timeline, i));
  const openers = new Int32Array(timeline.size).fill(-1);
  // Session by session, in order within one: what came before of an item is in this session or not.
  const openerOf = new Int32Array(timeline.itemIds.length).fill(-1);
  for (const i of sortedByKey(timed, session, sessions).events) {
    const own = intAt(timeline.item, i);
    const before = intAt(openerOf, own);
    const opener = before >= 0 && session[before] === session[i] ? before : i;
    openerOf[own] = opener;
    openers[i] = opener;
  }
  return openers;
}

/** Of each event with a time the number of its session, below `sessions` (OPEN-1). */
function sessionsOf(timeline: MemberTimeline, sessionGapMs: number) {
  const session = new Int32Array(timeline.size);
  const named = new Map<string, number>();
  let sessions = 0;
  let current = -1;
  let previous = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < timeline.size; i++) {
    if (!hasTime(timeline, i)) continue;
    const { session_id: id } = nth(timeline.events, i);
    if (id === undefined) {
      const at = floatAt(timeline.at, i);
      if (at - previous >= sessionGapMs) current = sessions++;
      previous = at;
      session[i] = current;
    } else {
      let number = named.get(id);
      if (number === undefined) {
        number = sessions++;
        named.set(id, number);
      }
      session[i] = number;
    }
  }
  return { session, sessions };
}

/**
 * Every action that is not the strongest; T is a millisecond after it was known, so that it is seen
 * (OPEN-2).
 */
export function openActions(timeline: MemberTimeline, vocabulary: Vocabulary): Openings {
  const events = Int32Array.from(timeline.rank.keys()).filter((i) => isOpenAction(timeline, i, vocabulary));
  return withReferences(timeline, events, (i) => floatAt(timeline.knownAt, i) + 1);
}

/** Whether event `i` is an action that opens (OPEN-2). */
export function isOpenAction(timeline: MemberTimeline, i: number, { noneRank }: Vocabulary): boolean {
  const rank = intAt(timeline.rank, i);
  return rank > 0 && rank < noneRank && hasTime(timeline, i);
}

/** Those of the openings that are kept; what names them stays. */
export function openingsWhere(openings: Openings, isKept: (event: number) => boolean): Openings {
  return { ...openings, events: openings.events.filter(isKept) };
}

/**
 * NO LABEL IN A KEY: an id made from its row holds the action, so the moment and a count of all
 * openings of the item at it replace it (OPEN-3).
 */
export function withReferences(
  timeline: MemberTimeline,
  events: Int32Array,
  momentOf: (event: number) => number,
): Openings {
  let occurrences: Int32Array | undefined;
  return {
    events,
    momentOf,
    referenceOf(event) {
      const { event_id: eventId, item_id: itemId } = nth(timeline.events, event);
      if (!eventId.startsWith(ROW_ID_PREFIX))
        return `event${UNIT_SEPARATOR}${timeline.memberId}${UNIT_SEPARATOR}${eventId}`;
      occurrences ??= countOccurrences(timeline, events, momentOf);
      const count = intAt(occurrences, event);
      return ['row', timeline.memberId, itemId, momentOf(event), count].join(UNIT_SEPARATOR);
    },
  };
}

/** By position, how many openings with the same item and moment come before it in order. */
function countOccurrences(
  { size, item, itemIds }: MemberTimeline,
  events: Int32Array,
  momentOf: (event: number) => number,
): Int32Array {
  const occurrences = new Int32Array(size);
  const last = new Int32Array(itemIds.length).fill(-1);
  // Moments of one item seldom go back, and only then may equal ones be apart.
  let counts: Map<string, number> | undefined;
  for (const event of events) {
    const own = intAt(item, event);
    const before = intAt(last, own);
    last[own] = event;
    if (before < 0) continue;
    const moment = momentOf(event);
    if (moment < momentOf(before)) counts = new Map();
    if (moment === momentOf(before)) occurrences[event] = intAt(occurrences, before) + 1;
  }
  if (counts === undefined) return occurrences;
  for (const event of events) {
    const key = `${item[event]} ${momentOf(event)}`;
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    occurrences[event] = count;
  }
  return occurrences;
}
