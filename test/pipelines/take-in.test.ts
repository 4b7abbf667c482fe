/**
 * Take-in on a lake in memory, with clock, ids and crashes as inputs: what a crash leaves, the same
 * call ends.
 */

import { appendFileSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TakeInOptions, takeIn } from '../../pipelines/take-in/take-in.ts';
import { openEventFolder } from '../../src/adapters/filesystem/event-folder.ts';
import { openMemoryScratch } from '../../src/adapters/memory/memory-scratch.ts';
import { openMemoryStore } from '../../src/adapters/memory/memory-store.ts';
import { openStore } from '../../src/adapters/open-store.ts';
import { type CrashPoint, type Effects, PROCESS_EFFECTS } from '../../src/effects.ts';
import { makeLake } from '../../src/lake/lake.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import { allTimelines } from '../../src/lake/timeline-records.ts';
import type { Observation } from '../../src/observations.ts';
import { listEvents } from '../../src/sources/event-files.ts';
import { makeTinyWorld, ndjson, viewed } from '../integration/tiny-world.ts';
import { keysOf } from '../lake/temp-lake.ts';
import { anyLine } from '../worlds/raw-lines.ts';

const folder = mkdtempSync(join(tmpdir(), 'brewhouse-take-in-'));
afterAll(() => rmSync(folder, { recursive: true }));
const eventsOf = (name: string) =>
  makeTinyWorld(folder, name, { more: [viewed('twice'), viewed('twice'), { type: 'item' }, viewed('other')] }).events;
const PARTITIONS = 3;

/**
 * Effects of a process whose n-th time at the point is its last; every attempt has a name of its
 * own.
 */
function effectsOf(attempt: string, crash?: { readonly point: CrashPoint; readonly time: number }) {
  const said: Observation[] = [];
  let times = 0;
  const effects: Effects = {
    ...PROCESS_EFFECTS,
    newId: () => attempt,
    observe: (observation) => said.push(observation),
    async reach(point) {
      if (point === crash?.point && ++times === crash.time) throw new Error('crashed');
    },
  };
  return { effects, said };
}

type Threads = Pick<TakeInOptions, 'workers' | 'bytesPerThread'>;

async function takeInto(store: ObjectStore, events: string, effects: Effects, threads: Threads = { workers: 2 }) {
  const scratch = openMemoryScratch();
  const lake = await makeLake(store, { partitions: PARTITIONS }, effects);
  const { files } = await listEvents(openEventFolder(events));
  const timelines = await takeIn(lake, { files, scratch, ...threads }, effects).finally(() =>
    expect(scratch.files.size).toBe(0),
  );
  return allTimelines(timelines).map(
    ({ record: { seq: _seq, previous: _previous, attempt: _attempt, ...record } }) => record,
  );
}

describe('take-in', () => {
  const events = eventsOf('same');

  it.each([...[['sorting', 1] as const], ...[1, 2, 3].map((time) => ['timeline-upload', time] as const)])(
    'that crashed at %s, time %i, comes to the records of one that did not',
    async (point, time) => {
      const undisturbed = await takeInto(openMemoryStore(), events, effectsOf('a').effects);
      const store = openMemoryStore();
      const crashing = effectsOf('b', { point, time }).effects;
      await expect(takeInto(store, events, crashing)).rejects.toThrow('crashed');
      expect((await keysOf(store)).filter((key) => key.includes('/commits/'))).toHaveLength(
        point === 'sorting' ? 0 : 2 * (time - 1),
      );
      expect(await takeInto(store, events, effectsOf('c').effects)).toEqual(undisturbed);
    },
  );

  it('says how many of the bytes it has read, and reads none where all is taken in', async () => {
    const store = openMemoryStore();
    const first = effectsOf('a');
    await takeInto(store, events, first.effects);
    const progress = first.said.filter(({ kind }) => kind === 'progress');
    expect(progress.length).toBeGreaterThan(0);
    expect(progress.at(-1)).toMatchObject({ step: 'reading events' });
    for (const said of progress) expect(said).toMatchObject({ total: expect.any(Number) });
    const again = effectsOf('b');
    await takeInto(store, events, again.effects);
    expect(again.said).toEqual([]);
  });

  it('counts every record once, by how it ended', async () => {
    const records = await takeInto(openMemoryStore(), events, effectsOf('a').effects);
    const counts = records.map((record) => record.counts);
    const sum = (fate: 'read' | 'used' | 'duplicate' | 'dead') => counts.reduce((all, each) => all + each[fate], 0);
    expect({ read: sum('read'), used: sum('used'), duplicate: sum('duplicate'), dead: sum('dead') }).toEqual({
      read: 15,
      used: 13,
      duplicate: 1,
      dead: 1,
    });
  });

  it('takes files under other names, and refuses files that hold something else', async () => {
    const own = eventsOf('other');
    const store = openMemoryStore();
    await takeInto(store, own, effectsOf('a').effects);
    renameSync(join(own, 'more.ndjson'), join(own, 'renamed.ndjson'));
    await takeInto(store, own, effectsOf('b').effects);
    appendFileSync(join(own, 'events.ndjson'), ndjson([viewed('new')]));
    await expect(takeInto(store, own, effectsOf('c').effects)).rejects.toMatchObject({
      code: 'inputs_changed',
      place: { file: join(own, 'events.ndjson') },
    });
  });

  it('stops where it is told to, and commits nothing more', async () => {
    const reason = new Error('stop');
    const stop = new AbortController();
    const { effects } = effectsOf('a');
    const store = openMemoryStore();
    const stopping: Effects = { ...effects, signal: stop.signal, reach: async () => stop.abort(reason) };
    await expect(takeInto(store, events, stopping)).rejects.toBe(reason);
    expect((await keysOf(store)).filter((key) => key.includes('/commits/'))).toEqual([]);
  });
});

describe('take-in by threads', () => {
  const lines = fc.sample(anyLine, { numRuns: 3_000, seed: 7 });
  const events = eventsOf('threads');
  writeFileSync(join(events, 'odd.ndjson'), Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])));
  // Blocks end at 1 MiB: some lines of one file are in the next, and one is in none.
  const long = [...lines.slice(0, 500), Buffer.alloc(600_000, ' '), Buffer.alloc(10_000_001, 'x'), lines[7]!];
  const block = Buffer.concat([...long, ...long].flatMap((line) => [line, Buffer.from('\n')]));
  writeFileSync(join(events, 'long.ndjson.gz'), gzipSync(block, { level: 1 }));

  const threads = (workers: 2 | 3): Threads => ({ workers, bytesPerThread: 1 });
  let lakes = 0;
  const openLakeFolder = () => openStore(join(folder, `lake-${lakes++}`));
  let alone: Awaited<ReturnType<typeof takeInto>>;
  beforeAll(async () => {
    alone = await takeInto(openMemoryStore(), events, effectsOf('a').effects);
  });

  it('comes to the records of one thread, and leaves no run', async () => {
    const store = openLakeFolder();
    const { effects, said } = effectsOf('a');
    expect(await takeInto(store, events, effects, threads(3))).toEqual(alone);
    expect(said.at(-1)).toMatchObject({ kind: 'progress', step: 'reading events' });
    expect(readdirSync(join(store.location, 'tmp'))).toEqual([]);
  });

  it('that crashed comes to the same records, and leaves no thread', async () => {
    const store = openLakeFolder();
    const crashing = effectsOf('b', { point: 'timeline-upload', time: 2 }).effects;
    await expect(takeInto(store, events, crashing, threads(2))).rejects.toThrow('crashed');
    expect((await keysOf(store)).filter((key) => key.includes('/commits/'))).toHaveLength(2);
    expect(await takeInto(store, events, effectsOf('c').effects, threads(2))).toEqual(alone);
  });

  it('stops where it is told to, and names a file that is cut short', async () => {
    const reason = new Error('stop');
    const stop = new AbortController();
    const store = openLakeFolder();
    const stopping = { ...effectsOf('a').effects, signal: stop.signal, reach: async () => stop.abort(reason) };
    await expect(takeInto(store, events, stopping, threads(2))).rejects.toBe(reason);
    expect((await keysOf(store)).filter((key) => key.includes('/commits/'))).toEqual([]);
    const broken = eventsOf('broken');
    writeFileSync(join(broken, 'z.ndjson.gz'), gzipSync(block).subarray(0, -9));
    await expect(takeInto(openLakeFolder(), broken, effectsOf('a').effects, threads(2))).rejects.toMatchObject({
      code: 'input_unreadable',
      place: { file: join(broken, 'z.ndjson.gz') },
    });
  });
});
