/**
 * Takes in the events that a release is checked against: what they are, and how many of each fate.
 */
import type { CheckedEvent } from '../events/checked-event.ts';
import { takeInRecords } from '../events/deduplicate.ts';
import { type EventStream, eventsOfFolder } from '../events/event-stream.ts';
import { unerased } from '../world/timeline.ts';
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
  const used = usedOf(events);
  const digest = eventsDigest(used);
  const others = typeof source === 'string' ? { ...counts, dropped: events.length - used.length } : undefined;
  return { events, used, digest, records: { used: used.length, others } };
}

/** What no member has erased by a delete (EVENT-5). */
function usedOf(events: readonly CheckedEvent[]): CheckedEvent[] {
  const deletes = events.filter((event) => event.type === 'member' && event.op === 'delete');
  const leavers = new Set(deletes.map(({ entity }) => entity));
  const isOfLeaver = ({ type, entity }: CheckedEvent) => type !== 'item' && leavers.has(entity);
  const theirs = Map.groupBy(events.filter(isOfLeaver), ({ entity }) => entity);
  return [...events.filter((event) => !isOfLeaver(event)), ...theirs.values().flatMap(unerased)];
}
