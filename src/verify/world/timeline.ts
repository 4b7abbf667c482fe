/** Timelines: what is left of a member's events, in order, and what of them is known when. */
import type { CheckedEvent, InteractionEvent, VersionEvent } from '../events/checked-event.ts';
import { compareBytes } from './draws.ts';

/**
 * A spoken interaction; `rank` is its action's place in the domain (0 is strongest), after all of
 * them an exposure's.
 */
export interface Interaction extends InteractionEvent {
  readonly knownAt: number;
  readonly rank: number;
}

/** A version of an item or of a profile. */
export interface Version extends VersionEvent {
  readonly knownAt: number;
}

/**
 * What is left of a member's events after erasures, in order; `byItem` are the same interactions.
 */
export interface Timeline {
  readonly member: string;
  readonly profiles: readonly Version[];
  readonly interactions: readonly Interaction[];
  readonly byItem: ReadonlyMap<string, readonly Interaction[]>;
}

/**
 * The order inside a timeline: event_time, sequence, a delete after all others, the hash of type
 * and event_id, event_id as UTF-8 bytes, type (EVENT-4).
 */
export function inOrder(a: CheckedEvent, b: CheckedEvent): number {
  return (
    a.at - b.at ||
    a.sequence - b.sequence ||
    Number(isDelete(a)) - Number(isDelete(b)) ||
    Number(a.tie > b.tie) - Number(a.tie < b.tie) ||
    compareBytes(a.id, b.id) ||
    compareBytes(a.type, b.type)
  );
}

function isDelete(event: CheckedEvent): boolean {
  return event.type !== 'interaction' && event.op === 'delete';
}

/**
 * Epoch milliseconds from which on an event is known; `byIngest`: with `known: ingest_time`
 * (ASOF-1).
 */
export function knownAtOf(event: CheckedEvent, byIngest: boolean): number {
  if (!byIngest || event.ingestedAt === undefined) return event.until;
  return Math.max(event.until, event.ingestedAt);
}

/** What is known first of events in order; of equals the first in order. */
export function firstKnown<T extends { readonly knownAt: number }>(events: readonly T[]): T | undefined {
  return events.reduce<T | undefined>(
    (first, event) => (first === undefined || event.knownAt < first.knownAt ? event : first),
    undefined,
  );
}

/** Whether an event is seen at T, by time alone (ASOF-2). The unknown time lies before every T. */
export function seen(event: { readonly knownAt: number }, t: number): boolean {
  return event.knownAt < t;
}

/**
 * What is left of a member's records, which it sorts: a delete takes all before it with it, and
 * what follows until the next profile (EVENT-5).
 */
export function unerased<T extends CheckedEvent>(records: T[]): T[] {
  const last = records.sort(inOrder).findLastIndex(isDelete);
  if (last < 0) return records;
  const begin = records.findIndex(({ type }, index) => index > last && type !== 'interaction');
  return begin < 0 ? [] : records.slice(begin);
}

/** The timeline of a member's records, which it sorts. */
export function timelineOf(member: string, records: (Interaction | Version)[]): Timeline {
  const profiles: Version[] = [];
  const interactions: Interaction[] = [];
  for (const record of unerased(records)) {
    if (record.type === 'interaction') interactions.push(record);
    else profiles.push(record);
  }
  return { member, profiles, interactions, byItem: Map.groupBy(interactions, ({ item }) => item) };
}

/** Of events without copies those that no member has erased by a delete (EVENT-5). */
export function usedOf(events: readonly CheckedEvent[]): CheckedEvent[] {
  const deletes = events.filter((event) => event.type === 'member' && event.op === 'delete');
  const leavers = new Set(deletes.map(({ entity }) => entity));
  const isOfLeaver = ({ type, entity }: CheckedEvent) => type !== 'item' && leavers.has(entity);
  const theirs = Map.groupBy(events.filter(isOfLeaver), ({ entity }) => entity);
  return [...events.filter((event) => !isOfLeaver(event)), ...theirs.values().flatMap(unerased)];
}
