/** A lake that simulated topics feed, as far as all of them go. */
import { openChainWorker } from '../../pipelines/stream/chain-worker.ts';
import type { EventRecord } from '../../schemas/event.ts';
import { entityOf } from '../../schemas/event-time.ts';
import type { AttemptId } from '../../schemas/ids.ts';
import { createMemoryHome } from '../../src/adapters/memory/memory-state.ts';
import { type Lake, makeLake } from '../../src/lake/lake.ts';
import { partitionOf } from '../../src/lake/murmur2.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import { ITEMS_FOLDER, timelineFolder } from '../../src/lake/timeline-records.ts';
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
  const worker = await openChainWorker({
    ...{ store, folder, home: createMemoryHome(), attempt: 'a stream' as AttemptId },
    partition: {
      topics: [{ topic: 'topic', partition: 0, start: 0 }],
      ...{ holds: folder === ITEMS_FOLDER ? 'items' : 'members', allowedLatenessMs, idleTimeoutMs: 1_000 },
      limits: { rowsMax, ageMaxMs: 1_000_000 },
    },
  });
  await worker.take({ topic: 'topic', records, explained: [] });
  await worker.flush();
  worker.close();
}
