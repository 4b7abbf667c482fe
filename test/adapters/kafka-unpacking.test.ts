/** Packed records: what other libraries packed, what nobody packed, and what fills memory. */
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../src/adapters/kafka/crc32c.ts';
import { NotPacked, TooLarge, unpackLz4, unpackSnappy } from '../../src/adapters/kafka/packed-blocks.ts';
import { unpack } from '../../src/adapters/kafka/unpack.ts';

/** What the texts below were packed from. */
const TEXT = Array.from({ length: 40 }, (_, i) => `brew ${i} house house house; `).join('');
/** By Kafka's library; `lz4 -BD -BX --content-size`; snappy-java in one block, and in a stream. */
const LZ4_JAVA = [
  'BCJNGGBAgtkAAADIYnJldyAwIGhvdXNlBgAhOyAaAB8xGgAGHzIaAAYfMxoABh80GgAGHzUaAAYfNhoABh83GgAGHzgaAAYfORoA',
  'Bh8xBQEIDwYBBx8xBwEHHzEIAQcfMQkBBx8xCgEHHzELAQcfMQwBBx8xDQEHHzEOAQcfMg4BBx8yFAIIDw4BBx8yDgEHHzIOAQcf',
  'Mg4BBx8yDgEHHzIOAQcfMg4BBx8yDgEHHzMOAQcfMw4BBx8zIwMIDw4BBx8zDgEHHzMOAQcfMw4BBx8zDgEHHzMOAQccMw4BUHVz',
  'ZTsgAAAAAA==',
].join('');
const LZ4_CHECKED = [
  'BCJNGHRAvQgBAADIYnJldyAwIGhvdXNlBgAhOyAaABgxFAACDAADGgASMg4ACAYAAxoAGDMUAAIMAAMaABI0DgAIBgADGgAYNRQA',
  'AgwAAxoAEjYOAAgGAAMaABg3FAACDAADGgASOA4ACAYAAxoAGDkUAAIMAAMaAB8xBQEIDwYBBx8xBwEHHzEIAQcfMQkBBx8xCgEH',
  'HzELAQcfMQwBBx8xDQEHHzEOAQcfMg4BBx8yDgEHHzIOAQcfMg4BBx8yDgEHHzIOAQcfMg4BBx8yDgEHHzIOAQcfMg4BBx8zDgEH',
  'HzMOAQcfMw4BBx8zDgEHHzMOAQcfMw4BBx8zDgEHHzMOAQcfMw4BBxwzDgFQdXNlOyC7iS2eAAAAACmI2Ac=',
].join('');
const SNAPPY = [
  'rggsYnJldyAwIGhvdXNlLgYABDsgBRoAMS4UAAkMDRoAMgkOLgYADRoAMy4UAAkMDRoANAkOLgYADRoANS4UAAkMDRoANgkOLgYA',
  'DRoANy4UAAkMDRoAOAkOLgYADRoAOS4UAAkMDRoAMWoFAWYGAQAxZgcBADFmCAEAMWYJAQAxZgoBADFmCwEAMWYMAQAxZg0BADFm',
  'DgEAMmYOAQAyZg4BADJmDgEAMmYOAQAyZg4BADJmDgEAMmYOAQAyZg4BADJmDgEAMmYOAQAzZg4BADNmDgEAM2YOAQAzZg4BADNm',
  'DgEAM2YOAQAzZg4BADNmDgEAM2YOAQAzUg4B',
].join('');
const SNAPPY_JAVA = [
  'glNOQVBQWQAAAAABAAAAAQAAAPyuCCxicmV3IDAgaG91c2UuBgAEOyAFGgAxLhQACQwNGgAyCQ4uBgANGgAzLhQACQwNGgA0CQ4u',
  'BgANGgA1LhQACQwNGgA2CQ4uBgANGgA3LhQACQwNGgA4CQ4uBgANGgA5LhQACQwNGgAxagUBZgYBADFmBwEAMWYIAQAxZgkBADFm',
  'CgEAMWYLAQAxZgwBADFmDQEAMWYOAQAyZg4BADJmDgEAMmYOAQAyZg4BADJmDgEAMmYOAQAyZg4BADJmDgEAMmYOAQAyZg4BADNm',
  'DgEAM2YOAQAzZg4BADNmDgEAM2YOAQAzZg4BADNmDgEAM2YOAQAzZg4BADNSDgE=',
].join('');

const bytes = (base64: string) => Buffer.from(base64, 'base64');
const PACKED: readonly [string, number, Buffer][] = [
  ['nothing', 0, Buffer.from(TEXT)],
  ['gzip', 1, gzipSync(TEXT)],
  ['snappy', 2, bytes(SNAPPY)],
  ['snappy in blocks of Java', 2, bytes(SNAPPY_JAVA)],
  ['lz4', 3, bytes(LZ4_JAVA)],
  ['lz4 with sums and the size', 3, bytes(LZ4_CHECKED)],
  ['two frames of lz4', 3, Buffer.concat([bytes(LZ4_JAVA), bytes(LZ4_CHECKED)])],
  ['zstd', 4, zstdCompressSync(TEXT)],
];

describe('records packed by', () => {
  it.each(PACKED)('%s are unpacked up to a bound, and not beyond it', async (name, codec, packed) => {
    const whole = name.startsWith('two') ? TEXT + TEXT : TEXT;
    expect(String(await unpack(codec, packed))).toBe(whole);
    expect(String(await unpack(codec, packed, whole.length))).toBe(whole);
    if (codec !== 0) expect(await unpack(codec, packed, whole.length - 1)).toBe('too_large');
  });

  it('a codec that nobody knows are told so', async () => {
    for (const codec of [5, 6, 7]) expect(await unpack(codec, Buffer.from(TEXT))).toBe('unknown_format');
  });

  it('any, cut off or changed, are damaged or other bytes, and nothing else happens', async () => {
    for (const [, codec, packed] of PACKED.slice(1))
      for (let cut = 1; cut < packed.length; cut += 7) {
        const unpacked = await unpack(codec, packed.subarray(0, cut));
        expect(['damaged', TEXT.slice(0, unpacked.length), TEXT].includes(String(unpacked))).toBe(true);
      }
    const broken = fc.tuple(fc.constantFrom(unpackLz4, unpackSnappy), fc.nat(), fc.nat(255), fc.boolean());
    fc.assert(
      fc.property(broken, ([unpackAll, at, byte, isJava]) => {
        const [lz4, snappy] = isJava ? [LZ4_JAVA, SNAPPY_JAVA] : [LZ4_CHECKED, SNAPPY];
        const changed = bytes(unpackAll === unpackLz4 ? lz4 : snappy);
        changed[at % changed.length] = byte;
        try {
          expect(unpackAll(changed, 5_000).length).toBeLessThanOrEqual(5_000);
        } catch (error) {
          expect(error instanceof NotPacked || error instanceof TooLarge).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('CRC-32C', () => {
  it('is that of RFC 3720, B.4, of any length', () => {
    const ascending = Buffer.from(Array.from({ length: 32 }, (_, i) => i));
    expect([crc32c(Buffer.alloc(32)), crc32c(Buffer.alloc(32, 0xff)), crc32c(ascending)]).toEqual([
      0x8a9136aa, 0x62a8ab43, 0x46dd794e,
    ]);
    expect([crc32c(Buffer.from('123456789')), crc32c(Buffer.alloc(0))]).toEqual([0xe3069283, 0]);
  });
});
