/** Takes in all records of the events' side: those of a member lie in one bucket afterwards. */
import { blocksOfEvents, type EventStream } from '../events/event-stream.ts';
import type { Extent } from '../events/spill.ts';
import type { Reader } from '../reader.ts';
import type { MemberBucket } from './members.ts';
import type { Pool } from './pool.ts';
import { ITEM_BUCKETS, MEMBER_BUCKETS, packRecords, type RecordBlock } from './routing.ts';

/** Where records lie, and how many of all are of nobody. */
export interface RoutedEvents {
  readonly read: number;
  readonly dead: number;
  readonly items: readonly (readonly Extent[])[];
  /** The buckets of members that hold any. */
  readonly members: readonly MemberBucket[];
}

/** Parsed records that cross to a thread at once. */
const RECORDS_MAX = 2_000;

/** Puts all records aside. Bound: a few blocks. `report` is told how many there are so far. */
export async function routeEvents(
  source: Reader | EventStream,
  pool: Pool,
  report: (records: number) => void,
): Promise<RoutedEvents> {
  const routing: Promise<void>[] = [];
  let failure: { readonly error: unknown } | undefined;
  let records = 0;
  const route = async (block: RecordBlock) => {
    try {
      records += await pool.run('route', block);
    } catch (error) {
      failure ??= { error };
    }
  };
  for await (const block of typeof source === 'function' ? packedOf(source) : linesOf(source)) {
    routing.push(route(block));
    await pool.room();
    if (failure !== undefined) break;
    report(records);
  }
  await Promise.all(routing);
  if (failure !== undefined) throw failure.error;
  const routed = await pool.everywhere('routed', () => []);
  const extentsOf = (bucket: number) => routed.flatMap(({ extents }) => extents[bucket] ?? []);
  const buckets = Array.from({ length: MEMBER_BUCKETS }, (_, bucket) => ({ bucket, extents: extentsOf(bucket) }));
  return {
    read: routed.reduce((sum, { read }) => sum + read, 0),
    dead: routed.reduce((sum, { dead }) => sum + dead, 0),
    items: Array.from({ length: ITEM_BUCKETS }, (_, bucket) => extentsOf(MEMBER_BUCKETS + bucket)),
    members: buckets.filter(({ extents }) => extents.length > 0),
  };
}

async function* linesOf(events: Reader): AsyncGenerator<RecordBlock> {
  for await (const lines of blocksOfEvents(events)) yield { lines };
}

async function* packedOf(stream: EventStream): AsyncGenerator<RecordBlock> {
  let records: unknown[] = [];
  for await (const record of stream()) {
    if (records.push(record) < RECORDS_MAX) continue;
    yield packRecords(records);
    records = [];
  }
  yield packRecords(records);
}

/** Bytes of records that a thread looks at in one go. */
const STEP_BYTES_MAX = 4 * 1024 * 1024;
/** Steps that each thread has at least, so that all end at about the same time. */
const STEPS_PER_THREAD = 12;

/** Buckets in steps that are about as large as one another. */
export function stepsOf(members: readonly MemberBucket[], threads: number): MemberBucket[][] {
  const bytesOf = ({ extents }: MemberBucket) => extents.reduce((sum, { bytes }) => sum + bytes, 0);
  const total = members.reduce((sum, bucket) => sum + bytesOf(bucket), 0);
  const most = Math.min(STEP_BYTES_MAX, total / (Math.max(threads, 1) * STEPS_PER_THREAD));
  const steps: MemberBucket[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const bucket of members) {
    if (bytes >= most) {
      steps.push([]);
      bytes = 0;
    }
    steps.at(-1)?.push(bucket);
    bytes += bytesOf(bucket);
  }
  return steps;
}
