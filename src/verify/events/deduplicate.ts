/**
 * Takes in a stream of raw records once: copies count once, one id with two contents counts not at
 * all.
 */
import { type CheckedEvent, contentDigest, readEvent } from './checked-event.ts';

interface Held {
  event: CheckedEvent;
  digest: string;
  conflict: boolean;
}

/**
 * The events of the records, in any order. Of several copies the least ingest_time counts; records
 * that are no events are skipped; an id that carries two contents is dropped altogether (EVENT-3).
 * Memory grows with the events.
 */
export async function deduplicate(
  records: AsyncIterable<unknown> | Iterable<unknown>,
  report: (done: number) => void = () => undefined,
): Promise<CheckedEvent[]> {
  const held = new Map<string, Map<string, Held>>();
  const names = new Map<string, string>();
  let done = 0;
  for await (const record of records) {
    if (++done % 100_000 === 0) report(done);
    const event = readEvent(record);
    if (event !== undefined) hold(held, shareNames(event, names), contentDigest(record));
  }
  const events: CheckedEvent[] = [];
  for (const byId of held.values()) {
    for (const { event, conflict } of byId.values()) if (!conflict) events.push(event);
  }
  return events;
}

function hold(held: Map<string, Map<string, Held>>, event: CheckedEvent, digest: string): void {
  const owner = `${event.type}\u001f${event.entity}`;
  const byId = held.get(owner) ?? new Map<string, Held>();
  held.set(owner, byId);
  const before = byId.get(event.id);
  if (before === undefined) byId.set(event.id, { event, digest, conflict: false });
  else if (before.digest !== digest) before.conflict = true;
  else if ((event.ingestedAt ?? Infinity) < (before.event.ingestedAt ?? Infinity)) before.event = event;
}

/** One string a name, however often it was parsed: a million events fit a laptop. */
function shareNames(event: CheckedEvent, names: Map<string, string>): CheckedEvent {
  const one = (name: string) => {
    const known = names.get(name);
    if (known === undefined) names.set(name, name);
    return known ?? name;
  };
  if (event.type !== 'interaction') return event;
  const surface = event.surface === undefined ? undefined : one(event.surface);
  return { ...event, entity: one(event.entity), item: one(event.item), action: one(event.action), surface };
}
