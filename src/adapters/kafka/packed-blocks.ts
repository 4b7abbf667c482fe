/**
 * Unpacks what LZ4 and Snappy pack, within a bound: both are copies of earlier bytes and little
 * else, so that a page of code of our own is less to trust than a package that is built natively.
 * Formats: `lz4_Block_format` and `lz4_Frame_format` of LZ4, `format_description` of Snappy.
 */
import { byteAt } from '../../checked.ts';

/** What is unpacked has more bytes than it may have. */
export class TooLarge extends Error {}
/** Bytes that nothing packs to. */
export class NotPacked extends Error {}

/** Bytes that grow at their end, up to a bound. */
interface Growing {
  bytes: Buffer;
  length: number;
  readonly bytesMax: number;
}

const FIRST_BYTES = 64 * 1024;

const growing = (bytesMax: number): Growing => ({
  ...{ bytes: Buffer.allocUnsafe(Math.min(FIRST_BYTES, bytesMax)), length: 0, bytesMax },
});

/** Makes room for more, and fails before any of it is written where the bound is passed. */
function grow(into: Growing, more: number): void {
  const length = into.length + more;
  if (length > into.bytesMax) throw new TooLarge(`more than ${into.bytesMax} bytes`);
  if (length <= into.bytes.length) return;
  const bytes = Buffer.allocUnsafe(Math.min(into.bytesMax, Math.max(length, 2 * into.bytes.length)));
  into.bytes.copy(bytes, 0, 0, into.length);
  into.bytes = bytes;
}

function literals(into: Growing, from: Buffer, { at, length }: { readonly at: number; readonly length: number }): void {
  if (at + length > from.length) throw new NotPacked('literals behind the end');
  grow(into, length);
  from.copy(into.bytes, into.length, at, at + length);
  into.length += length;
}

/** What is copied may overlap what it makes: then it is a pattern that goes on. */
function copyBack(into: Growing, back: number, length: number): void {
  if (back === 0 || back > into.length) throw new NotPacked('a copy from before the beginning');
  grow(into, length);
  const { bytes } = into;
  const to = into.length;
  if (back >= length) bytes.copyWithin(to, to - back, to - back + length);
  else for (let i = 0; i < length; i++) bytes[to + i] = byteAt(bytes, to + i - back);
  into.length += length;
}

const packedByte = (from: Buffer, at: number): number => {
  const byte = from[at];
  if (byte === undefined) throw new NotPacked('it ends too early');
  return byte;
};
const bytesLe = (from: Buffer, at: number, count: number): number => {
  if (at + count > from.length) throw new NotPacked('it ends too early');
  return from.readUIntLE(at, count);
};

const LZ4_MAGIC = 0x184d2204;

/** LZ4 frames, one after another. Throws `TooLarge` and `NotPacked`. Bound: `bytesMax`. */
export function unpackLz4(from: Buffer, bytesMax: number): Buffer {
  const into = growing(bytesMax);
  let at = 0;
  while (at < from.length) at = unpackFrame(from, at, into);
  return into.bytes.subarray(0, into.length);
}

function unpackFrame(from: Buffer, start: number, into: Growing): number {
  if (bytesLe(from, start, 4) !== LZ4_MAGIC) throw new NotPacked('no LZ4 frame');
  const flags = packedByte(from, start + 4);
  if (flags >> 6 !== 1) throw new NotPacked('an LZ4 frame of another version');
  if (flags & 0x01) throw new NotPacked('an LZ4 frame that needs a dictionary');
  const hasBlockSum = (flags & 0x10) !== 0;
  // Magic, flags, block size, the size of the content where it is said, and the header's sum.
  let at = start + 6 + (flags & 0x08 ? 8 : 0) + 1;
  for (;;) {
    const size = bytesLe(from, at, 4);
    at += 4;
    if (size === 0) return at + (flags & 0x04 ? 4 : 0);
    const length = size % 0x8000_0000;
    if (at + length > from.length) throw new NotPacked('a block behind the end');
    if (size >= 0x8000_0000) literals(into, from, { at, length });
    else unpackLz4Block(from.subarray(at, at + length), into);
    at += length + (hasBlockSum ? 4 : 0);
  }
}

function unpackLz4Block(from: Buffer, into: Growing): void {
  let at = 0;
  /** A length of 15 goes on in the bytes behind it, as long as these are 255. */
  const lengthFrom = (first: number) => {
    let length = first;
    if (first === 15)
      for (let byte = 255; byte === 255; ) {
        byte = packedByte(from, at++);
        length += byte;
      }
    return length;
  };
  while (at < from.length) {
    const token = packedByte(from, at++);
    const length = lengthFrom(token >> 4);
    literals(into, from, { at, length });
    at += length;
    if (at === from.length) return;
    const back = bytesLe(from, at, 2);
    at += 2;
    copyBack(into, back, lengthFrom(token & 15) + 4);
  }
}

/** `\x82SNAPPY\0`, as Java's library writes blocks one after another. */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
/** The magic, a version and the least version that reads it. */
const XERIAL_HEADER_BYTES = 16;

/** One Snappy block, or those of Java's library. Throws `TooLarge` and `NotPacked`. */
export function unpackSnappy(from: Buffer, bytesMax: number): Buffer {
  const into = growing(bytesMax);
  if (!from.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) unpackSnappyBlock(from, into);
  else
    for (let at = XERIAL_HEADER_BYTES; at < from.length; ) {
      if (at + 4 > from.length) throw new NotPacked('it ends too early');
      const length = from.readUInt32BE(at);
      at += 4;
      if (at + length > from.length) throw new NotPacked('a block behind the end');
      unpackSnappyBlock(from.subarray(at, at + length), into);
      at += length;
    }
  return into.bytes.subarray(0, into.length);
}

function unpackSnappyBlock(from: Buffer, into: Growing): void {
  let at = 0;
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = packedByte(from, at++);
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
    if (shift > 28) throw new NotPacked('a length of too many bytes');
  }
  grow(into, length);
  const end = into.length + length;
  while (at < from.length) {
    const tag = packedByte(from, at++);
    const high = tag >> 2;
    const kind = tag & 3;
    if (kind === 0) {
      // Longer ones have their length, less one, in the one to four bytes that follow.
      const more = Math.max(0, high - 59);
      const literal = (more === 0 ? high : bytesLe(from, at, more)) + 1;
      literals(into, from, { at: at + more, length: literal });
      at += more + literal;
    } else if (kind === 1) {
      copyBack(into, ((tag >> 5) << 8) | packedByte(from, at), (high & 7) + 4);
      at += 1;
    } else {
      const bytes = kind === 2 ? 2 : 4;
      copyBack(into, bytesLe(from, at, bytes), high + 1);
      at += bytes;
    }
    if (into.length > end) throw new NotPacked('more bytes than it says');
  }
  if (into.length !== end) throw new NotPacked('fewer bytes than it says');
}
