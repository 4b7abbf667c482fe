/** A lake that simulated topics feed, as far as all of them go. */
import { writeFlush } from '../../pipelines/stream/write-flush.ts';
import type { EventRecord } from '../../schemas/event.ts';
import { entityOf } from '../../schemas/event-time.ts';
import type { AttemptId } from '../../schemas/ids.ts';
import { createMemoryHome } from '../../src/adapters/memory/memory-state.ts';
import { appendRecord, claimChain, openChain } from '../../src/lake/commit-log.ts';
import { type Lake, makeLake } from '../../src/lake/lake.ts';
import { partitionOf } from '../../src/lake/murmur2.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import { stateAtHead } from '../../src/lake/state-at-head.ts';
import { ITEMS_FOLDER, timelineFolder } from '../../src/lake/timeline-records.ts';
import { createPartition } from '../../src/stream/partition.ts';
import type { StreamRecord } from '../../src/stream/records.ts';
import { NEVER_LATE } from './drawn-log.ts';

export interface StreamWishes {
  readonly partitions: number;
  readonly allowedLatenessMs: number;
  /** Records of a flush. */
  readonly rowsMax: number;
}

/** Takes events as they come, one topic a chain, into a new lake. */
export async function streamInto(
  store: ObjectStore,
  events: readonly EventRecord[],
  { partitions, ...wishes }: StreamWishes,
): Promise<Lake> {
  const chains = Map.groupBy(events, (event) =>
    event.type === 'item' ? ITEMS_FOLDER : timelineFolder(partitionOf(Buffer.from(entityOf(event)), partitions)),
  );
  const lake = await makeLake(store, { partitions });
  for (const [folder, own] of chains) {
    const records = own.map((event, offset) => ({ offset, timestamp: NEVER_LATE, content: { event } }));
    await streamChain(store, folder, { ...wishes, records });
  }
  return lake;
}

interface ChainWishes extends Omit<StreamWishes, 'partitions'> {
  readonly records: readonly StreamRecord[];
}

/** Goes on with one chain, whose topic these records are, whatever was taken of it before. */
export async function streamChain(store: ObjectStore, folder: string, wishes: ChainWishes): Promise<void> {
  const { records, allowedLatenessMs, rowsMax } = wishes;
  const attempt = 'a stream' as AttemptId;
  const chain = await openChain(store, folder);
  await claimChain(chain, attempt);
  const state = await stateAtHead(createMemoryHome(), chain);
  const partition = createPartition(state, {
    topics: [{ topic: 'topic', partition: 0, start: 0 }],
    ...{ holds: folder === ITEMS_FOLDER ? 'items' : 'members', allowedLatenessMs, idleTimeoutMs: 1_000 },
    limits: { rowsMax, ageMaxMs: 1_000_000 },
  });
  for (let isFull = true; isFull; ) {
    isFull = partition.take({ topic: 'topic', records, explained: [] }).isFull;
    const flush = partition.flush();
    if (flush === undefined) return;
    const at = chain.state;
    const before = at.kind === 'timeline' ? { record: at.newest.record, stream: at.stream } : null;
    partition.committed(await appendRecord(chain, attempt, await writeFlush(flush, { store, folder, before, state })));
  }
}
