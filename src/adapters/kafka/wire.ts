/**
 * Bytes of Kafka's protocol: fixed numbers, and the compact forms of flexible versions (KIP-482:
 * lengths are one more than they are, 0 is null; each structure ends with tagged fields).
 */

/** Bytes that are not what the protocol says. */
export class BrokenBytes extends Error {}

/** Reads forward. Every method throws `BrokenBytes` behind the end. */
export interface WireReader {
  /** Bytes that are left. */
  left(): number;
  int8(): number;
  int16(): number;
  int32(): number;
  /** Throws `BrokenBytes` beyond what a number holds exactly, 2^53. */
  int64(): number;
  bigint64(): bigint;
  /** At most five bytes. */
  uvarint(): number;
  /** Zigzag, at most five bytes. */
  varint(): number;
  /** Zigzag, at most ten bytes. */
  varlong(): number;
  /** A view. */
  bytes(length: number): Buffer;
  /** A view; null where it is null. */
  compactBytes(): Buffer | null;
  compactText(): string | null;
  /** Empty where it is null. */
  compactArray<T>(read: (reader: WireReader) => T): T[];
  /** Passes over tagged fields: none that we know changes what we read. */
  tags(): void;
}

/** Reads `bytes` from `start` to their end. */
export function readWire(bytes: Buffer, start = 0): WireReader {
  let at = start;
  const step = (length: number) => {
    if (length < 0 || at + length > bytes.length) throw new BrokenBytes(`${length} bytes at ${at} of ${bytes.length}`);
    at += length;
    return at - length;
  };
  const exact = (value: bigint) => {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new BrokenBytes(`${value} is too large`);
    return number;
  };
  const uvarint = () => {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = bytes[step(1)] as number;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new BrokenBytes('a number of more than five bytes');
  };
  const reader: WireReader = {
    left: () => bytes.length - at,
    int8: () => bytes.readInt8(step(1)),
    int16: () => bytes.readInt16BE(step(2)),
    int32: () => bytes.readInt32BE(step(4)),
    int64: () => exact(bytes.readBigInt64BE(step(8))),
    bigint64: () => bytes.readBigInt64BE(step(8)),
    uvarint,
    varint() {
      const value = uvarint();
      return (value >>> 1) ^ -(value & 1);
    },
    varlong() {
      let value = 0;
      for (let scale = 1; scale < 2 ** 70; scale *= 0x80) {
        const byte = bytes[step(1)] as number;
        value += (byte & 0x7f) * scale;
        if (byte >= 0x80) continue;
        if (!Number.isSafeInteger(value)) throw new BrokenBytes(`${value} is too large`);
        return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      }
      throw new BrokenBytes('a number of more than ten bytes');
    },
    bytes(length) {
      const from = step(length);
      return bytes.subarray(from, from + length);
    },
    compactBytes() {
      const length = uvarint();
      return length === 0 ? null : reader.bytes(length - 1);
    },
    compactText: () => reader.compactBytes()?.toString('utf8') ?? null,
    compactArray: (read) => {
      const length = uvarint() - 1;
      // Whatever is in it has a byte at least.
      if (length > reader.left()) throw new BrokenBytes(`${length} elements in ${reader.left()} bytes`);
      return Array.from({ length: Math.max(0, length) }, () => read(reader));
    },
    tags() {
      for (let left = uvarint(); left > 0; left--) {
        uvarint();
        reader.bytes(uvarint());
      }
    },
  };
  return reader;
}

/** Collects bytes. */
export interface WireWriter {
  int8(value: number): WireWriter;
  int16(value: number): WireWriter;
  int32(value: number): WireWriter;
  int64(value: number): WireWriter;
  bytes(value: Uint8Array): WireWriter;
  compactText(value: string): WireWriter;
  compactArray<T>(values: readonly T[], write: (value: T) => void): WireWriter;
  /** No tagged fields. */
  tags(): WireWriter;
  finish(): Buffer;
}

/** Bound: all that is written. */
export function writeWire(): WireWriter {
  const parts: Uint8Array[] = [];
  const number = (bytes: number, write: (target: Buffer) => void) => {
    const target = Buffer.alloc(bytes);
    write(target);
    parts.push(target);
    return writer;
  };
  const uvarint = (value: number) => {
    const bytes: number[] = [];
    let left = value;
    for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) | 0x80);
    parts.push(Buffer.from([...bytes, left]));
  };
  const writer: WireWriter = {
    int8: (value) => number(1, (target) => target.writeInt8(value)),
    int16: (value) => number(2, (target) => target.writeInt16BE(value)),
    int32: (value) => number(4, (target) => target.writeInt32BE(value)),
    int64: (value) => number(8, (target) => target.writeBigInt64BE(BigInt(value))),
    bytes(value) {
      parts.push(value);
      return writer;
    },
    compactText(value) {
      const bytes = Buffer.from(value, 'utf8');
      uvarint(bytes.length + 1);
      return writer.bytes(bytes);
    },
    compactArray(values, write) {
      uvarint(values.length + 1);
      for (const value of values) write(value);
      return writer;
    },
    tags: () => writer.int8(0),
    finish: () => Buffer.concat(parts),
  };
  return writer;
}
