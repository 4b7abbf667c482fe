/**
 * The external sort against a plain one: same records, same order, whatever the memory, and nothing
 * left in the scratch.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openScratchFolder } from '../../src/adapters/filesystem/scratch-folder.ts';
import { openMemoryScratch } from '../../src/adapters/memory/memory-scratch.ts';
import type { Scratch } from '../../src/sort/scratch.ts';
import { createSorter, type Sorter } from '../../src/sort/sorted-runs.ts';
import { failureOf, utf8 } from '../contract/object-store.ts';
import { tempLake } from '../lake/temp-lake.ts';

const lake = tempLake();

type Pair = readonly [Uint8Array, Uint8Array];
const plain = (pairs: readonly Pair[]) =>
  pairs.toSorted((a, b) => Buffer.compare(a[0], b[0]) || Buffer.compare(a[1], b[1])).map(hex);
const hex = ([key, payload]: Pair) => `${Buffer.from(key).toString('hex')} ${Buffer.from(payload).toString('hex')}`;
const read = (sorter: Sorter) => Array.from(sorter.sorted(), ({ key, payload }) => hex([key, payload]));
const memory = openMemoryScratch();
/** Each kind of scratch, and how many runs lie in it. */
const KINDS: readonly (readonly [name: string, open: () => Scratch, runs: () => number])[] = [
  ['memory', () => memory, () => memory.files.size],
  ['a folder', () => openScratchFolder(lake.folder), () => readdirSync(lake.folder).length],
];

describe.each(KINDS)('a sorter with scratch in %s', (_name, open, runs) => {
  const sorterOf = (bytesMax: number, runsMax = 3) => createSorter({ scratch: open(), bytesMax, runsMax });

  it('gives what a plain sort gives, in memory, spilled and merged in rounds', () => {
    const few = fc.uint8Array({ maxLength: 3 });
    const bytes = fc.oneof(few, fc.uint8Array({ minLength: 20, maxLength: 60 }), fc.constant(new Uint8Array(30)));
    const long = fc.nat(60).map((n) => Uint8Array.from({ length: n }, () => 7));
    const pair = fc.tuple(fc.oneof(bytes, long), fc.oneof(bytes, long));
    fc.assert(
      fc.property(
        fc.array(pair, { maxLength: 120 }),
        fc.constantFrom(1, 100, 400, 1 << 20),
        fc.integer({ min: 2, max: 5 }),
        (pairs, bytesMax, runsMax) => {
          const sorter = sorterOf(bytesMax, runsMax);
          for (const [key, payload] of pairs) sorter.add(key, payload);
          expect(read(sorter)).toEqual(plain(pairs));
          sorter.close();
          expect(runs()).toBe(0);
        },
      ),
      { numRuns: 80 },
    );
  });

  it('takes over the runs of others, however the records were shared out', () => {
    const pairs: Pair[] = Array.from({ length: 300 }, (_, i) => [utf8(`key ${i % 7}`), utf8(`payload ${i % 50}`)]);
    for (const bytesMax of [300, 1 << 20]) {
      const others = Array.from({ length: 4 }, () => sorterOf(bytesMax));
      for (const [i, [key, payload]] of pairs.entries()) others[(i * i) % 3]!.add(key, payload);
      const taken = others.flatMap((other) => other.handOver());
      for (const other of others) expect(() => other.add(utf8('k'), utf8('p'))).toThrow('closed');
      const sorter = createSorter({ scratch: open(), runsMax: 3, runs: taken });
      expect(read(sorter)).toEqual(plain(pairs));
      sorter.close();
      expect(runs()).toBe(0);
    }
  });

  it('never lets the order of arrival show', () => {
    const pairs: Pair[] = Array.from({ length: 300 }, (_, i) => [utf8(`key ${i % 7}`), utf8(`payload ${i % 50}`)]);
    const forwards = sorterOf(500);
    const backwards = sorterOf(2_000);
    for (const [key, payload] of pairs) forwards.add(key, payload);
    for (const [key, payload] of pairs.toReversed()) backwards.add(key, payload);
    expect(read(forwards)).toEqual(read(backwards));
    forwards.close();
    backwards.close();
  });

  it('keeps at most the named number of runs open, and a record on disk once', () => {
    const sorter = sorterOf(1, 4);
    for (let i = 0; i < 200; i++) {
      sorter.add(utf8(String(i)), utf8(''));
      // Levels of at most 3 runs each: 200 records fill four of them.
      expect(runs()).toBeLessThanOrEqual(4 * 3);
    }
    const first = sorter.sorted().next();
    expect(first.done).toBe(false);
    expect(runs()).toBeLessThanOrEqual(4);
    sorter.close();
  });

  it('takes records that are larger than its memory and its blocks', () => {
    const pairs: Pair[] = [3, 1, 2].map((n) => [utf8(`key ${n}`), new Uint8Array(300_000 * n).fill(n)]);
    const sorter = sorterOf(1_000);
    for (const [key, payload] of pairs) sorter.add(key, payload);
    expect(Array.from(sorter.sorted(), ({ payload }) => [payload.length, payload[0], payload.at(-1)])).toEqual([
      [300_000, 1, 1],
      [600_000, 2, 2],
      [900_000, 3, 3],
    ]);
    sorter.close();
  });

  it('copies what it is given, and may be read again and in part', () => {
    const sorter = sorterOf(64);
    const key = Buffer.alloc(1);
    for (let i = 0; i < 20; i++) {
      key[0] = 20 - i;
      sorter.add(key, key);
    }
    for (const { payload } of sorter.sorted()) if (payload[0] === 5) break;
    expect(read(sorter)).toEqual(read(sorter));
    expect(read(sorter)).toHaveLength(20);
    sorter.close();
    expect(runs()).toBe(0);
  });

  it('takes no record once it is sorted, and gives none once it is closed', async () => {
    const sorter = sorterOf(64);
    expect(read(sorter)).toEqual([]);
    expect(await failureOf(() => sorter.add(utf8('a'), utf8('b')))).toContain('sorted or closed');
    sorter.close();
    expect(await failureOf(() => read(sorter))).toContain('closed');
    sorter.close();
  });
});

describe('a folder for runs', () => {
  it('is made where it is missing, and not where all fits in memory', () => {
    const folder = join(lake.folder, 'deep', 'er');
    const scratch = openScratchFolder(folder);
    const small = createSorter({ scratch });
    small.add(utf8('a'), utf8('b'));
    expect(read(small)).toEqual(plain([[utf8('a'), utf8('b')]]));
    small.close();
    expect(readdirSync(lake.folder)).toEqual([]);
    const spilling = createSorter({ scratch, bytesMax: 1 });
    spilling.add(utf8('a'), utf8('b'));
    spilling.add(utf8('c'), utf8('d'));
    expect(readdirSync(folder)).toHaveLength(1);
    spilling.close();
    expect(readdirSync(folder)).toEqual([]);
  });
});
