/** One member's timeline in typed arrays: interactions in order, profile versions beside them. */
import { type Attributes, type InteractionEvent, type MemberEvent, TIME_UNKNOWN } from '../../schemas/event.ts';
import { type EventTimes, eventTimes } from '../../schemas/event-time.ts';
import type { EventId, ItemId, MemberId } from '../../schemas/ids.ts';
import { floatAt, nth, present } from '../checked.ts';
import { isSeen } from './as-of.ts';
import { orderEvents } from './order.ts';
import type { Vocabulary } from './vocabulary.ts';

/** One version of a profile. */
export interface ProfileVersion extends EventTimes {
  readonly eventId: EventId;
  readonly attributes: Attributes;
}

/**
 * Spoken interactions in order (ignored ones are not here); parallel arrays of length `size`.
 * `rank`: Vocabulary ranks. `item`: member-local numbers into `itemIds`. Times: epoch ms,
 * TIME_UNKNOWN first.
 */
export interface MemberTimeline {
  readonly memberId: MemberId;
  readonly size: number;
  readonly events: readonly InteractionEvent[];
  readonly at: Float64Array;
  readonly knownAt: Float64Array;
  readonly rank: Int16Array;
  readonly item: Int32Array;
  readonly itemIds: readonly ItemId[];
  /** 1: on a held-out surface. */
  readonly heldOut: Uint8Array;
  readonly profiles: readonly ProfileVersion[];
  /**
   * True when known_at never decreases along the timeline, so that what is seen at T is a prefix.
   */
  readonly prefixSeen: boolean;
}

/** What a timeline depends on beside the records. */
export interface TimelineOptions {
  readonly vocabulary: Vocabulary;
  readonly known: 'event_time' | 'ingest_time';
  readonly heldOutSurfaces: ReadonlySet<string>;
}

/**
 * The timeline of one member's records, whose order does not matter. Actions outside the vocabulary
 * are left out: a build stops at them before.
 */
export function createMemberTimeline(
  memberId: MemberId,
  records: readonly (MemberEvent | InteractionEvent)[],
  { vocabulary, ...options }: TimelineOptions,
): MemberTimeline {
  const spoken = records.filter(
    (r): r is InteractionEvent => r.type === 'interaction' && (vocabulary.rankOf(r.action) ?? -1) >= 0,
  );
  const events = orderEvents(spoken);
  const size = events.length;
  const at = new Float64Array(size);
  const knownAt = new Float64Array(size);
  const rank = new Int16Array(size);
  const item = new Int32Array(size);
  const heldOut = new Uint8Array(size);
  const numbers = new Map<ItemId, number>();
  let prefixSeen = true;
  events.forEach((event, i) => {
    const times = eventTimes(event, options.known);
    at[i] = times.at;
    knownAt[i] = times.knownAt;
    if (i > 0 && times.knownAt < floatAt(knownAt, i - 1)) prefixSeen = false;
    rank[i] = present(vocabulary.rankOf(event.action), 'rank of a spoken action');
    const number = numbers.get(event.item_id) ?? numbers.size;
    numbers.set(event.item_id, number);
    item[i] = number;
    if (event.surface !== undefined && options.heldOutSurfaces.has(event.surface)) heldOut[i] = 1;
  });
  const upserts = records.filter((record) => record.type === 'member' && record.op === 'upsert');
  const profiles = orderEvents(upserts).map((event): ProfileVersion => {
    return { eventId: event.event_id, ...eventTimes(event, options.known), attributes: event.attributes };
  });
  return {
    memberId,
    size,
    events,
    at,
    knownAt,
    rank,
    item,
    itemIds: [...numbers.keys()],
    heldOut,
    profiles,
    prefixSeen,
  };
}

/** The newest profile version seen at T (ASOF-5). */
export function profileAt(timeline: MemberTimeline, t: number): ProfileVersion | undefined {
  return timeline.profiles.findLast((profile) => isSeen(profile.knownAt, t));
}

/**
 * Event `i` exists for a question on `surface`: a held-out surface exists for itself alone
 * (ASOF-6).
 */
export function existsFor(timeline: MemberTimeline, i: number, surface: string | undefined): boolean {
  return timeline.heldOut[i] === 0 || nth(timeline.events, i).surface === surface;
}

/** The time of event `i` is known. */
export function hasTime(timeline: MemberTimeline, i: number): boolean {
  return timeline.at[i] !== TIME_UNKNOWN;
}
