/** The values of a page, read so that every byte of it is one of theirs. */
import { isUtf8 } from 'node:buffer';
import { numberAt } from '../checked.ts';

/** The physical types that releases have, by their numbers in the format. */
export const PHYSICAL = { INT32: 1, INT64: 2, FLOAT: 4, DOUBLE: 5, BYTE_ARRAY: 6 } as const;
/** A physical type. */
export type Physical = keyof typeof PHYSICAL;

/** Numbers in order; those of 64 bits as doubles where one of them needs more than 32. */
export type Numbers = Int32Array | Float64Array;

/** Values in order: numbers, or texts. */
export type Values = Numbers | readonly string[];

/** The values of a page, and their range where they are numbers. */
export interface PageValues extends NumberRange {
  readonly count: number;
}

/** The least and the greatest of numbers. */
export interface NumberRange {
  readonly least: number | undefined;
  readonly most: number | undefined;
}

const WIDTHS: Readonly<Record<Physical, number>> = { INT32: 4, INT64: 8, FLOAT: 4, DOUBLE: 8, BYTE_ARRAY: 0 };

/** `count` values in PLAIN. Throws RangeError where the bytes are more or fewer, or no UTF-8. */
export function plainValues(bytes: Uint8Array, type: Physical, count: number): Values {
  if (type === 'BYTE_ARRAY') return plainTexts(bytes, count);
  requireEnd(count * WIDTHS[type], bytes.length);
  // Typed arrays begin at a multiple of their width, and are little-endian on every machine that
  // Node 24 runs on but s390x.
  const { buffer } = new Uint8Array(bytes);
  if (type === 'INT32') return new Int32Array(buffer);
  if (type === 'FLOAT') return new Float64Array(new Float32Array(buffer));
  if (type === 'DOUBLE') return new Float64Array(buffer);
  return wideValues(new Int32Array(buffer), count);
}

/** Numbers of 64 bits, by their halves, which it may write over. */
function wideValues(words: Int32Array, count: number): Numbers {
  let narrow = 0;
  while (narrow < count && words[narrow * 2 + 1] === (words[narrow * 2] ?? 0) >> 31) narrow++;
  if (narrow === count) {
    for (let index = 0; index < count; index++) words[index] = words[index * 2] ?? 0;
    return words.subarray(0, count);
  }
  const values = new Float64Array(count);
  for (let index = 0; index < count; index++)
    values[index] = (words[index * 2 + 1] ?? 0) * 2 ** 32 + ((words[index * 2] ?? 0) >>> 0);
  return values;
}

/** Whether values are texts. */
export function areTexts(values: Values): values is readonly string[] {
  return Array.isArray(values);
}

function plainTexts(bytes: Uint8Array, count: number): string[] {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const texts: string[] = [];
  let at = 0;
  for (let i = 0; i < count && at <= whole.length; i++) {
    const from = at + 4;
    at = from + (from <= whole.length ? whole.readUInt32LE(at) : whole.length);
    if (at > whole.length) break;
    // A reader that puts something in its place would find the text that it looks for.
    if (!isUtf8(whole.subarray(from, at))) throw new RangeError('a text is no UTF-8');
    texts.push(whole.toString('utf8', from, at));
  }
  requireEnd(at, whole.length);
  return texts;
}

/** A number in PLAIN. */
export function numberIn(view: DataView, type: Physical, at: number): number {
  if (type === 'INT32') return view.getInt32(at, true);
  if (type === 'INT64') return Number(view.getBigInt64(at, true));
  return type === 'FLOAT' ? view.getFloat32(at, true) : view.getFloat64(at, true);
}

/** The bytes of numbers in BYTE_STREAM_SPLIT, as PLAIN has them. */
export function joinedStreams(bytes: Uint8Array, type: Physical, count: number): Uint8Array {
  const width = WIDTHS[type];
  requireEnd(count * width, bytes.length);
  return bytes.map((_, index) => numberAt(bytes, (index % width) * count + Math.floor(index / width)));
}

/** Throws RangeError where bytes are missing or left over. */
export function requireEnd(end: number, length: number): void {
  if (end !== length) throw new RangeError(`a page has ${length} bytes, its values take ${end}`);
}

/** The range of values; none of texts, or where one of them is no number. */
export function rangeOf(values: Values): NumberRange {
  if (areTexts(values) || values.length === 0) return { least: undefined, most: undefined };
  let least = numberAt(values, 0);
  let most = least;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? 0;
    if (Number.isNaN(value)) return { least: undefined, most: undefined };
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { least, most };
}

/**
 * Fills values with numbers of `width` bits in the hybrid of repeated and packed runs; those of
 * more than 8 bits do not fit bytes. Returns where the runs end. Throws RangeError where runs are
 * cut off, or hold more than the padding of their last eight.
 */
export function readRuns(bytes: Uint8Array, from: number, { width, values }: Runs): number {
  if (width > 31) throw new RangeError(`runs of ${width} bits`);
  const count = values.length;
  let [at, filled] = [from, 0];
  while (filled < count) {
    let head = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = numberAt(bytes, at++);
      head += (byte & 127) * scale;
      if (head >= 2 ** 32 || (byte === 0 && scale > 1)) throw new RangeError('a run has a length that is none');
      if (byte < 128) break;
    }
    const length = Math.floor(head / 2);
    if (head % 2 === 0) {
      let value = 0;
      for (let i = 0; i < Math.ceil(width / 8); i++) value += numberAt(bytes, at++) * 256 ** i;
      if (length > count - filled || length === 0 || value >= 2 ** width) throw new RangeError('a run is too long');
      values.fill(value, filled, filled + length);
      filled += length;
      continue;
    }
    if (length * 8 - (count - filled) >= 8 || length === 0) throw new RangeError('a packed run is too long');
    if (at + length * width > bytes.length) throw new RangeError('a run is cut off');
    filled = unpackRun(bytes, at, { width, length: length * 8, values, filled });
    at += length * width;
  }
  if (at > bytes.length) throw new RangeError('a run is cut off');
  return at;
}

/** Numbers that runs are read into. */
interface Runs {
  readonly width: number;
  readonly values: Uint8Array | Int32Array;
}

interface PackedRun extends Runs {
  /** Numbers that are packed, padding included. */
  readonly length: number;
  readonly filled: number;
}

/** Fills values from a packed run, as far as there is room. Returns how many there are then. */
function unpackRun(bytes: Uint8Array, from: number, { width, length, values, filled }: PackedRun): number {
  let end = filled;
  // Bits that are read and not yet used, the least first: below 2^39, more than 32-bit numbers
  // hold.
  let [rest, have, at] = [0, 0, from];
  const size = 2 ** width;
  for (let i = 0; i < length; i++) {
    for (; have < width; have += 8) rest += numberAt(bytes, at++) * 2 ** have;
    const value = rest % size;
    rest = (rest - value) / size;
    have -= width;
    if (end < values.length) values[end++] = value;
    else if (value !== 0) throw new RangeError('the padding of a packed run is not empty');
  }
  return end;
}

/** The number of `width` bits that begins at a bit, the least bit first. */
function packedAt(bytes: Uint8Array, bit: number, width: number): number {
  let value = 0;
  for (let have = 0; have < width; ) {
    const offset = (bit + have) & 7;
    const taken = Math.min(8 - offset, width - have);
    value += ((numberAt(bytes, (bit + have) >> 3) >> offset) & ((1 << taken) - 1)) * 2 ** have;
    have += taken;
  }
  return value;
}

/** `count` whole numbers in DELTA_BINARY_PACKED. Throws RangeError where bytes are left over. */
export function deltaValues(bytes: Uint8Array, type: Physical, count: number): Float64Array {
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = numberAt(bytes, at++);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw new RangeError('a delta has more than 64 bits');
  };
  const zigzag = () => ((value) => (value >> 1n) ^ -(value & 1n))(varint());
  const bits = type === 'INT32' ? 32 : 64;
  const [blockSize, miniblocks, total] = [Number(varint()), Number(varint()), Number(varint())];
  let last = zigzag();
  if (total !== count) throw new RangeError(`a page of ${total} deltas for ${count} values`);
  const perMiniblock = blockSize / miniblocks;
  // The format asks for both, and padding ends on a byte by them.
  if (blockSize % 128 !== 0 || !(perMiniblock > 0) || perMiniblock % 32 !== 0)
    throw new RangeError(`blocks of ${blockSize} deltas in ${miniblocks} parts`);
  const values = count > 0 ? [Number(last)] : [];
  while (values.length < count) {
    const least = zigzag();
    const widths = bytes.subarray(at, at + miniblocks);
    at += miniblocks;
    if (widths.length < miniblocks) throw new RangeError('deltas are cut off');
    for (const width of widths) {
      if (width > bits) throw new RangeError(`deltas of ${width} bits`);
      if (values.length >= count) {
        if (width !== 0) throw new RangeError('a miniblock without values has a width');
        continue;
      }
      for (let i = 0; i < perMiniblock; i++) {
        let delta = 0n;
        for (let bit = 0; bit < width; bit += 24)
          delta |= BigInt(packedAt(bytes, at * 8 + i * width + bit, Math.min(24, width - bit))) << BigInt(bit);
        if (values.length >= count) {
          if (delta !== 0n) throw new RangeError('the padding of deltas is not empty');
          continue;
        }
        last = BigInt.asIntN(bits, last + least + delta);
        values.push(Number(last));
      }
      at += (perMiniblock * width) / 8;
    }
  }
  requireEnd(at, bytes.length);
  return Float64Array.from(values);
}
