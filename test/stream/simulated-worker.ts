/**
 * The worker of a chain of events on simulated topics and a store in memory, which can be ended
 * anywhere, and three ways to get what surrounds it wrong.
 */

import { type ChainWorker, openChainWorker } from '../../pipelines/stream/chain-worker.ts';
import type { AttemptId } from '../../schemas/ids.ts';
import { openMemoryStore } from '../../src/adapters/memory/memory-store.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import type { SnapshotRef } from '../../src/lake/state-files.ts';
import { timelineFolder } from '../../src/lake/timeline-records.ts';
import type { PartitionOptions } from '../../src/stream/partition.ts';
import type { StateHome, StreamState } from '../../src/stream/state.ts';
import { keysOf } from '../lake/temp-lake.ts';
import { NOON } from '../timeline/events.ts';
import type { Draw, DrawnLog, DrawnTopic } from './drawn-log.ts';

export const FOLDER = timelineFolder(0);

/** Ways to get it wrong, each planted in what surrounds a worker. */
export type Bug = 'position-from-elsewhere' | 'commit-before-write' | 'no-fence';

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

/** A store with which every writer of a record wins. */
function fenceless(store: ObjectStore): ObjectStore {
  return { ...store, putIfAbsent: async (key, bytes) => store.put(key, bytes).then(() => true) };
}

/** A store that puts records first, and the files that they name after them. */
function recordsFirst(store: ObjectStore): ObjectStore {
  const aside = openMemoryStore();
  return {
    ...store,
    put: aside.put,
    create: aside.create,
    get: async (key) => (await aside.get(key)) ?? store.get(key),
    async putIfAbsent(key, bytes) {
      const isFirst = await store.putIfAbsent(key, bytes);
      for (const each of await keysOf(aside)) await store.put(each, (await aside.get(each))!);
      return isFirst;
    },
  };
}

function storeOf(world: World): ObjectStore {
  const store = steppedStore(world);
  if (world.bug === 'no-fence') return fenceless(store);
  return world.bug === 'commit-before-write' ? recordsFirst(store) : store;
}

/** Claims the chain and goes on where its newest record ended. */
export async function startWorker(world: World): Promise<Worker> {
  const worker = await openChainWorker({
    ...{ store: storeOf(world), folder: FOLDER, home: homeOf(world), isDue },
    attempt: world.newAttempt() as AttemptId,
    partition: partitionOf(world),
  });
  return {
    async work() {
      const { draw, log } = world;
      if (draw(8) === 0) await worker.tick({ now: NOON + draw(1_000_000), ends: endsOf(log) });
      if (draw(4) > 0 && (await takeSome(world, worker))) return true;
      return (await worker.flush()) !== undefined || !isAtEnd(world, worker);
    },
  };
}

/** A state whose transactions are moments at which the process may end, too. */
function homeOf({ home, step, bug, groupOffsets }: World): StateHome {
  const stepped = <S extends StreamState | undefined>(state: S): S =>
    state && {
      ...state,
      head() {
        const head = state.head();
        if (head === null || bug !== 'position-from-elsewhere') return head;
        const topics = head.topics.map((each) => ({ ...each, position: groupOffsets.get(each.topic) ?? 0 }));
        return { ...head, topics };
      },
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

function partitionOf({ log: { topics, allowedLatenessMs }, draw }: World): PartitionOptions {
  return {
    topics: topics.map(({ topic }) => ({ topic, partition: 0, start: 0 })),
    ...{ holds: 'members', allowedLatenessMs, idleTimeoutMs: 500_000 },
    limits: { rowsMax: 5 + draw(40), ageMaxMs: 1_000_000, bytesMax: 20_000 + draw(40_000) },
  };
}

/** A batch of some topic, from a little before its position on; false where there is none. */
async function takeSome({ log, draw, groupOffsets }: World, worker: ChainWorker): Promise<boolean> {
  const positions = worker.positions();
  const left = log.topics.filter(({ topic, end }) => (positions.get(topic) ?? 0) < end);
  const topic = left[draw(Math.max(1, left.length))];
  if (topic === undefined) return false;
  const from = Math.max(0, (positions.get(topic.topic) ?? 0) - draw(3));
  const missing = await worker.take(batchOf(topic, from, from + 1 + draw(20)));
  if (missing !== null) throw new Error(`offsets ${missing.from} to ${missing.to} of ${missing.topic} are missing`);
  groupOffsets.set(topic.topic, worker.positions().get(topic.topic) ?? 0);
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

function isAtEnd({ log }: World, worker: ChainWorker): boolean {
  const positions = worker.positions();
  return log.topics.every(({ topic, end }) => positions.get(topic) === end);
}

/** A snapshot after each fifth record or so. */
const isDue = (seq: number, { snapshot }: { readonly snapshot: SnapshotRef | null }) => seq - (snapshot?.seq ?? 0) >= 5;
