/**
 * The laws of a stream: what it comes to does not depend on how its records are cut, flushed or
 * begun again, and without late ones it is what take-in makes of the same records as files.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { takeIn } from '../../pipelines/take-in/take-in.ts';
import { canonicalEvent, entityOf } from '../../schemas/event-time.ts';
import { openEventFolder } from '../../src/adapters/filesystem/event-folder.ts';
import { openMemoryScratch } from '../../src/adapters/memory/memory-scratch.ts';
import { createMemoryHome, openMemoryState } from '../../src/adapters/memory/memory-state.ts';
import { openMemoryStore } from '../../src/adapters/memory/memory-store.ts';
import { openSqliteHome } from '../../src/adapters/sqlite/sqlite-home.ts';
import { sha256Hex } from '../../src/content-hash.ts';
import { recordsOf } from '../../src/lake/chain-records.ts';
import { openChain } from '../../src/lake/commit-log.ts';
import { makeLake } from '../../src/lake/lake.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import { liveEntities } from '../../src/lake/runs.ts';
import { stateAtHead } from '../../src/lake/state-at-head.ts';
import { readDelta } from '../../src/lake/state-files.ts';
import { readStats } from '../../src/lake/timeline-records.ts';
import { listEvents } from '../../src/sources/event-files.ts';
import { createPartition } from '../../src/stream/partition.ts';
import type { StateHome, StreamState } from '../../src/stream/state.ts';
import { readStored } from '../../src/stream/stored-entity.ts';
import { type EntityState, isMemberDelete, NOTHING_TAKEN, takeInto } from '../../src/timeline/entity-state.ts';
import { dumpOf } from './check-chain.ts';
import { type Draw, type DrawnLog, drawFrom, drawLog, modelOf, NEVER_LATE } from './drawn-log.ts';
import { batchOf, FOLDER, startWorker, type World } from './simulated-worker.ts';

const folder = mkdtempSync(join(tmpdir(), 'brewhouse-stream-'));
afterAll(() => rmSync(folder, { recursive: true }));
let homes = 0;
const HOMES: readonly (readonly [name: string, make: () => StateHome, numRuns: number])[] = [
  ['memory', createMemoryHome, 200],
  ['SQLite', () => openSqliteHome(join(folder, `${homes++}.sqlite`)), 12],
];
const seeds = fc.integer({ min: 0, max: 2 ** 31 });

/** An entity without the order in which counts are listed. */
function plain({ used, aside }: EntityState) {
  const sorted = (list: readonly unknown[] = []) => list.map((each) => JSON.stringify(each)).sort();
  const lists = [aside?.copies, aside?.dead, aside?.erased].map(sorted);
  return [used.map(canonicalEvent), lists, aside?.deleted ?? null, aside?.dropped.map(canonicalEvent) ?? []];
}

/** The events of a log that neither conflict nor are dead, member by member, in its order. */
function takenOf(log: DrawnLog) {
  const dead = new Set(modelOf(log).dead);
  return log.topics.flatMap(({ topic, records }) =>
    records.flatMap(({ offset, content }) =>
      'event' in content && !dead.has(`${topic}/0:${offset}`) ? content.event : [],
    ),
  );
}

/** Takes a whole log, cut and begun again anywhere, into one state. */
function feed(log: DrawnLog, draw: Draw, state: StreamState) {
  const topics = log.topics.map(({ topic }) => ({ topic, partition: 0, start: 0 }));
  const options = { topics, holds: 'members', allowedLatenessMs: log.allowedLatenessMs, idleTimeoutMs: 1 } as const;
  const begin = () => createPartition(state, { ...options, limits: { rowsMax: 1 + draw(50), ageMaxMs: 1 } });
  const sum: Record<string, number> = {};
  let partition = begin();
  const commit = () => {
    const flush = partition.flush();
    if (flush === undefined) return;
    for (const [fate, count] of Object.entries(flush.counts)) sum[fate] = (sum[fate] ?? 0) + count;
    partition.committed({ seq: 1 + (state.head()?.seq ?? 0), sha256: sha256Hex('record') });
  };
  for (;;) {
    const positions = partition.positions();
    const left = log.topics.filter(({ topic, end }) => (positions.get(topic) ?? 0) < end);
    if (left.length === 0) break;
    const topic = left[draw(left.length)]!;
    const from = positions.get(topic.topic) ?? 0;
    if (partition.take(batchOf(topic, from, from + 1 + draw(15))).isFull || draw(5) === 0) commit();
    // A process ends: what is not committed is taken again.
    if (draw(6) === 0) partition = begin();
  }
  commit();
  return sum;
}

describe.each(HOMES)('a stream without late records, kept in %s', (_name, home, numRuns) => {
  it('comes to what all its records come to at once, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const draw = drawFrom(seed);
        const wishes = { records: draw(120), topics: draw(2) === 0 ? 1 : 2, isShuffled: true } as const;
        const log = { ...drawLog(draw, wishes), allowedLatenessMs: NEVER_LATE };
        const state = await home().reset();
        const counts = feed(log, draw, state);
        expect({ ...counts }).toEqual(counts.read === undefined ? {} : modelOf(log).counts);
        for (const [member, events] of Map.groupBy(takenOf(log), entityOf)) {
          const all = takeInto(
            NOTHING_TAKEN,
            events.map((event, line) => ({ event, file: 0, line })),
          );
          expect(all.conflicts).toEqual([]);
          expect(plain(readStored(state, member))).toEqual(plain(all.state));
        }
        state.close();
      }),
      { numRuns },
    );
  });
});

describe('a late record', () => {
  it('changes nothing: no event that is used, and no record after it', () => {
    let lates = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        const draw = drawFrom(seed);
        const log = drawLog(draw, { records: 60, topics: 1 });
        const [whole, without] = [openMemoryState(), openMemoryState()];
        feed(log, draw, whole);
        const { late, lateCopies } = modelOf(log);
        lates += late.length + lateCopies.length;
        const isLate = new Set([...late, ...lateCopies]);
        const [topic] = log.topics;
        // In the place of a late record is nothing.
        const gaps = topic!.records.flatMap(({ offset, content }) =>
          'event' in content && isLate.has(content.event) ? [{ from: offset, to: offset + 1 }] : [],
        );
        const records = topic!.records.filter(({ offset }) => !gaps.some(({ from }) => from === offset));
        const explained = [...topic!.explained, ...gaps].sort((a, b) => a.from - b.from);
        feed({ ...log, topics: [{ ...topic!, records, explained }] }, draw, without);
        for (const member of whole.knownAfter(Number.MIN_SAFE_INTEGER))
          expect(whole.events(member).map(({ event }) => event)).toEqual(
            without.events(member).map(({ event }) => event),
          );
        expect(late.filter(isMemberDelete)).toEqual([]);
      }),
      { numRuns: 300 },
    );
    expect(lates).toBeGreaterThan(300);
  });
});

/** A worker that nothing ends; `between` is called after each of its steps. */
async function run(log: DrawnLog, draw: Draw, between: (store: ObjectStore) => Promise<void> = async () => {}) {
  const store = openMemoryStore();
  const home = createMemoryHome();
  const world: World = {
    ...{ log, store, draw, bug: undefined, home, groupOffsets: new Map() },
    newAttempt: () => 'attempt',
    step: () => {},
  };
  const worker = await startWorker(world);
  while (await worker.work()) await between(store);
  return { store, home };
}

describe.each(HOMES)('a state in %s', (_name, home, numRuns) => {
  it('is the fold of its deltas, the newest snapshot and the deltas after it, and what the runs hold', async () => {
    let snapshots = 0;
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const draw = drawFrom(seed);
        const lagging = home();
        const catchUp = async (store: ObjectStore) => {
          if (draw(6) === 0) (await stateAtHead(lagging, await openChain(store, FOLDER))).close();
        };
        const log = drawLog(draw, { records: 10 + draw(150), topics: draw(2) === 0 ? 1 : 2 });
        const { store, home: own } = await run(log, draw, catchUp);
        const chain = await openChain(store, FOLDER);
        const right = dumpOf(own.open()!);
        const fold = await home().reset();
        for (const { record } of recordsOf(chain, 'timeline'))
          fold.apply(await readDelta(store, FOLDER, record.stream?.delta ?? []), own.open()?.head() ?? null);
        expect(dumpOf(fold), 'deltas').toBe(right);
        fold.close();
        const noSnapshot = { ...store, openRead: async (key: string) => store.openRead(`${key}.none`) };
        const noFiles = {
          ...noSnapshot,
          get: async (key: string) => (key.includes('/state/') ? null : store.get(key)),
        };
        const states: readonly (readonly [string, StateHome, ObjectStore])[] = [
          ['local', lagging, store],
          ['snapshot', home(), store],
          ['runs', home(), noSnapshot],
          ['runs', home(), noFiles],
        ];
        for (const [how, at, from] of states) {
          const state = await stateAtHead(at, { ...chain, store: from });
          expect(dumpOf(state), how).toBe(right);
          state.close();
        }
        if (chain.state.kind === 'timeline' && chain.state.stream?.snapshot) snapshots++;
      }),
      // Few runs: a seed of which some come to a snapshot.
      { numRuns: numRuns / 4, seed: 20261127 },
    );
    expect(snapshots).toBeGreaterThan(0);
  });
});

describe('a lake of a stream without late records', () => {
  const readLake = async (store: ObjectStore) => {
    const { state } = await openChain(store, FOLDER);
    if (state.kind !== 'timeline') throw new Error('nothing was taken in');
    const { record } = state.newest;
    const entities: unknown[] = [];
    for await (const live of liveEntities({ store, folder: FOLDER, runs: record.runs })) {
      const { entity, events, newest, hours } = live;
      entities.push([entity, events, newest, hours, plain(await live.readState())]);
    }
    const stats = await readStats(store, { folder: FOLDER, record });
    // Which event is met first depends on the order of work, and letters are of the stream alone.
    const actions = stats.actions.map(({ name, count }) => [name, count]);
    return { entities, counts: record.counts, stats: { ...stats, actions, first_dead: undefined } };
  };

  it('holds what take-in of the same events as files writes', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const draw = drawFrom(seed);
        const log = drawLog(draw, { records: 20 + draw(150), topics: 2 });
        const { store } = await run(log, draw);
        const stream = await readLake(store);
        const events = mkdtempSync(join(folder, 'events-'));
        const lines = takenOf(log).map((event) => `${canonicalEvent(event)}\n`);
        writeFileSync(join(events, 'a.ndjson'), lines.slice(lines.length / 2).join(''));
        writeFileSync(join(events, 'b.ndjson'), lines.slice(0, lines.length / 2).join(''));
        const { files } = await listEvents(openEventFolder(events));
        const batch = openMemoryStore();
        const lake = await makeLake(batch, { partitions: 1 });
        await takeIn(lake, { files, scratch: openMemoryScratch(), workers: 1 });
        const { counts, ...rest } = await readLake(batch);
        const { read, dead } = stream.counts;
        expect(stream).toEqual({ ...rest, counts: { ...counts, read, dead } });
        expect(read - dead).toBe(counts.read);
      }),
      { numRuns: 60 },
    );
  });
});
