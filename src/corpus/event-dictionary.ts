/** The events of one part that put segments into rows, each once, member by member. */
import type { MemberId } from '../../schemas/ids.ts';
import type { EVENT_KINDS, PART_EVENTS } from '../../schemas/rows.ts';
import { floatAt, intAt, nth } from '../checked.ts';
import type { ColumnChunk } from '../shard/parquet-writer.ts';
import type { MemberTimeline } from '../timeline/member-timeline.ts';

/** Events of a part. */
export interface EventDictionary {
  /** Number in the part of interaction `position` of the timeline. */
  interaction(timeline: MemberTimeline, position: number): number;
  /** Number in the part of the profile version of that number of the timeline. */
  profile(timeline: MemberTimeline, version: number): number;
  /** Events. */
  size(): number;
  /** The columns of PART_EVENTS, rows `from` up to `to`. */
  chunks(from: number, to: number): Readonly<Record<keyof typeof PART_EVENTS, ColumnChunk>>;
}

/** Bound: the part's events, and four bytes for each of one member's. */
export function createEventDictionary(): EventDictionary {
  const members: MemberId[] = [];
  const kinds: (typeof EVENT_KINDS)[number][] = [];
  const events: string[] = [];
  const at: number[] = [];
  const sequences: number[] = [];
  let of: MemberTimeline | undefined;
  let interactions = new Int32Array(0);
  let profiles = new Int32Array(0);
  // Rows come member by member, so the numbers of one are enough.
  const turnTo = (timeline: MemberTimeline) => {
    if (timeline === of) return;
    of = timeline;
    interactions = new Int32Array(timeline.size).fill(-1);
    profiles = new Int32Array(timeline.profiles.length).fill(-1);
  };
  const add = (
    { memberId }: MemberTimeline,
    kind: (typeof EVENT_KINDS)[number],
    event: { readonly id: string; readonly at: number; readonly sequence: number },
  ) => {
    members.push(memberId);
    kinds.push(kind);
    at.push(event.at);
    sequences.push(event.sequence);
    return events.push(event.id) - 1;
  };
  return {
    interaction(timeline, position) {
      turnTo(timeline);
      const known = intAt(interactions, position);
      if (known >= 0) return known;
      const { event_id: id, sequence = 0 } = nth(timeline.events, position);
      const number = add(timeline, 'interaction', { id, at: floatAt(timeline.at, position), sequence });
      interactions[position] = number;
      return number;
    },
    profile(timeline, version) {
      turnTo(timeline);
      const known = intAt(profiles, version);
      if (known >= 0) return known;
      const { eventId: id, at, sequence } = nth(timeline.profiles, version);
      const number = add(timeline, 'member', { id, at, sequence });
      profiles[version] = number;
      return number;
    },
    size: () => events.length,
    chunks: (from, to) => ({
      member: members.slice(from, to),
      kind: kinds.slice(from, to),
      event: events.slice(from, to),
      at: Float64Array.from(at.slice(from, to)),
      sequence: Float64Array.from(sequences.slice(from, to)),
    }),
  };
}
