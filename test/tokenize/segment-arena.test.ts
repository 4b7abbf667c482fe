/** The arena of segments: what is added comes back, in this thread and in another, and nothing is read beyond it. */
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSegmentArena, importArena } from '../../src/tokenize/segment-arena.ts';

const ARENA_MODULE = new URL('../../src/tokenize/segment-arena.ts', import.meta.url).href;

/** Reads one segment of an exported arena in another thread. */
const READER = `
  const { parentPort, workerData } = require('node:worker_threads');
  import(workerData.module).then(({ importArena }) => {
    const arena = importArena(workerData.exported);
    const target = new Int32Array(arena.length(workerData.handle));
    arena.copyTo(workerData.handle, target, 0);
    parentPort.postMessage({ size: arena.size, ids: [...target] });
  });
`;

describe('segment arena', () => {
  it('gives back every segment, joined in any order', () => {
    const segments = fc.array(fc.int32Array({ maxLength: 30 }), { maxLength: 30 });
    fc.assert(
      fc.property(segments, fc.infiniteStream(fc.nat()), (added, picks) => {
        const arena = createSegmentArena();
        expect(added.map((ids) => arena.add(ids))).toEqual(added.map((_, i) => i));
        const order = added.map(() => picks.next().value! % added.length);
        const target = new Int32Array(order.reduce((sum, handle) => sum + arena.length(handle), 0));
        let at = 0;
        for (const handle of order) at = arena.copyTo(handle, target, at);
        expect(at).toBe(target.length);
        expect([...target]).toEqual(order.flatMap((handle) => [...added[handle]!]));
      }),
      { seed: 7 },
    );
  });

  it('grows over chunks of ids and of handles, and holds a segment larger than a chunk', () => {
    const arena = createSegmentArena();
    const long = new Int32Array((1 << 20) + 5).fill(9);
    for (let i = 0; i < (1 << 16) + 2; i++) arena.add(Int32Array.of(i, i + 1));
    const handle = arena.add(long);
    const after = arena.add(Int32Array.of(4));
    const target = new Int32Array(long.length);
    expect(arena.copyTo(1 << 16, target, 3)).toBe(5);
    expect([...target.subarray(3, 5)]).toEqual([1 << 16, (1 << 16) + 1]);
    expect(arena.copyTo(handle, target, 0)).toBe(long.length);
    expect(target.every((id) => id === 9)).toBe(true);
    expect(arena.copyTo(after, target, 0)).toBe(1);
    expect(target[0]).toBe(4);
  });

  it('is read by another thread without a copy', async () => {
    const arena = createSegmentArena();
    arena.add(Int32Array.of(1));
    const handle = arena.add(Int32Array.of(5, 6, 7));
    const workerData = { module: ARENA_MODULE, exported: arena.exportArena(), handle };
    const worker = new Worker(READER, { eval: true, workerData });
    const answer = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    expect(answer).toEqual({ size: 2, ids: [5, 6, 7] });
    await worker.terminate();
  });

  it('refuses unknown handles, places outside the target, and what was added after the export', () => {
    const arena = createSegmentArena();
    const handle = arena.add(Int32Array.of(1, 2));
    const imported = importArena(arena.exportArena());
    arena.add(Int32Array.of(3));
    for (const wrong of [-1, 2, Number.NaN]) expect(() => arena.length(wrong)).toThrow(RangeError);
    expect(() => imported.length(1)).toThrow(RangeError);
    expect(() => arena.copyTo(handle, new Int32Array(2), 1)).toThrow(RangeError);
    expect(() => arena.copyTo(handle, new Int32Array(2), -1)).toThrow(RangeError);
  });
});
