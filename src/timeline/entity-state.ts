/**
 * What was taken in of one member or item, and what more records make of it: the same, whether all
 * records come at once or one after another.
 */
import type { EventRecord, MemberEvent } from '../../schemas/event.ts';
import { contentOf, timeSpan } from '../../schemas/event-time.ts';
import { addCopies, addNext, digestOf, type KeyState, keyOf, NEW_KEY, withEarlier } from './copies.ts';
import { orderEvents } from './order.ts';

/** A record with where it was read, for dead letters. */
export interface PlacedRecord {
  readonly event: EventRecord;
  readonly file: number;
  readonly line: number;
}

/** A count, and the `type:event_id` of the records that it counts. */
export type CountedKey = readonly [key: string, count: number];

/**
 * Records of an entity that are in no timeline and still have a say in what becomes of later ones.
 * Of what a member's delete erased there are digests alone.
 */
export interface AsideRecords {
  /** Further copies of events that are used, dropped or the delete. */
  readonly copies: readonly CountedKey[];
  /** Ids that came with more than one content, and with how many records. */
  readonly dead: readonly CountedKey[];
  /** Digests of key and content, and further copies. */
  readonly erased: readonly (readonly [key: string, content: string, copies: number])[];
  /** The newest delete of the member, which erased what was before it. */
  readonly deleted: EventRecord | null;
  /** What came in order between that delete and the next upsert. */
  readonly dropped: readonly EventRecord[];
}

/** What was taken in of one entity. */
export interface EntityState {
  /** In timeline order. */
  readonly used: readonly EventRecord[];
  /** Null where nothing is aside, as of most entities. */
  readonly aside: AsideRecords | null;
}

/** How the records of an entity ended. */
export interface EntityCounts {
  readonly used: number;
  readonly duplicate: number;
  readonly dead: number;
  readonly dropped: number;
}

/** A record that is dead by EVENT-3; `file` is undefined where it was taken in before. */
export type Conflict = PlacedRecord | { readonly event: EventRecord; readonly file: undefined };

/** An entity after more records. */
export interface TakenInto {
  readonly state: EntityState;
  readonly conflicts: readonly Conflict[];
  /** Records among the conflicts of which the state keeps nothing, not even their number. */
  readonly refused: number;
  /**
   * The delete that erased what was before it is dead by a conflict: what it erased would count
   * again and is gone from here, so that `state` is none and the records are to be read anew.
   */
  readonly isUndone: boolean;
}

/** An entity of which nothing was taken in. */
export const NOTHING_TAKEN: EntityState = { used: [], aside: null };

/** How records are taken into an entity, where not as of files that can be read again. */
export interface TakeHow {
  /** Copies of a late log, which the entity counted when they came (`withEarlier`). */
  readonly earlier?: readonly EventRecord[];
  /**
   * ERASED IS ERASED: what a delete erased can be read nowhere again, so that of a conflict with
   * the delete in force the other record alone is dead.
   */
  readonly isDeleteFinal?: boolean;
}

/** Takes more records of one entity in; their order does not matter (EVENT-3, EVENT-5). */
export function takeInto(before: EntityState, records: readonly PlacedRecord[], how: TakeHow = {}): TakenInto {
  const { earlier = [], isDeleteFinal = false } = how;
  if (before.used.length === 0 && before.aside === null && isPlain(records)) {
    const used = orderEvents(records.map(({ event }) => event));
    return { state: { used, aside: null }, conflicts: [], refused: 0, isUndone: false };
  }
  const known = openState(before);
  const conflicts: Conflict[] = [];
  let refused = 0;
  let isUndone = false;
  for (const [key, same] of Map.groupBy(records, ({ event }) => keyOf(event))) {
    const was = known.get(key);
    const is = addCopies(
      was,
      same.map(({ event }) => event),
    );
    const undoes = is.kind === 'dead' && was.kind === 'kept' && was.event === before.aside?.deleted;
    if (undoes && isDeleteFinal) {
      const copies = same.filter(({ event }) => contentOf(event) === contentOf(was.event));
      const others = same.filter((each) => !copies.includes(each));
      conflicts.push(...others);
      refused += others.length;
      known.set(key, { ...was, copies: was.copies + copies.length });
      continue;
    }
    known.set(key, is);
    if (is.kind !== 'dead') continue;
    conflicts.push(...same);
    if (was.kind !== 'kept') continue;
    conflicts.push({ event: was.event, file: undefined });
    if (undoes) isUndone = true;
  }
  for (const copy of earlier) known.set(keyOf(copy), withEarlier(known.get(keyOf(copy)), copy));
  return { state: known.close(), conflicts, refused, isUndone };
}

/** How a record of a stream that holds an event ended. */
export type EventFate = 'used' | 'duplicate' | 'late' | 'dead' | 'dropped';

/** An entity after the next record of a stream. */
export interface TakenNext {
  readonly state: EntityState;
  readonly fate: EventFate;
  /** It belongs in the late log, for a backfill to take in. */
  readonly isLogged: boolean;
}

/**
 * Takes in the next record of one entity as a stream does; `isBehind`: behind the watermark. What
 * is used or logged then changes nothing here (EVENT-3); what a delete erases is dropped whenever
 * it comes, since no backfill may bring it back, and a delete itself erases at once (EVENT-5).
 */
export function takeNext(before: EntityState, event: EventRecord, isBehind: boolean): TakenNext {
  const known = openState(before);
  const key = keyOf(event);
  const was = known.get(key);
  // Of what is dropped a copy may come whenever it will: a backfill may bring the event back.
  const next = addNext(was, event, isBehind && before.used.some((each) => keyOf(each) === key));
  if (next.end === 'dead' && next.state === was) return { state: before, fate: 'dead', isLogged: false };
  known.set(key, next.state);
  const state = known.close();
  const isUsed = () => state.used.some((each) => keyOf(each) === key);
  if (next.end !== 'new') return { state, fate: next.end, isLogged: next.isEarlier };
  if (!isUsed()) return { state, fate: 'dropped', isLogged: false };
  return isBehind ? { state: before, fate: 'late', isLogged: true } : { state, fate: 'used', isLogged: false };
}

/** How all records that were ever taken in ended. */
export function countsOf({ used, aside }: EntityState): EntityCounts {
  if (aside === null) return { used: used.length, duplicate: 0, dead: 0, dropped: 0 };
  const { copies, dead, erased, deleted, dropped } = aside;
  const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0);
  return {
    used: used.length,
    duplicate: sum(copies.map(([, count]) => count)) + sum(erased.map(([, , count]) => count)),
    dead: sum(dead.map(([, count]) => count)),
    dropped: erased.length + dropped.length + (deleted === null ? 0 : 1),
  };
}

/**
 * The least event_time (epoch ms) of the events in which two states of an entity differ, also by
 * `ingest_time` alone; undefined where they do not. Nothing that was decided by then has changed.
 */
export function changedSince(before: EntityState, after: EntityState): number | undefined {
  const rest = new Map(before.used.map((event) => [keyOf(event), event]));
  let since: number | undefined;
  const differs = ({ event_time: time }: EventRecord) => {
    const { first } = timeSpan(time);
    if (since === undefined || first < since) since = first;
  };
  for (const event of after.used) {
    const key = keyOf(event);
    if (rest.get(key)?.ingest_time !== event.ingest_time || !rest.has(key)) differs(event);
    rest.delete(key);
  }
  for (const event of rest.values()) differs(event);
  return since;
}

/** False for nearly all entities: no two records of one key, and nothing erases. */
function isPlain(records: readonly PlacedRecord[]): boolean {
  const keys = new Set<string>();
  for (const { event } of records) {
    if (isMemberDelete(event)) return false;
    // An id of an interaction that looks like another record's key is no copy, but may be one.
    keys.add(event.type === 'interaction' ? event.event_id : keyOf(event));
  }
  return keys.size === records.length;
}

interface OpenState {
  get(key: string): KeyState;
  set(key: string, state: KeyState): void;
  close(): EntityState;
}

function openState({ used, aside }: EntityState): OpenState {
  const kept = new Map<string, EventRecord>();
  for (const event of [...used, ...(aside?.dropped ?? [])]) kept.set(keyOf(event), event);
  if (aside?.deleted) kept.set(keyOf(aside.deleted), aside.deleted);
  const copies = new Map(aside?.copies);
  const dead = new Map(aside?.dead);
  const erased = new Map(aside?.erased.map(([key, content, count]) => [key, { content, copies: count }]));
  return {
    get(key) {
      const event = kept.get(key);
      if (event !== undefined) return { kind: 'kept', event, copies: copies.get(key) ?? 0 };
      const records = dead.get(key);
      if (records !== undefined) return { kind: 'dead', records };
      const gone = erased.size === 0 ? undefined : erased.get(digestOf(key));
      return gone === undefined ? NEW_KEY : { kind: 'erased', ...gone };
    },
    set(key, state) {
      kept.delete(key);
      copies.delete(key);
      if (state.kind === 'kept') {
        kept.set(key, state.event);
        if (state.copies > 0) copies.set(key, state.copies);
        return;
      }
      if (state.kind === 'erased') erased.set(digestOf(key), { content: state.content, copies: state.copies });
      else erased.delete(digestOf(key));
      if (state.kind === 'dead') dead.set(key, state.records);
    },
    close() {
      const { used, deleted, dropped, before } = erasing(orderEvents([...kept.values()]));
      for (const event of before) {
        const key = keyOf(event);
        erased.set(digestOf(key), { content: digestOf(contentOf(event)), copies: copies.get(key) ?? 0 });
        copies.delete(key);
      }
      const isPlain = copies.size + dead.size + erased.size + dropped.length === 0 && deleted === null;
      if (isPlain) return { used, aside: null };
      const digests = [...erased].map(([key, { content, copies: count }]) => [key, content, count] as const);
      return { used, aside: { copies: [...copies], dead: [...dead], erased: digests, deleted, dropped } };
    },
  };
}

/** Events in order, by what the newest delete of a member makes of them. */
interface Erased {
  readonly used: readonly EventRecord[];
  readonly deleted: EventRecord | null;
  readonly dropped: readonly EventRecord[];
  /** Before the delete. */
  readonly before: readonly EventRecord[];
}

/**
 * ERASURE: nothing up to a member's delete remains, and nothing after it until an upsert begins an
 * empty timeline (EVENT-5).
 */
function erasing(ordered: readonly EventRecord[]): Erased {
  const last = ordered.findLastIndex(isMemberDelete);
  const deleted = ordered[last];
  if (deleted === undefined) return { used: ordered, deleted: null, dropped: [], before: [] };
  const found = ordered.findIndex((event, i) => i > last && event.type === 'member' && event.op === 'upsert');
  const begins = found < 0 ? ordered.length : found;
  return {
    used: ordered.slice(begins),
    deleted,
    dropped: ordered.slice(last + 1, begins),
    before: ordered.slice(0, last),
  };
}

/** Whether the record erases its member (EVENT-5). */
export function isMemberDelete(event: EventRecord): event is MemberEvent {
  return event.type === 'member' && event.op === 'delete';
}
