/** Bytes that threads share: any part of them comes back, from memory and from a file. */
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openScratchFile, openScratchFolder } from '../../src/adapters/filesystem/scratch-folder.ts';
import { readSharedBytes, writeSharedBytes } from '../../src/sort/shared-bytes.ts';
import { failureOf, utf8 } from '../contract/object-store.ts';
import { tempLake } from '../lake/temp-lake.ts';

const lake = tempLake();
const files = () => readdirSync(lake.folder).length;

/** Some of a few letters, some larger than what a reader holds. */
const lengths = fc.array(fc.oneof(fc.nat(20), fc.constantFrom(4_096, 65_536, 70_000)), { maxLength: 8 });
const parts = fc.array(fc.tuple(fc.nat(300_000), fc.oneof(fc.nat(50), fc.nat(80_000))), { maxLength: 12 });

function written(pieces: readonly Uint8Array[], bytesMax: number) {
  const writer = writeSharedBytes(openScratchFolder(lake.folder), bytesMax);
  return { starts: pieces.map((piece) => writer.add(piece)), ...writer.finish() };
}

describe('bytes that threads share', () => {
  it('come back in any parts and order, wherever they lie', () => {
    fc.assert(
      fc.property(lengths, parts, fc.constantFrom(1, 5_000, 100_000, 1 << 20), (sizes, asked, bytesMax) => {
        const pieces = sizes.map((size, i) => Uint8Array.from({ length: size }, (_, at) => at * 7 + i));
        const whole = Buffer.concat(pieces);
        const { starts, shared, file } = written(pieces, bytesMax);
        expect(shared.kind).toBe(whole.length > bytesMax ? 'file' : 'memory');
        expect(starts).toEqual(sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0)));
        const reader = readSharedBytes(shared, openScratchFile);
        for (const [from, length] of asked) {
          const begin = Math.min(from, whole.length);
          const end = Math.min(begin + length, whole.length);
          expect(reader.read(begin, end).equals(whole.subarray(begin, end))).toBe(true);
        }
        reader.close();
        file?.remove();
        expect(files()).toBe(0);
      }),
      { numRuns: 80, seed: 7 },
    );
  });

  it.each([1, 100])('are not read beyond their end, with %d bytes in memory', async (bytesMax) => {
    const { shared } = written([utf8('0123456789')], bytesMax);
    const reader = readSharedBytes(shared, openScratchFile);
    expect(reader.read(4, 10).toString()).toBe('456789');
    expect(await failureOf(() => reader.read(5, 11))).toMatch(/none up to 11|ends before 11/);
    // What could not be read is not taken for what was.
    expect(reader.read(4, 10).toString()).toBe('456789');
    reader.close();
  });

  it('leave nothing where they are given up, also twice', () => {
    const writer = writeSharedBytes(openScratchFolder(lake.folder), 1);
    for (const piece of ['first', 'second']) writer.add(utf8(piece));
    expect(files()).toBe(1);
    writer.abort();
    writer.abort();
    expect(files()).toBe(0);
  });
});
