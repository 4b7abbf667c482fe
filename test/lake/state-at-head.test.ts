/** The local state of a chain is a cache: whatever became of it, it is that of the chain's head. */
import { describe, expect, it } from 'vitest';
import { createMemoryHome } from '../../src/adapters/memory/memory-state.ts';
import { openMemoryStore } from '../../src/adapters/memory/memory-store.ts';
import { type Chain, openChain } from '../../src/lake/commit-log.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import { stateAtHead } from '../../src/lake/state-at-head.ts';
import { isSnapshotDue } from '../../src/lake/state-files.ts';
import type { StateHome } from '../../src/stream/state.ts';
import { failureOf } from '../contract/object-store.ts';
import { headAt } from '../contract/stream-state.ts';
import { dumpOf } from '../stream/check-chain.ts';
import { drawFrom, drawLog } from '../stream/drawn-log.ts';
import { FOLDER, startWorker } from '../stream/simulated-worker.ts';
import { appendRecord, claimChain, timelineRecord } from './chain-records.ts';
import { keysOf } from './temp-lake.ts';

/** A chain of many records with snapshots among them, and its state. */
async function streamed(seed = 5): Promise<{ store: ObjectStore; chain: Chain; home: StateHome; right: string }> {
  const draw = drawFrom(seed);
  const [store, home] = [openMemoryStore(), createMemoryHome()];
  const log = drawLog(draw, { records: 200, topics: 2 });
  const effects = { newAttempt: () => 'attempt', step: () => {} };
  const worker = await startWorker({ log, store, draw, bug: undefined, home, groupOffsets: new Map(), ...effects });
  while (await worker.work());
  const right = dumpOf(home.open()!);
  return { store, chain: await openChain(store, FOLDER), home, right };
}

describe('the state of a chain', () => {
  it('is begun anew where the chain is empty, whatever was there', async () => {
    const { home } = await streamed();
    const state = await stateAtHead(home, await openChain(openMemoryStore(), FOLDER));
    expect([state.head(), state.knownAfter(Number.MIN_SAFE_INTEGER)]).toEqual([null, []]);
  });

  it('is thrown away where it is of another chain, or ahead of this one', async () => {
    const { chain, right } = await streamed();
    const other = await streamed(6);
    expect(dumpOf(await stateAtHead(other.home, chain))).toBe(right);
    const ahead = createMemoryHome();
    (await ahead.reset()).apply([], headAt(10_000));
    expect(dumpOf(await stateAtHead(ahead, chain))).toBe(right);
    // Of the same number, and another record.
    const { seq } = JSON.parse(right)[0] as { readonly seq: number };
    const like = createMemoryHome();
    (await like.reset()).apply([], headAt(seq));
    expect(dumpOf(await stateAtHead(like, chain))).toBe(right);
  });

  it.each([
    ['its snapshot is missing', '.snapshot', null],
    ['its snapshot is damaged', '.snapshot', 'damaged'],
    ['a delta is missing', '.ndjson.zst', null],
    ['a delta is damaged', '.ndjson.zst', 'damaged'],
  ])('comes from the runs where %s', async (_, ending, bytes) => {
    const { store, chain, right } = await streamed();
    const names = (await keysOf(store, `${FOLDER}/state/`)).filter((key) => key.endsWith(ending));
    expect(names.length).toBeGreaterThan(0);
    const spoilt = openMemoryStore();
    for (const key of await keysOf(store)) {
      if (!names.includes(key)) await spoilt.put(key, (await store.get(key))!);
      else if (bytes !== null) await spoilt.put(key, Buffer.from(bytes));
    }
    expect(dumpOf(await stateAtHead(createMemoryHome(), { ...chain, store: spoilt }))).toBe(right);
  });

  it('comes from the runs where files were taken in since, and keeps the positions', async () => {
    const { store, chain, home, right } = await streamed();
    const newest = chain.state.kind === 'timeline' ? chain.state.newest.record : undefined;
    await claimChain(chain, 'files');
    const { stream: _, kind, ...record } = newest!;
    const same = { kind, runs: record.runs, dead: [], changes: [], stats: record.stats, counts: record.counts };
    await appendRecord(chain, 'files', { ...same, inputs: timelineRecord('x').inputs });
    const state = await stateAtHead(home, await openChain(store, FOLDER));
    expect(state.head()).toMatchObject({ seq: chain.head?.seq, topics: JSON.parse(right)[0].topics });
    expect(JSON.parse(dumpOf(state))[1]).toEqual(JSON.parse(right)[1]);
  });
});

describe('a snapshot', () => {
  const of = (snapshot: { seq: number; bytes: number } | null, delta_bytes: number) =>
    ({ snapshot, delta_bytes }) as Parameters<typeof isSnapshotDue>[1];
  const MB = 1024 * 1024;

  it.each([
    [false, 9, of(null, 8 * MB - 1)],
    [true, 9, of(null, 8 * MB)],
    [false, 900, of({ seq: 500, bytes: 800 * MB }, 100 * MB - 1)],
    [true, 900, of({ seq: 500, bytes: 800 * MB }, 100 * MB)],
    [false, 10_499, of({ seq: 500, bytes: MB }, 0)],
    [true, 10_500, of({ seq: 500, bytes: MB }, 0)],
  ])('is due (%s) by the bytes and the number of the deltas after it', (isDue, seq, stream) => {
    expect(isSnapshotDue(seq, stream)).toBe(isDue);
  });
});

describe('ranges of a chain', () => {
  const part = (start: number, end: number, watermark: number | null = null, topic = 'interactions') => ({
    ranges: [{ topic, partition: 0, start, end, newest: null }],
    ...{ watermark, late: [], late_copies: [], delta: [], snapshot: null, delta_bytes: 0 },
  });
  const append = async (...parts: ReturnType<typeof part>[]) => {
    const chain = await openChain(openMemoryStore(), FOLDER);
    await claimChain(chain, 'a');
    for (const [i, stream] of parts.entries())
      await appendRecord(chain, 'a', { ...timelineRecord(`record ${i}`), inputs: [], stream });
  };

  it.each([
    ['none', 'go on where they ended', [part(0, 5), part(5, 5, 7), part(5, 9, 7)]],
    ['lake_broken', 'overlap', [part(0, 5), part(4, 9)]],
    ['lake_broken', 'leave a gap', [part(0, 5), part(6, 9)]],
    ['lake_broken', 'lose a topic', [part(0, 5), part(0, 9, null, 'members')]],
    ['lake_broken', 'have a watermark that goes back', [part(0, 5, 7), part(5, 9, 6)]],
    ['lake_broken', 'lose their watermark', [part(0, 5, 7), part(5, 9)]],
  ])('end with %s where they %s', async (code, _, parts) => {
    expect(await failureOf(() => append(...parts))).toBe(code);
  });
});
