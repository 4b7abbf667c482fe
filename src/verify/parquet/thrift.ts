/**
 * Apache Thrift's compact protocol, read so strictly that no byte of a struct says nothing: fields
 * in rising order, numbers in their shortest form.
 */

/**
 * A value as read, its type that of the wire: a number of 32 bits, a bigint of 64 bits below 2^53,
 * the digits of a number of 8 bits, and of one of 16 bits after an `s`.
 */
export type Thrift = number | bigint | string | boolean | Uint8Array | readonly Thrift[] | ThriftStruct;
/** The fields of a struct by their numbers. */
export interface ThriftStruct {
  readonly [field: number]: Thrift;
}

/** A struct, and where the bytes after it begin. */
export interface ReadStruct {
  readonly fields: ThriftStruct;
  readonly end: number;
}

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

const [TRUE, FALSE, I8, I16, I32, I64, BINARY, LIST, STRUCT] = [1, 2, 3, 4, 5, 6, 8, 9, 12];
/** Deeper than any header of the format. */
const DEPTH_MAX = 16;

/** The struct that begins at `from`. Throws RangeError where the bytes are not one in that form. */
export function readStruct(bytes: Uint8Array, from = 0): ReadStruct {
  const cursor = { bytes, at: from };
  return { fields: structAt(cursor, 0), end: cursor.at };
}

function structAt(cursor: Cursor, depth: number): ThriftStruct {
  if (depth > DEPTH_MAX) throw new RangeError('its headers nest too deep');
  const fields: Record<number, Thrift> = {};
  let id = 0;
  for (;;) {
    const head = byteAt(cursor);
    if (head === 0) return fields;
    const next = head >> 4 === 0 ? zigzagAt(cursor) : id + (head >> 4);
    if (next <= id || (head >> 4 === 0 && next - id <= 15)) throw new RangeError('its header fields are out of order');
    id = next;
    const code = head & 15;
    fields[id] = code === TRUE || code === FALSE ? code === TRUE : valueAt(cursor, code, depth);
  }
}

function valueAt(cursor: Cursor, code: number, depth: number): Thrift {
  if (code === I8) return String((byteAt(cursor) << 24) >> 24);
  if (code === I16) return `s${zigzagAt(cursor)}`;
  if (code === I32) return zigzagAt(cursor);
  if (code === I64) return BigInt(zigzagAt(cursor));
  if (code === BINARY) return bytesAt(cursor, varintAt(cursor));
  if (code === STRUCT) return structAt(cursor, depth + 1);
  if (code !== LIST) throw new RangeError(`a header has the wire type ${code}`);
  const head = byteAt(cursor);
  const size = head >> 4 === 15 ? varintAt(cursor) : head >> 4;
  if (head >> 4 === 15 && size < 15) throw new RangeError('a header has a list that is longer than it need be');
  // Every element takes a byte at least.
  if (size > cursor.bytes.length - cursor.at) throw new RangeError('a header is cut off');
  const element = head & 15;
  if (size === 0 && element !== STRUCT) throw new RangeError('a header has an empty list of something');
  const isFlag = element === TRUE || element === FALSE;
  return Array.from({ length: size }, () => (isFlag ? flagAt(cursor) : valueAt(cursor, element, depth + 1)));
}

function flagAt(cursor: Cursor): boolean {
  const byte = byteAt(cursor);
  if (byte !== TRUE && byte !== FALSE) throw new RangeError('a header has a flag that is none');
  return byte === TRUE;
}

function bytesAt(cursor: Cursor, size: number): Uint8Array {
  if (size > cursor.bytes.length - cursor.at) throw new RangeError('a header is cut off');
  cursor.at += size;
  return cursor.bytes.subarray(cursor.at - size, cursor.at);
}

function byteAt(cursor: Cursor): number {
  const byte = cursor.bytes[cursor.at++];
  if (byte === undefined) throw new RangeError('a header is cut off');
  return byte;
}

function varintAt(cursor: Cursor): number {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = byteAt(cursor);
    value += (byte & 0x7f) * scale;
    if (value > Number.MAX_SAFE_INTEGER) throw new RangeError('a header has a number over 2^53');
    if (byte === 0 && scale > 1) throw new RangeError('a header has a number that is longer than it need be');
    if (byte < 0x80) return value;
  }
}

function zigzagAt(cursor: Cursor): number {
  const value = varintAt(cursor);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
