/**
 * Takes in the events that a release is checked against: what they are, and how many of each fate.
 */
import { remember } from '../checked.ts';
import type { CheckedEvent } from '../events/checked-event.ts';
import { takeInRecords } from '../events/deduplicate.ts';
import { type EventStream, eventsOfFolder } from '../events/event-stream.ts';
import { inOrder } from '../world/timeline.ts';
import type { RecordCounts } from './check-lineage.ts';
import { eventsDigest } from './events-digest.ts';

/** Events without copies, with what a certificate and a lineage say of them. */
export interface TakenEvents {
  /** What members erased is among them: the world leaves it out itself. */
  readonly events: readonly CheckedEvent[];
  /** Those that nobody erased. */
  readonly used: readonly CheckedEvent[];
  readonly digest: string;
  readonly records: RecordCounts;
}

/** Takes in a folder, or a stream of a lake, which holds used events alone. Bound: the events. */
export async function takeIn(
  source: string | EventStream,
  report: ((done: number) => void) | undefined,
): Promise<TakenEvents> {
  const stream = typeof source === 'string' ? eventsOfFolder(source) : source;
  const { events, ...counts } = await takeInRecords(stream(), report);
  const erased = erasedOf(events);
  const used = events.filter((event) => !erased.has(event));
  const digest = eventsDigest(used);
  const others = typeof source === 'string' ? { ...counts, dropped: erased.size } : undefined;
  return { events, used, digest, records: { used: used.length, others } };
}

/** What members have erased by a delete (EVENT-5). */
function erasedOf(events: readonly CheckedEvent[]): Set<CheckedEvent> {
  const isDelete = (event: CheckedEvent) => event.type === 'member' && event.op === 'delete';
  const left = new Set(events.filter(isDelete).map(({ entity }) => entity));
  const ofMembers = new Map<string, CheckedEvent[]>();
  for (const event of events)
    if (event.type !== 'item' && left.has(event.entity)) remember(ofMembers, event.entity, () => []).push(event);
  const erased = new Set<CheckedEvent>();
  for (const records of ofMembers.values()) {
    records.sort(inOrder);
    const last = records.findLastIndex(isDelete);
    const begin = records.findIndex((event, index) => index > last && event.type === 'member');
    for (const event of begin < 0 ? records : records.slice(0, begin)) erased.add(event);
  }
  return erased;
}
