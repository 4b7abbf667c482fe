/** The values of a page, read so that every byte of it is one of theirs. */
import { isUtf8 } from 'node:buffer';
import { numberAt } from '../checked.ts';

/** The physical types that releases have, by their numbers in the format. */
export const PHYSICAL = { INT32: 1, INT64: 2, FLOAT: 4, DOUBLE: 5, BYTE_ARRAY: 6 } as const;
/** A physical type. */
export type Physical = keyof typeof PHYSICAL;

/** The values of a dictionary or of a page; a range of numbers alone. */
export interface PageValues {
  readonly count: number;
  readonly least: number | undefined;
  readonly most: number | undefined;
}

const WIDTHS: Readonly<Record<Physical, number>> = { INT32: 4, INT64: 8, FLOAT: 4, DOUBLE: 8, BYTE_ARRAY: 0 };

/** `count` values in PLAIN. Throws RangeError where the bytes are more or fewer, or no UTF-8. */
export function plainValues(bytes: Uint8Array, type: Physical, count: number): Float64Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type !== 'BYTE_ARRAY') {
    requireEnd(count * WIDTHS[type], bytes.length);
    const values = new Float64Array(count);
    for (let index = 0; index < count; index++) values[index] = numberIn(view, type, index * WIDTHS[type]);
    return values;
  }
  let at = 0;
  for (let i = 0; i < count && at <= bytes.length; i++) {
    const from = at + 4;
    at = from + (from <= bytes.length ? view.getUint32(at, true) : bytes.length);
    // A reader that puts something in its place would find the text that it looks for.
    if (at <= bytes.length && !isUtf8(bytes.subarray(from, at))) throw new RangeError('a text is no UTF-8');
  }
  requireEnd(at, bytes.length);
  return undefined;
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

/** The least and the greatest of numbers; none where one of them is no number. */
export function rangeOf(values: Iterable<number> | undefined): Omit<PageValues, 'count'> {
  let [least, most]: (number | undefined)[] = [];
  for (const value of values ?? []) {
    if (Number.isNaN(value)) return { least: undefined, most: undefined };
    if (least === undefined || value < least) least = value;
    if (most === undefined || value > most) most = value;
  }
  return { least, most };
}

/** Numbers of `width` bits in runs, and where they end. */
export interface HybridRuns {
  readonly values: Int32Array;
  readonly end: number;
}

/**
 * `count` numbers in the hybrid of repeated and packed runs. Throws RangeError where runs are cut
 * off, or hold more than the padding of their last eight.
 */
export function hybridRuns(
  bytes: Uint8Array,
  from: number,
  { width, count }: { width: number; count: number },
): HybridRuns {
  if (width > 31) throw new RangeError(`runs of ${width} bits`);
  const values = new Int32Array(count);
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
    for (let i = 0; i < length * 8; i++) {
      const value = packedAt(bytes, at * 8 + i * width, width);
      if (filled < count) values[filled++] = value;
      else if (value !== 0) throw new RangeError('the padding of a packed run is not empty');
    }
    at += length * width;
  }
  if (at > bytes.length) throw new RangeError('a run is cut off');
  return { values, end: at };
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
export function deltaValues(bytes: Uint8Array, type: Physical, count: number): number[] {
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
  return values;
}
