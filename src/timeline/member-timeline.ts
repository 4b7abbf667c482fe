/** One member's timeline in typed arrays: interactions in order, profile versions beside them. */
import { type Attributes, type InteractionEvent, type MemberEvent, TIME_UNKNOWN } from '../../schemas/event.ts';
import { type EventTimes, eventTimes } from '../../schemas/event-time.ts';
import type { EventId, ItemId, MemberId } from '../../schemas/ids.ts';
import { nth, present } from '../checked.ts';
import { isSeen } from './as-of.ts';
import { type ExistingEvents, existingEvents } from './existing-events.ts';
import { orderEvents } from './order.ts';
import type { Vocabulary } from './vocabulary.ts';

/** One version of a profile. */
export interface ProfileVersion extends EventTimes {
  readonly eventId: EventId;
  /** 0 where the event has none. */
  readonly sequence: number;
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
  /** The numbers of `itemIds`. */
  readonly itemNumbers: ReadonlyMap<ItemId, number>;
  /** The rank of exposures, weaker than all actions. */
  readonly noneRank: number;
  readonly profiles: readonly ProfileVersion[];
  /**
   * The events that exist for a question on `surface`: a held-out surface exists for itself alone
   * (ASOF-6). Made once for each held-out surface and once for all others; bound: 40 bytes an event
   * each.
   */
  existingFor(surface: string | undefined): ExistingEvents;
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
  const itemNumbers = new Map<ItemId, number>();
  for (const [i, event] of events.entries()) {
    const times = eventTimes(event, options.known);
    at[i] = times.at;
    knownAt[i] = times.knownAt;
    rank[i] = present(vocabulary.rankOf(event.action), 'rank of a spoken action');
    let number = itemNumbers.get(event.item_id);
    if (number === undefined) {
      number = itemNumbers.size;
      itemNumbers.set(event.item_id, number);
    }
    item[i] = number;
  }
  const upserts = records.filter((record) => record.type === 'member' && record.op === 'upsert');
  const profiles = orderEvents(upserts).map((event): ProfileVersion => {
    const { event_id: eventId, sequence = 0, attributes } = event;
    return { eventId, sequence, ...eventTimes(event, options.known), attributes };
  });
  const itemIds = [...itemNumbers.keys()];
  const columns = { memberId, size, events, at, knownAt, rank, item, itemIds, itemNumbers, profiles };
  const timeline = { ...columns, noneRank: vocabulary.noneRank };
  return { ...timeline, existingFor: existenceIn(timeline, options.heldOutSurfaces) };
}

/** Which events exist, by the surface of a question (ASOF-6). */
function existenceIn(
  timeline: Omit<MemberTimeline, 'existingFor'>,
  heldOut: ReadonlySet<string>,
): MemberTimeline['existingFor'] {
  const made = new Map<string | undefined, ExistingEvents>();
  const isHidden = ({ surface }: InteractionEvent, own: string | undefined) =>
    surface !== undefined && surface !== own && heldOut.has(surface);
  return (surface) => {
    const own = surface !== undefined && heldOut.has(surface) ? surface : undefined;
    let existing = made.get(own);
    if (existing === undefined) {
      const positions = Int32Array.from(timeline.item.keys());
      const shown = heldOut.size === 0 ? positions : positions.filter((i) => !isHidden(nth(timeline.events, i), own));
      existing = existingEvents(timeline, shown);
      made.set(own, existing);
    }
    return existing;
  };
}

/** The newest profile version seen at T (ASOF-5). */
export function profileAt(timeline: MemberTimeline, t: number): ProfileVersion | undefined {
  return timeline.profiles.findLast((profile) => isSeen(profile.knownAt, t));
}

/** The time of event `i` is known. */
export function hasTime(timeline: MemberTimeline, i: number): boolean {
  return timeline.at[i] !== TIME_UNKNOWN;
}
