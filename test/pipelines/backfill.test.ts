/**
 * LATE COMES TO THE SAME (EVENT-8): what a stream put into its late log and a backfill takes in,
 * however often it ends on its way, comes to what all records come to at once; and files without
 * the late log come to what the stream has without a backfill.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileInRole } from '../../pipelines/take-in/input-files.ts';
import { takeIn } from '../../pipelines/take-in/take-in.ts';
import { lateFile, takeLate, takeReplayed } from '../../pipelines/take-in/take-late.ts';
import type { EventRecord } from '../../schemas/event.ts';
import { canonicalEvent } from '../../schemas/event-time.ts';
import { openMemoryScratch } from '../../src/adapters/memory/memory-scratch.ts';
import { createMemoryHome } from '../../src/adapters/memory/memory-state.ts';
import { openMemoryStore } from '../../src/adapters/memory/memory-store.ts';
import { openScratch, openStore } from '../../src/adapters/open-store.ts';
import { PROCESS_EFFECTS } from '../../src/effects.ts';
import { openChain } from '../../src/lake/commit-log.ts';
import { type Lake, makeLake, openLake } from '../../src/lake/lake.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import { liveEntities } from '../../src/lake/runs.ts';
import { stateAtHead } from '../../src/lake/state-at-head.ts';
import { type RecordCounts, readStats } from '../../src/lake/timeline-records.ts';
import {
  countsOf,
  type EntityState,
  isMemberDelete,
  NOTHING_TAKEN,
  takeInto,
} from '../../src/timeline/entity-state.ts';
import { dumpOf, stateFaultOf } from '../stream/check-chain.ts';
import { type DrawnLog, drawFrom, drawLog, modelOf } from '../stream/drawn-log.ts';
import { FOLDER } from '../stream/simulated-worker.ts';
import { streamChain } from '../stream/streamed-lake.ts';

const seeds = fc.nat(1_000_000);
const means = () => ({ scratch: openMemoryScratch(), workers: 1 });

/** Lists of keys with counts have no order. */
function plain({ used, aside }: EntityState): string {
  const sorted = (list: readonly unknown[] = []) => list.map((each) => JSON.stringify(each)).sort();
  const { copies, dead, erased, deleted = null, dropped = [] } = aside ?? {};
  return JSON.stringify([
    used.map(canonicalEvent),
    ...[sorted(copies), sorted(dead), sorted(erased)],
    ...[deleted && canonicalEvent(deleted), dropped.map(canonicalEvent)],
  ]);
}

/** One topic of one chain, whole, in flushes of drawn length. */
async function streamed(seed: number): Promise<{ log: DrawnLog; lake: Lake; store: ObjectStore }> {
  const draw = drawFrom(seed);
  const drawn = drawLog(draw, { records: 20 + draw(100), topics: 1 });
  const records = drawn.topics[0]!.records.map((record, offset) => ({ ...record, offset }));
  const log = { ...drawn, topics: [{ ...drawn.topics[0]!, records, explained: [], end: records.length }] };
  const store = openMemoryStore();
  await makeLake(store, { partitions: 1 });
  await streamChain(store, FOLDER, { ...log, records, rowsMax: 1 + draw(40) });
  return { log, lake: await openLake(store), store };
}

interface Held {
  readonly counts: RecordCounts;
  readonly entities: ReadonlyMap<string, EntityState>;
}

async function heldBy(store: ObjectStore): Promise<Held> {
  const lake = await openLake(store);
  const [timeline] = await lake.takenIn();
  const { record } = timeline!;
  const entities = new Map<string, EntityState>();
  for await (const { entity, readState } of liveEntities({ store, folder: FOLDER, runs: record.runs }))
    entities.set(entity, await readState());
  const { interactions } = await readStats(store, timeline!);
  const used = [...entities.values()].flatMap((state) => state.used);
  expect(interactions).toBe(used.filter(({ type }) => type === 'interaction').length);
  return { counts: record.counts, entities };
}

/** The events of a topic that the stream did not find dead. */
function livingOf({ topics }: DrawnLog, dead: readonly string[]): EventRecord[] {
  const isDead = new Set(dead);
  return topics.flatMap(({ topic, records }) =>
    records.flatMap(({ offset, content }) =>
      'event' in content && !isDead.has(`${topic}/0:${offset}`) ? [content.event] : [],
    ),
  );
}

const idOf = (event: EventRecord) => `${event.type}:${event.event_id}`;

/** What a delete erased comes never back, so that it cannot be dead beside a late record. */
function meetsDelete(events: readonly EventRecord[]): boolean {
  const deletes = new Set(events.filter(isMemberDelete).map(idOf));
  return events.some((event) => !isMemberDelete(event) && deletes.has(idOf(event)));
}

/** All of them at once. */
function atOnce(events: readonly EventRecord[], held: ReadonlyMap<string, EntityState>): Held {
  const counts = { read: events.length, used: 0, duplicate: 0, late: 0, dead: 0, dropped: 0 };
  const members = Map.groupBy(events, (event) => ('member_id' in event ? event.member_id : event.item_id) as string);
  const entities = new Map<string, EntityState>();
  for (const [member, own] of members) {
    const placed = own.map((event, i) => ({ event, file: 0, line: i + 1 }));
    const { state } = takeInto(NOTHING_TAKEN, placed);
    for (const [fate, count] of Object.entries(countsOf(state)) as [keyof RecordCounts, number][])
      counts[fate] += count;
    if (held.has(member) || state.used.length > 0 || state.aside !== null) entities.set(member, state);
  }
  return { counts, entities };
}

function same(held: Held, right: Held): void {
  const all = ({ entities }: Held) => [...entities].map(([member, state]) => [member, plain(state)]).sort();
  expect(all(held)).toEqual(all(right));
}

/** Ends the process at the n-th write from now on. */
function crashing(store: ObjectStore, at: { left: number }): ObjectStore {
  const stepped = async <T>(effect: () => Promise<T>): Promise<T> => {
    if (--at.left === 0) throw new Error('crashed');
    const result = await effect();
    if (--at.left === 0) throw new Error('crashed');
    return result;
  };
  return {
    ...store,
    putIfAbsent: (key, bytes) => stepped(() => store.putIfAbsent(key, bytes)),
    create() {
      const file = store.create();
      return { ...file, finish: (folder, ending) => stepped(() => file.finish(folder, ending)) };
    },
  };
}

async function backfilled(store: ObjectStore, seed: number): Promise<number> {
  const draw = drawFrom(seed + 1);
  for (let crashes = 0; crashes < 100; crashes++) {
    const at = { left: crashes > 20 ? 0 : 1 + draw(16) };
    try {
      await takeLate(await openLake(crashing(store, at)), means(), PROCESS_EFFECTS);
      return crashes;
    } catch (error) {
      if ((error as Error).message !== 'crashed') throw error;
    }
  }
  throw new Error('a backfill that never ends');
}

describe('a backfill', () => {
  it('comes to what all records come to at once, wherever it ends on its way', async () => {
    const sum = { late: 0, copies: 0, crashes: 0, dead: 0 };
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const { log, store } = await streamed(seed);
        const { dead, late, lateCopies } = modelOf(log);
        const living = livingOf(log, dead);
        if (meetsDelete(living)) return;
        const { counts: before } = await heldBy(store);
        sum.crashes += await backfilled(store, seed);
        const held = await heldBy(store);
        const right = atOnce(living, held.entities);
        same(held, right);
        expect(held.counts).toEqual({ ...right.counts, read: before.read, dead: right.counts.dead + dead.length });
        expect(await stateFaultOf(store)).toBeUndefined();
        sum.late += late.length;
        sum.copies += lateCopies.length;
        sum.dead += right.counts.dead;
      }),
      { numRuns: 120 },
    );
    for (const count of Object.values(sum)) expect(count, JSON.stringify(sum)).toBeGreaterThan(10);
  });

  it('takes nothing twice, and lets the stream go on', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const { log, store } = await streamed(seed);
        const records = log.topics[0]!.records;
        const half = Math.floor(records.length / 2);
        const other = openMemoryStore();
        await makeLake(other, { partitions: 1 });
        const wishes = { ...log, rowsMax: 10 };
        await streamChain(other, FOLDER, { ...wishes, records: records.slice(0, half) });
        await backfilled(other, seed);
        await streamChain(other, FOLDER, { ...wishes, records });
        await backfilled(other, seed);
        await backfilled(store, seed);
        const head = (await openChain(other, FOLDER)).head;
        expect((await takeLate(await openLake(other), means(), PROCESS_EFFECTS)).files).toBe(0);
        expect((await openChain(other, FOLDER)).head).toEqual(head);
        const { dead } = modelOf(log);
        if (meetsDelete(livingOf(log, dead)) || hasConflict(livingOf(log, []))) return;
        const [one, two] = [await heldBy(store), await heldBy(other)];
        same(one, two);
        expect(one.counts).toEqual(two.counts);
      }),
      { numRuns: 30 },
    );
  });
});

/** Which of two contents is dead follows from what was taken in when. */
function hasConflict(events: readonly EventRecord[]): boolean {
  const contents = Map.groupBy(events, (event) => `${'member_id' in event ? event.member_id : ''} ${idOf(event)}`);
  const withoutTime = ({ ingest_time: _, ...event }: EventRecord) => canonicalEvent(event as EventRecord);
  return [...contents.values()].some((copies) => new Set(copies.map(withoutTime)).size > 1);
}

/** Lines of events as a file. */
function fileOf(name: string, events: readonly EventRecord[], role?: FileInRole['role']): FileInRole {
  const bytes = Buffer.from(events.map((event) => `${canonicalEvent(event)}\n`).join(''));
  return {
    ...{ name: `${name}.ndjson`, path: name, bytes: bytes.length, ...(role && { role }) },
    async *read(start) {
      yield bytes.subarray(start);
    },
  };
}

describe('a build without a late log and dead letters', () => {
  it('comes to what the stream has without a backfill', async () => {
    let late = 0;
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const { log, lake, store } = await streamed(seed);
        const { dead } = modelOf(log);
        const events = livingOf(log, []);
        const living = livingOf(log, dead);
        const rest = [...living];
        const dying = events.filter((event) => {
          const at = rest.indexOf(event);
          if (at >= 0) rest.splice(at, 1);
          return at < 0;
        });
        const without: FileInRole[] = [fileOf('dead', dying, 'left_out_dead')];
        for await (const { folder, late: files } of lake.aside())
          for (const file of [...(files?.late ?? []), ...(files?.late_copies ?? [])])
            without.push({ ...lateFile(store, folder, file), role: 'left_out_late' });
        const batch = openMemoryStore();
        const files = [fileOf('a', events.slice(7)), fileOf('b', events.slice(0, 7))];
        await takeIn(await makeLake(batch, { partitions: 1 }), { files, without, ...means() });
        const [stream, own] = [await heldBy(store), await heldBy(batch)];
        const used = ({ entities }: Held) =>
          [...entities].flatMap(([member, state]) => {
            return state.used.length === 0 ? [] : [[member, ...state.used.map(canonicalEvent)]];
          });
        expect(used(own).sort()).toEqual(used(stream).sort());
        const { read, dead: parked, late: left, used: count } = own.counts;
        expect(read).toBe(events.length);
        expect(parked).toBe(dying.length);
        expect(left).toBe(modelOf(log).late.length + modelOf(log).lateCopies.length);
        expect(count).toBe(stream.counts.used);
        late += left;
      }),
      { numRuns: 60 },
    );
    expect(late).toBeGreaterThan(100);
  });

  it('leaves a used event in place where a copy of it is left out', async () => {
    const { log } = await streamed(5);
    const [event] = livingOf(log, []);
    const batch = openMemoryStore();
    const files = [fileOf('a', [event!, event!])];
    const said: unknown[] = [];
    const effects = { ...PROCESS_EFFECTS, observe: (each: unknown) => said.push(each) };
    const without = [fileOf('late', [event!], 'left_out_late')];
    await takeIn(await makeLake(batch, { partitions: 1 }), { files, without, ...means() }, effects as never);
    expect((await heldBy(batch)).counts).toMatchObject({ read: 2, used: 1, late: 1 });
    const other = openMemoryStore();
    const twice = [fileOf('late', [event!, event!, event!], 'left_out_late')];
    await takeIn(await makeLake(other, { partitions: 1 }), { files, without: twice, ...means() }, effects as never);
    expect(said.filter((each) => (each as { kind: string }).kind === 'warning')).toEqual([
      { kind: 'warning', message: '1 records that were to be left out are in none of the event files' },
    ]);
  });

  it('comes to the same in threads', async () => {
    const { log } = await streamed(5);
    const events = livingOf(log, []);
    const files = [fileOf('a', events)];
    const without = [
      fileOf('late', events.slice(0, 9), 'left_out_late'),
      fileOf('d', events.slice(5, 20), 'left_out_dead'),
    ];
    const [alone, folder] = [openMemoryStore(), mkdtempSync(join(tmpdir(), 'left-out-'))];
    await takeIn(await makeLake(alone, { partitions: 1 }), { files, without, ...means() });
    const store = openStore(folder);
    const how = { scratch: openScratch(folder), workers: 2, bytesPerThread: 1 };
    await takeIn(await makeLake(store, { partitions: 1 }), { files, without, ...how });
    const [one, two] = [await heldBy(alone), await heldBy(store)];
    rmSync(folder, { recursive: true });
    expect([one.counts.late, one.counts.dead > 0]).toEqual([9, true]);
    expect(two.counts).toEqual(one.counts);
    same(two, one);
  });

  it('takes no more files in, and is told the same as long as it is not whole', async () => {
    const { log } = await streamed(5);
    const events = livingOf(log, []);
    const batch = openMemoryStore();
    const lake = await makeLake(batch, { partitions: 1 });
    const files = [fileOf('a', events)];
    const without = [fileOf('late', events.slice(0, 2), 'left_out_late')];
    const halfway = { ...PROCESS_EFFECTS, reach: once('timeline-upload', 2) };
    await expect(takeIn(lake, { files, without, ...means() }, halfway)).rejects.toThrow('crashed');
    const again = (more: object) => takeIn(lake, { files, ...means(), ...more });
    const changed = { code: 'inputs_changed' };
    await expect(again({})).rejects.toMatchObject(changed);
    await expect(again({ without: [fileOf('late', events.slice(0, 1), 'left_out_late')] })).rejects.toMatchObject(
      changed,
    );
    await again({ without });
    await again({});
    const more = [...files, fileOf('b', events.slice(0, 1))];
    await expect(again({ files: more, append: true })).rejects.toMatchObject(changed);
    await expect(again({ files: more, append: true, without })).rejects.toMatchObject(changed);
    await expect(again({ without: [fileOf('late', events, 'left_out_late')] })).rejects.toMatchObject(changed);
  });
});

/** Throws at the n-th time at a point. */
function once(point: string, time: number) {
  let times = 0;
  return async (reached: string) => {
    if (reached === point && ++times === time) throw new Error('crashed');
  };
}

describe('a replay', () => {
  it('takes each file in once, by what it holds, and stands beside files that come later', async () => {
    const { log } = await streamed(9);
    const events = livingOf(log, []).filter((event) => !isMemberDelete(event));
    const [first, second, third] = [events.slice(0, 9), events.slice(9, 14), events.slice(14)];
    const store = openMemoryStore();
    const lake = await makeLake(store, { partitions: 1 });
    await takeIn(lake, { files: [fileOf('a', first)], ...means() });
    const replayed = (name: string) =>
      takeReplayed(lake, { files: [fileOf(name, second)], ...means() }, PROCESS_EFFECTS);
    const halfway = { ...PROCESS_EFFECTS, reach: once('timeline-upload', 2) };
    await expect(takeReplayed(lake, { files: [fileOf('c', second)], ...means() }, halfway)).rejects.toThrow('crashed');
    expect(await replayed('c')).toMatchObject({ files: 1 });
    expect(await replayed('renamed')).toMatchObject({ files: 0, counts: { read: 0 } });
    await takeIn(lake, { files: [fileOf('a', first), fileOf('b', third)], append: true, ...means() });
    const other = openMemoryStore();
    await takeIn(await makeLake(other, { partitions: 1 }), { files: [fileOf('all', events)], ...means() });
    const [own, right] = [await heldBy(store), await heldBy(other)];
    same(own, right);
    expect(own.counts).toEqual(right.counts);
  });

  it('lets a delete stand where a replayed record has its id', async () => {
    const at = Date.parse('2026-02-01T00:00:00Z');
    const member = { type: 'member', member_id: 'm' };
    const told = (more: object) => ({ ...member, event_time: at, ...more }) as EventRecord;
    const erased = told({ event_id: 'p', op: 'upsert', attributes: {}, event_time: at - 1 });
    const gone = told({ event_id: 'gone', op: 'delete' });
    const store = openMemoryStore();
    const lake = await makeLake(store, { partitions: 1 });
    await takeIn(lake, { files: [fileOf('a', [erased, gone])], ...means() });
    const other = told({ event_id: 'gone', op: 'upsert', attributes: { a: 1 } });
    const { counts } = await takeReplayed(lake, { files: [fileOf('b', [other, gone])], ...means() }, PROCESS_EFFECTS);
    expect(counts).toEqual({ read: 2, used: 0, duplicate: 1, late: 0, dead: 1, dropped: 0 });
    expect((await heldBy(store)).entities.get('m')).toMatchObject({ used: [], aside: { deleted: gone } });
    expect(dumpOf(await stateAtHead(createMemoryHome(), await openChain(store, FOLDER)))).toContain('gone');
  });
});
