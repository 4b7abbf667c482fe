/**
 * Takes in a stream of raw records once: copies count once, one id with two contents counts not at
 * all.
 */
import { remember } from '../checked.ts';
import { type CheckedEvent, contentDigest, readEvent } from './checked-event.ts';

/** How the records of a stream end before anything is erased. */
export interface TakenIn {
  readonly events: readonly CheckedEvent[];
  readonly read: number;
  readonly duplicate: number;
  /** No events, and all records of ids that carry two contents. */
  readonly dead: number;
}

interface Held {
  copies: number;
  event: CheckedEvent;
  digest: string;
  conflict: boolean;
}

/**
 * The events of the records, in any order. Of several copies the least ingest_time counts; records
 * that are no events are skipped; an id that carries two contents is dropped altogether (EVENT-3).
 * Memory grows with the events.
 */
export function takeInRecords(records: Iterable<unknown>): TakenIn {
  const held = new Map<string, Map<string, Held>>();
  const names = new Map<string, string>();
  let [read, dead] = [0, 0];
  for (const record of records) {
    read++;
    const event = readEvent(record);
    if (event === undefined) dead++;
    else hold(held, shareNames(event, names), contentDigest(record, event));
  }
  const events: CheckedEvent[] = [];
  let taken = 0;
  for (const { event, conflict, copies } of held.values().flatMap((byId) => byId.values())) {
    if (!conflict) events.push(event);
    else dead += copies;
    taken += conflict ? 0 : copies;
  }
  return { events, read, dead, duplicate: taken - events.length };
}

function hold(held: Map<string, Map<string, Held>>, event: CheckedEvent, digest: string): void {
  const byId = remember(held, `${event.type}\u001f${event.entity}`, () => new Map<string, Held>());
  const before = byId.get(event.id);
  if (before !== undefined) before.copies++;
  if (before === undefined) byId.set(event.id, { event, digest, conflict: false, copies: 1 });
  else if (before.digest !== digest) before.conflict = true;
  else if ((event.ingestedAt ?? Infinity) < (before.event.ingestedAt ?? Infinity)) before.event = event;
}

/** One string a name, however often it was parsed: a million events fit a laptop. */
function shareNames(event: CheckedEvent, names: Map<string, string>): CheckedEvent {
  const one = (name: string) => remember(names, name, () => name);
  if (event.type !== 'interaction') return event;
  const surface = event.surface === undefined ? undefined : one(event.surface);
  return { ...event, entity: one(event.entity), item: one(event.item), action: one(event.action), surface };
}
