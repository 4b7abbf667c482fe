/**
 * The arena of segments: what one thread puts every thread gets, whole, and a second put changes
 * nothing.
 */
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSegmentArena, openSegmentArena } from '../../src/tokenize/segment-arena.ts';

const ARENA_MODULE = new URL('../../src/tokenize/segment-arena.ts', import.meta.url).href;

/**
 * Puts every entry in an order of its own and reads back what stands; all threads put the same
 * numbers.
 */
const WRITER = `
  const { parentPort, workerData } = require('node:worker_threads');
  import(workerData.module).then(({ openSegmentArena }) => {
    const arena = openSegmentArena(workerData.shared);
    let wrong = 0;
    for (let i = 0; i < workerData.entries; i++) {
      const entry = (i * workerData.step) % workerData.entries;
      const numbers = new Int32Array(entry % 97).fill(entry);
      arena.put(entry, numbers);
      const got = arena.get(entry);
      if (got.length !== numbers.length || got.some((value) => value !== entry)) wrong++;
    }
    parentPort.postMessage(wrong);
  });
`;

describe('The segment arena', () => {
  it('gives back every entry as it was put first, and nothing for one that was not put', () => {
    const puts = fc.array(fc.tuple(fc.nat(49), fc.int32Array({ maxLength: 30 })), { maxLength: 80 });
    fc.assert(
      fc.property(puts, (all) => {
        const arena = createSegmentArena(50);
        const first = new Map<number, Int32Array>();
        for (const [entry, numbers] of all) {
          arena.put(entry, numbers);
          if (!first.has(entry)) first.set(entry, numbers);
        }
        for (let entry = 0; entry < 50; entry++) {
          const got = arena.get(entry);
          expect(got === undefined ? undefined : [...got]).toEqual(
            first.has(entry) ? [...first.get(entry)!] : undefined,
          );
        }
      }),
      { seed: 7 },
    );
  });

  it('grows while views of it are held', () => {
    const arena = createSegmentArena(3);
    arena.put(0, Int32Array.of(1, 2, 3));
    const held = arena.get(0)!;
    const long = new Int32Array(2_500_000).fill(9);
    arena.put(1, long);
    arena.put(2, Int32Array.of(4));
    expect([...held]).toEqual([1, 2, 3]);
    // Compared as bytes: an element by element comparison of millions takes seconds.
    expect(Buffer.compare(Buffer.from(arena.get(1)!.slice().buffer), Buffer.from(long.buffer))).toBe(0);
    expect([...openSegmentArena(arena.shared).get(2)!]).toEqual([4]);
  });

  it('is filled by several threads at once without a torn entry', async () => {
    const entries = 20_011;
    const { shared } = createSegmentArena(entries);
    const wrong = await Promise.all(
      [1, 7, 20_010].map(
        (step) =>
          new Promise<number>((resolve, reject) => {
            const workerData = { module: ARENA_MODULE, shared, entries, step };
            const worker = new Worker(WRITER, { eval: true, workerData });
            worker.on('message', resolve);
            worker.on('error', reject);
          }),
      ),
    );
    expect(wrong).toEqual([0, 0, 0]);
  });
});
