/**
 * Takes in a stream of raw records once: copies count once, one id with two contents counts not at
 * all.
 */
import { remember } from '../checked.ts';
import { type CheckedEvent, contentDigest, readEvent } from './checked-event.ts';

interface Held {
  event: CheckedEvent;
  digest: string;
  conflict: boolean;
}

type Records = AsyncIterable<unknown> | Iterable<unknown>;

/**
 * The events of the records, in any order. Of several copies the least ingest_time counts; records
 * that are no events are skipped; an id that carries two contents is dropped altogether (EVENT-3).
 * Memory grows with the events.
 */
export async function deduplicate(records: Records, report?: (done: number) => void): Promise<CheckedEvent[]> {
  const held = new Map<string, Map<string, Held>>();
  const names = new Map<string, string>();
  let done = 0;
  for await (const record of records) {
    if (++done % 100_000 === 0) report?.(done);
    const event = readEvent(record);
    if (event !== undefined) hold(held, shareNames(event, names), contentDigest(record));
  }
  const all = held.values().flatMap((byId) => byId.values());
  return [...all.filter(({ conflict }) => !conflict).map(({ event }) => event)];
}

function hold(held: Map<string, Map<string, Held>>, event: CheckedEvent, digest: string): void {
  const byId = remember(held, `${event.type}\u001f${event.entity}`, () => new Map<string, Held>());
  const before = byId.get(event.id);
  if (before === undefined) byId.set(event.id, { event, digest, conflict: false });
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
