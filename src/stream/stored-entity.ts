/** An entity as a state keeps it, with copies beside their event, and as it is decided on. */
import { TIME_UNKNOWN } from '../../schemas/event.ts';
import { eventTimes } from '../../schemas/event-time.ts';
import { keyOf } from '../timeline/copies.ts';
import type { AsideRecords, EntityState } from '../timeline/entity-state.ts';
import type { EntityHead, StateReader, StoredEvent } from './state.ts';

/** What is known of an entity without an event. */
export const NO_HEAD: EntityHead = { newest: TIME_UNKNOWN, knownBy: TIME_UNKNOWN, aside: null };

/** A whole entity of a state. */
export interface StoredEntity {
  readonly head: EntityHead;
  /** In timeline order. */
  readonly events: readonly StoredEvent[];
}

/** Reads an entity as it was before what is not committed yet. */
export function readStored(state: StateReader, entity: string): EntityState {
  const head = state.entity(entity);
  return head === undefined ? stateOf({ head: NO_HEAD, events: [] }) : stateOf({ head, events: state.events(entity) });
}

/** As records are decided on. */
export function stateOf({ head: { aside }, events }: StoredEntity): EntityState {
  const used = events.map(({ event }) => event);
  const copied = events.filter(({ copies }) => copies > 0);
  if (copied.length === 0) return { used, aside };
  const rest: AsideRecords = aside ?? { copies: [], dead: [], erased: [], deleted: null, dropped: [] };
  const copies = copied.map(({ event, copies: count }) => [keyOf(event), count] as const);
  return { used, aside: { ...rest, copies: [...copies, ...rest.copies] } };
}

/** As a state keeps it. */
export function storedOf({ used, aside }: EntityState): StoredEntity {
  const copies = new Map(aside?.copies);
  const events = used.map((event) => ({ event, copies: copies.get(keyOf(event)) ?? 0 }));
  for (const event of used) copies.delete(keyOf(event));
  const rest = aside && { ...aside, copies: [...copies] };
  const isNone =
    rest === null || rest.copies.length + rest.dead.length + rest.erased.length + rest.dropped.length === 0;
  const head = events.reduce(headWith, NO_HEAD);
  return { events, head: { ...head, aside: isNone && !rest?.deleted ? null : rest } };
}

/** The head after one more event. */
export function headWith(head: EntityHead, { event }: StoredEvent): EntityHead {
  const { at, knownAt } = eventTimes(event, 'ingest_time');
  return { ...head, newest: Math.max(head.newest, at), knownBy: Math.max(head.knownBy, knownAt) };
}
