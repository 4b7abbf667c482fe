/**
 * A worker of one chain of events on simulated topics and a store in memory, which can be ended
 * anywhere: what the protocol of docs/lake.md asks of a worker, and three ways to get it wrong.
 */

import { writeFlush } from '../../pipelines/stream/write-flush.ts';
import type { AttemptId } from '../../schemas/ids.ts';
import { openMemoryStore } from '../../src/adapters/memory/memory-store.ts';
import type { BrewhouseError } from '../../src/errors.ts';
import { appendRecord, type Chain, claimChain, openChain } from '../../src/lake/commit-log.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import { stateAtHead } from '../../src/lake/state-at-head.ts';
import type { SnapshotRef } from '../../src/lake/state-files.ts';
import { timelineFolder } from '../../src/lake/timeline-records.ts';
import { createPartition, type Partition } from '../../src/stream/partition.ts';
import type { StateHome, StreamState } from '../../src/stream/state.ts';
import { keysOf } from '../lake/temp-lake.ts';
import { NOON } from '../timeline/events.ts';
import type { Draw, DrawnLog, DrawnTopic } from './drawn-log.ts';

export const FOLDER = timelineFolder(0);

/** Ways to get it wrong. */
export type Bug = 'position-from-elsewhere' | 'commit-before-write' | 'overlay-kept-after-a-fence';

/** The end of a process. */
export class Crash extends Error {}

/** What outlives a process. */
export interface World {
  readonly log: DrawnLog;
  readonly store: ObjectStore;
  readonly draw: Draw;
  readonly bug: Bug | undefined;
  /** Local disk: it may be lost with the machine. */
  home: StateHome;
  /** Called before and after each effect; throws `Crash` where the process ends. */
  step(): void;
  /** Topic -> an offset that is kept beside the chain, as a consumer group does. */
  readonly groupOffsets: Map<string, number>;
  newAttempt(): string;
}

/** One process of a worker. */
export interface Worker {
  /** Takes, ticks or commits; returns false at the end of the log, all of it committed. */
  work(): Promise<boolean>;
}

/** A store whose every write is a moment at which the process may end. */
function steppedStore({ store, step }: Pick<World, 'store' | 'step'>): ObjectStore {
  const stepped = async <T>(effect: () => Promise<T>): Promise<T> => {
    step();
    const result = await effect();
    step();
    return result;
  };
  return {
    ...store,
    putIfAbsent: (key, bytes) => stepped(() => store.putIfAbsent(key, bytes)),
    put: (key, bytes) => stepped(() => store.put(key, bytes)),
    create() {
      const file = store.create();
      return { ...file, finish: (folder, ending) => stepped(() => file.finish(folder, ending)) };
    },
  };
}

/** Claims the chain and goes on where its newest record ended. */
export async function startWorker(world: World): Promise<Worker> {
  const store = steppedStore(world);
  const attempt = world.newAttempt() as AttemptId;
  let chain = await claimed(store, attempt);
  const state = await stateAtHead(steppedHome(world), chain);
  const partition = openPartition(world, state);
  return {
    async work() {
      const { draw } = world;
      if (draw(8) === 0) partition.tick({ now: NOON + draw(1_000_000), ends: endsOf(world.log) });
      const isTaken = draw(4) > 0 && takeSome(world, partition);
      if (isTaken && partition.due() === undefined) return true;
      const flush = partition.flush();
      if (flush === undefined) return !isAtEnd(world, partition);
      try {
        partition.committed(await commit(world, { store, chain, attempt, flush, state }));
      } catch (error) {
        if ((error as BrewhouseError).code !== 'fenced' || world.bug !== 'overlay-kept-after-a-fence') throw error;
        chain = await claimed(store, attempt);
      }
      return true;
    },
  };
}

async function claimed(store: ObjectStore, attempt: AttemptId): Promise<Chain> {
  const chain = await openChain(store, FOLDER);
  await claimChain(chain, attempt);
  return chain;
}

/** A state whose transactions are moments at which the process may end, too. */
function steppedHome({ home, step }: World): StateHome {
  const stepped = <S extends StreamState | undefined>(state: S): S =>
    state && {
      ...state,
      apply(changes, head) {
        step();
        state.apply(changes, head);
        step();
      },
    };
  return {
    open: () => stepped(home.open()),
    reset: async (snapshot?: AsyncIterable<Uint8Array>) =>
      stepped((await (snapshot === undefined ? home.reset() : home.reset(snapshot))) as StreamState),
  };
}

function openPartition({ log, bug, groupOffsets, draw }: World, state: StreamState): Partition {
  const { topics, allowedLatenessMs } = log;
  const read = () => {
    const head = state.head();
    if (head === null || bug !== 'position-from-elsewhere') return head;
    return { ...head, topics: head.topics.map((each) => ({ ...each, position: groupOffsets.get(each.topic) ?? 0 })) };
  };
  return createPartition(
    { ...state, head: read },
    {
      topics: topics.map(({ topic }) => ({ topic, partition: 0, start: 0 })),
      ...{ holds: 'members', allowedLatenessMs, idleTimeoutMs: 500_000 },
      limits: { rowsMax: 5 + draw(40), ageMaxMs: 1_000_000, bytesMax: 20_000 + draw(40_000) },
    },
  );
}

/** A batch of some topic, from a little before its position on; false where there is none. */
function takeSome({ log, draw, groupOffsets }: World, partition: Partition): boolean {
  const positions = partition.positions();
  const left = log.topics.filter(({ topic, end }) => (positions.get(topic) ?? 0) < end);
  const topic = left[draw(Math.max(1, left.length))];
  if (topic === undefined) return false;
  const from = Math.max(0, (positions.get(topic.topic) ?? 0) - draw(3));
  const { missing } = partition.take(batchOf(topic, from, from + 1 + draw(20)));
  if (missing !== null) throw new Error(`offsets ${missing.from} to ${missing.to} of ${missing.topic} are missing`);
  groupOffsets.set(topic.topic, partition.positions().get(topic.topic) ?? 0);
  return true;
}

/** What a broker gives of these offsets. */
export function batchOf({ topic, records, explained }: DrawnTopic, from: number, to: number) {
  const within = ({ offset }: { readonly offset: number }) => offset >= from && offset < to;
  const gaps = explained.flatMap((gap) => {
    const cut = { from: Math.max(gap.from, from), to: Math.min(gap.to, to) };
    return cut.from < cut.to ? [cut] : [];
  });
  return { topic, records: records.filter(within), explained: gaps };
}

function endsOf({ topics }: DrawnLog): ReadonlyMap<string, number> {
  return new Map(topics.map(({ topic, end }) => [topic, end]));
}

function isAtEnd({ log }: World, partition: Partition): boolean {
  const positions = partition.positions();
  return log.topics.every(({ topic, end }) => positions.get(topic) === end);
}

interface Committing {
  readonly store: ObjectStore;
  readonly chain: Chain;
  readonly attempt: AttemptId;
  readonly flush: NonNullable<ReturnType<Partition['flush']>>;
  readonly state: StreamState;
}

/** A snapshot after each fifth record or so. */
const isDue = (seq: number, { snapshot }: { readonly snapshot: SnapshotRef | null }) => seq - (snapshot?.seq ?? 0) >= 5;

async function commit(world: World, { store, chain, attempt, flush, state }: Committing) {
  const at = chain.state;
  const before = at.kind === 'timeline' ? { record: at.newest.record, stream: at.stream } : null;
  const work = { folder: FOLDER, before, state, isDue };
  if (world.bug !== 'commit-before-write') {
    const record = await writeFlush(flush, { ...work, store });
    return appendRecord(chain, attempt, record);
  }
  const aside = openMemoryStore();
  const files = { ...aside, get: async (key: string) => (await aside.get(key)) ?? store.get(key) };
  const ref = await appendRecord(chain, attempt, await writeFlush(flush, { ...work, store: files }));
  for (const key of await keysOf(aside)) await store.put(key, (await aside.get(key))!);
  return ref;
}
