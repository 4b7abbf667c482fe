/** Takes in the events that a release is checked against: items in every thread, members aside. */
import type { EventStream } from '../events/event-stream.ts';
import type { Reader } from '../reader.ts';
import type { MemberBucket } from './members.ts';
import type { Pool } from './pool.ts';
import { routeEvents } from './read-events.ts';
import type { RecordFacts } from './records.ts';

/** What was taken in, as far as it is known before the members are looked at. */
export interface TakenIn {
  readonly read: number;
  /** Records of nobody. */
  readonly dead: number;
  /** Whether records were counted that are not used: a lake tells what is used alone. */
  readonly isWhole: boolean;
  readonly members: readonly MemberBucket[];
  /** Of items: records, versions, and those none of whose versions has a time. */
  readonly items: RecordFacts;
  readonly versions: number;
  readonly untimed: number;
}

/**
 * Takes in files, or a stream of a lake. `report` is told how many records are read so far.
 */
export async function takeIn(
  source: Reader | EventStream,
  pool: Pool,
  report: (records: number) => void,
): Promise<TakenIn> {
  const { read, dead, items, members } = await routeEvents(source, pool, report);
  const [first] = await pool.everywhere('loadItems', (thread) => [items, thread === 0]);
  if (first === undefined) throw new Error('no thread has loaded the items');
  const { records, versions, untimed } = first;
  return { read, dead, isWhole: typeof source !== 'function', members, items: records, versions, untimed };
}
