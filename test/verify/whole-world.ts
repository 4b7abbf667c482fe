/** A world whose items and members are all in memory, and the records of a folder one by one. */
import { eventsAt, openReader } from '../../src/adapters/checker-reader.ts';
import type { CheckedEvent } from '../../src/verify/events/checked-event.ts';
import { takeInRecords } from '../../src/verify/events/deduplicate.ts';
import { blocksOfEvents, recordsOf } from '../../src/verify/events/event-stream.ts';
import type { Identity } from '../../src/verify/identity/identity.ts';
import type { Timeline } from '../../src/verify/world/timeline.ts';
import type { ReferenceTokenizer } from '../../src/verify/world/tokenizer-port.ts';
import { timelinesOf, versionsOf, worldOf } from '../../src/verify/world/world.ts';

/** The world of events without copies. */
export function buildWorld(events: Iterable<CheckedEvent>, identity: Identity, tokenizer: ReferenceTokenizer) {
  const all = [...events];
  const timelines = new Map<string, Timeline>();
  const world = worldOf({ items: versionsOf(all, identity), timelines }, identity, tokenizer);
  for (const [member, timeline] of timelinesOf(all, world)) timelines.set(member, timeline);
  return world;
}

/** The events of records, copies once. */
export async function deduplicate(records: Iterable<unknown> | AsyncIterable<unknown>): Promise<CheckedEvent[]> {
  const all: unknown[] = [];
  for await (const record of records) all.push(record);
  return [...takeInRecords(all).events];
}

/** The records of a folder; undefined is a line without one. */
export function eventsOfFolder(dir: string): () => AsyncGenerator<unknown> {
  return async function* records() {
    for await (const block of blocksOfEvents(openReader(eventsAt(dir))))
      for (const { record } of recordsOf(block)) yield record;
  };
}
