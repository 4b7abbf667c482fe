/**
 * The table of segments: what one thread puts every thread finds under its hash, whole, and a
 * second put changes nothing.
 */
import { hash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSegmentTable, openSegmentTable } from '../../src/tokenize/segment-table.ts';

const TABLE_MODULE = new URL('../../src/tokenize/segment-table.ts', import.meta.url).href;
const keyOf = (name: unknown) => hash('sha256', String(name), 'hex');

/**
 * Puts every segment in an order of its own and reads back what is there; all threads put the same
 * numbers.
 */
const WRITER = `
  const { hash } = require('node:crypto');
  const { parentPort, workerData } = require('node:worker_threads');
  import(workerData.module).then(({ openSegmentTable }) => {
    const table = openSegmentTable(workerData.shared);
    let wrong = 0;
    for (let i = 0; i < workerData.segments; i++) {
      const segment = (i * workerData.step) % workerData.segments;
      const key = hash('sha256', String(segment), 'hex');
      const numbers = new Int32Array(segment % 97).fill(segment);
      for (const got of [table.put(key, numbers), table.get(key)])
        if (got === undefined || got.length !== numbers.length || got.some((value) => value !== segment)) wrong++;
    }
    parentPort.postMessage(wrong);
  });
`;

describe('The segment table', () => {
  it('gives back every segment as it was put first, and nothing for one that was not put', () => {
    const puts = fc.array(fc.tuple(fc.nat(49), fc.int32Array({ maxLength: 30 })), { maxLength: 80 });
    fc.assert(
      fc.property(puts, (all) => {
        const table = createSegmentTable(50);
        const first = new Map<number, Int32Array>();
        for (const [name, numbers] of all) {
          const before = first.get(name) ?? numbers;
          expect([...table.put(keyOf(name), numbers)!]).toEqual([...before]);
          first.set(name, before);
        }
        for (let name = 0; name < 50; name++) {
          const got = table.get(keyOf(name));
          expect(got === undefined ? undefined : [...got]).toEqual(first.has(name) ? [...first.get(name)!] : undefined);
        }
      }),
      { seed: 7 },
    );
  });

  it('tells keys apart that point to one slot', () => {
    const table = createSegmentTable(4);
    // The first digits are equal, and with them the slot that a search begins at.
    const keys = Array.from({ length: 10 }, (_, i) => `00000001${String(i).padStart(32, '0')}`);
    for (const [i, key] of keys.entries()) table.put(key, Int32Array.of(i));
    expect(keys.map((key) => [...table.get(key)!])).toEqual(keys.map((_, i) => [i]));
  });

  it('takes nothing more when it is full, and keeps what it has', () => {
    const table = createSegmentTable(4);
    const put = Array.from({ length: 100 }, (_, i) => table.put(keyOf(i), Int32Array.of(i)));
    const taken = put.filter((numbers) => numbers !== undefined).length;
    expect(taken).toBeGreaterThanOrEqual(4);
    expect(put.slice(taken)).toEqual(Array(100 - taken).fill(undefined));
    expect(put.map((_, i) => table.get(keyOf(i))?.[0])).toEqual(put.map((_, i) => (i < taken ? i : undefined)));
  });

  it('grows while views of it are held', () => {
    const table = createSegmentTable(3);
    table.put(keyOf(0), Int32Array.of(1, 2, 3));
    const held = table.get(keyOf(0))!;
    const long = new Int32Array(2_500_000).fill(9);
    table.put(keyOf(1), long);
    table.put(keyOf(2), Int32Array.of(4));
    expect([...held]).toEqual([1, 2, 3]);
    // Compared as bytes: an element by element comparison of millions takes seconds.
    expect(Buffer.compare(Buffer.from(table.get(keyOf(1))!.slice().buffer), Buffer.from(long.buffer))).toBe(0);
    expect([...openSegmentTable(table.shared).get(keyOf(2))!]).toEqual([4]);
  });

  it('is filled by several threads at once without a torn segment', async () => {
    const segments = 20_011;
    // Two threads may put one key at one time, and then both stay.
    const { shared } = createSegmentTable(3 * segments);
    const wrong = await Promise.all(
      [1, 7, 20_010].map(
        (step) =>
          new Promise<number>((resolve, reject) => {
            const workerData = { module: TABLE_MODULE, shared, segments, step };
            const worker = new Worker(WRITER, { eval: true, workerData });
            worker.on('message', resolve);
            worker.on('error', reject);
          }),
      ),
    );
    expect(wrong).toEqual([0, 0, 0]);
  });
});
