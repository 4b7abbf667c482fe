/** The worker of a chain: what it commits when, where it halts, and what it is once fenced. */
import { describe, expect, it } from 'vitest';
import { type ChainWorkerOptions, openChainWorker } from '../../pipelines/stream/chain-worker.ts';
import type { EventRecord } from '../../schemas/event.ts';
import type { AttemptId } from '../../schemas/ids.ts';
import { createMemoryHome } from '../../src/adapters/memory/memory-state.ts';
import { openMemoryStore } from '../../src/adapters/memory/memory-store.ts';
import { openChain } from '../../src/lake/commit-log.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import { timelineFolder } from '../../src/lake/timeline-records.ts';
import { DAY, did, MINUTE, NOON, profile } from '../timeline/events.ts';

const FOLDER = timelineFolder(0);

/** Profiles and actions of three members, a minute apart. */
const EVENTS: readonly EventRecord[] = Array.from({ length: 30 }, (_, i) => {
  const more = { member_id: `m${i % 3}`, event_id: `e${i}` };
  return i < 3 ? profile(NOON + i * MINUTE, more) : did('viewed', `i${i}`, NOON + i * MINUTE, more);
});

const batch = (from: number, to: number) => ({
  topic: 'topic',
  records: EVENTS.slice(from, to).map((event, i) => ({ offset: from + i, timestamp: NOON + DAY, content: { event } })),
  explained: [],
});

let attempts = 0;
const open = (store: ObjectStore, more: Partial<ChainWorkerOptions> = {}) =>
  openChainWorker({
    ...{ store, folder: FOLDER, home: createMemoryHome(), attempt: `attempt ${attempts++}` as AttemptId },
    partition: {
      topics: [{ topic: 'topic', partition: 0, start: 0 }],
      ...{ holds: 'members', allowedLatenessMs: DAY, idleTimeoutMs: MINUTE },
      limits: { rowsMax: 10, ageMaxMs: MINUTE },
    },
    ...more,
  });

/** Kinds of the records of the chain, those of work with the offsets up to which they took. */
async function recordsOf(store: ObjectStore): Promise<string[]> {
  const { work } = await openChain(store, FOLDER);
  return work.map(({ record }) => (record.kind === 'timeline' ? `to ${record.stream?.ranges[0]?.end}` : record.kind));
}

describe('a worker of a chain', () => {
  it('commits what fills, what is old, and in the end what is left', async () => {
    const store = openMemoryStore();
    const worker = await open(store);
    expect(await worker.take(batch(0, 25))).toBeNull();
    expect(await recordsOf(store)).toEqual(['to 10', 'to 20']);
    const ends = new Map([['topic', 30]]);
    await worker.tick({ now: NOON, ends });
    await worker.tick({ now: NOON + MINUTE - 1, ends });
    expect(await recordsOf(store)).toEqual(['to 10', 'to 20']);
    await worker.tick({ now: NOON + MINUTE, ends });
    expect(await recordsOf(store)).toEqual(['to 10', 'to 20', 'to 25']);
    await worker.take(batch(25, 27));
    expect((await worker.flush())?.seq).toBe(5);
    expect(await worker.flush()).toBeUndefined();
    expect(await recordsOf(store)).toEqual(['to 10', 'to 20', 'to 25', 'to 27']);
  });

  it('names records that are gone, takes nothing behind them, and keeps what came before', async () => {
    const store = openMemoryStore();
    const worker = await open(store);
    await worker.take(batch(0, 5));
    const gone = { topic: 'topic', partition: 0, from: 5, to: 8 };
    expect(await worker.take(batch(8, 30))).toEqual(gone);
    expect(await worker.take(batch(8, 30))).toEqual(gone);
    await worker.flush();
    expect(await recordsOf(store)).toEqual(['to 5']);
    expect(await worker.take(batch(5, 9))).toBeNull();
    expect(worker.positions().get('topic')).toBe(9);
  });

  it('that another one has overtaken changes nothing, and the other goes on where the chain ends', async () => {
    const store = openMemoryStore();
    const old = await open(store);
    await old.take(batch(0, 15));
    const home = createMemoryHome();
    const next = await open(store, { home });
    expect(next.positions().get('topic')).toBe(10);
    await expect(old.flush()).rejects.toMatchObject({ code: 'fenced' });
    await expect(old.flush()).rejects.toThrow(/fenced/);
    await next.take(batch(5, 30));
    await next.flush();
    expect(await recordsOf(store)).toEqual(['to 10', 'to 20', 'to 30']);
    next.close();
    const alone = openMemoryStore();
    const right = await open(alone);
    await right.take(batch(0, 30));
    await right.flush();
    const newest = async (of: ObjectStore) => {
      const { state } = await openChain(of, FOLDER);
      return state.kind === 'timeline' ? state.newest.record.counts : undefined;
    };
    expect(await newest(store)).toEqual(await newest(alone));
  });
});
