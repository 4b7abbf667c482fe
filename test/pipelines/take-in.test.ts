/**
 * Take-in on a lake in memory, with clock, ids and crashes as inputs: what a crash leaves, the same
 * call ends.
 */
import { appendFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { takeIn } from '../../pipelines/take-in/take-in.ts';
import { openMemoryScratch } from '../../src/adapters/memory/memory-scratch.ts';
import { openMemoryStore } from '../../src/adapters/memory/memory-store.ts';
import { type CrashPoint, type Effects, PROCESS_EFFECTS } from '../../src/effects.ts';
import { makeLake } from '../../src/lake/lake.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import type { Observation } from '../../src/observations.ts';
import { listEventFolder } from '../../src/sources/event-files.ts';
import { makeTinyWorld, ndjson, viewed } from '../integration/tiny-world.ts';
import { keysOf } from '../lake/temp-lake.ts';

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

async function takeInto(store: ObjectStore, events: string, effects: Effects) {
  const scratch = openMemoryScratch();
  const lake = await makeLake(store, { partitions: PARTITIONS }, effects);
  const { files } = await listEventFolder(events);
  const timelines = await takeIn(lake, { events, files, scratch }, effects).finally(() =>
    expect(scratch.files.size).toBe(0),
  );
  return timelines.map(({ record: { seq: _seq, previous: _previous, attempt: _attempt, ...record } }) => record);
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
