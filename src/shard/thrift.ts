/** Apache Thrift's compact protocol, as far as Parquet headers and footers need it. */
import { type ByteBuffer, createByteBuffer } from './byte-buffer.ts';

const CODES = { true: 1, false: 2, i8: 3, i16: 4, i32: 5, i64: 6, binary: 8, list: 9, struct: 12 } as const;

/** The deepest nesting: footers have five levels, and a broken file must not exhaust the stack. */
const DEPTH_MAX = 16;

/**
 * Fields by their numbers; undefined ones are not written. JavaScript walks whole numbers as keys
 * in ascending order.
 */
export type ThriftFields = { readonly [id: number]: ThriftValue | undefined };

/** A value with its wire type; whole numbers reach 2^53 - 1. */
export type ThriftValue =
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'i8' | 'i32' | 'i64'; readonly value: number }
  | { readonly type: 'binary'; readonly value: Uint8Array }
  | { readonly type: 'list'; readonly value: readonly ThriftValue[] }
  | { readonly type: 'struct'; readonly value: ThriftFields };

/** A boolean. */
export const bool = (value: boolean): ThriftValue => ({ type: 'bool', value });
/** A whole number of 8 bits. */
export const i8 = (value: number): ThriftValue => ({ type: 'i8', value });
/** A whole number of 32 bits. */
export const i32 = (value: number): ThriftValue => ({ type: 'i32', value });
/** A whole number of 64 bits. */
export const i64 = (value: number): ThriftValue => ({ type: 'i64', value });
/** Bytes. */
export const binary = (value: Uint8Array): ThriftValue => ({ type: 'binary', value });
/** A text, on the wire the bytes of its UTF-8. */
export const text = (value: string): ThriftValue => ({ type: 'binary', value: Buffer.from(value, 'utf8') });
/** A list of values of one type. */
export const list = (value: readonly ThriftValue[]): ThriftValue => ({ type: 'list', value });
/** A struct. */
export const struct = (value: ThriftFields): ThriftValue => ({ type: 'struct', value });

/** The bytes of a struct. */
export function encodeThrift(fields: ThriftFields): Uint8Array {
  const out = createByteBuffer();
  writeFields(out, fields);
  return out.copy();
}

function writeFields(out: ByteBuffer, fields: ThriftFields): void {
  let last = 0;
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const id = Number(key);
    const code = value.type === 'bool' ? CODES[value.value ? 'true' : 'false'] : CODES[value.type];
    // The fields of Parquet's structs have numbers below 16, so a step always fits the short form.
    out.byte(((id - last) << 4) | code);
    last = id;
    if (value.type !== 'bool') writeValue(out, value);
  }
  out.byte(0);
}

function writeValue(out: ByteBuffer, { type, value }: ThriftValue): void {
  if (type === 'bool') out.byte(value ? CODES.true : CODES.false);
  else if (type === 'i8') out.byte(value & 0xff);
  else if (type === 'list') writeList(out, value);
  else if (type === 'struct') writeFields(out, value);
  else if (type === 'binary') {
    out.varint(value.length);
    out.bytes(value);
  } else out.varint(value < 0 ? -2 * value - 1 : 2 * value);
}

function writeList(out: ByteBuffer, elements: readonly ThriftValue[]): void {
  const first = elements[0]?.type ?? 'struct';
  const code = first === 'bool' ? CODES.false : CODES[first];
  out.byte((Math.min(elements.length, 15) << 4) | code);
  if (elements.length >= 15) out.varint(elements.length);
  for (const element of elements) writeValue(out, element);
}

/** A struct as read: fields by number. */
export type ThriftStruct = ReadonlyMap<number, ThriftRead>;
/** A value as read. */
export type ThriftRead = number | boolean | Uint8Array | readonly ThriftRead[] | ThriftStruct;

/**
 * The struct that begins at `from`, and the position after it. Throws RangeError where the bytes
 * are not a struct.
 */
export function decodeThrift(bytes: Uint8Array, from = 0): { fields: ThriftStruct; end: number } {
  const cursor = { bytes, at: from };
  return { fields: readFields(cursor, 0), end: cursor.at };
}

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

function readFields(cursor: Cursor, depth: number): ThriftStruct {
  if (depth > DEPTH_MAX) throw new RangeError('a header nests too deep');
  const fields = new Map<number, ThriftRead>();
  let id = 0;
  for (;;) {
    const head = readByte(cursor);
    if (head === 0) return fields;
    id = head >> 4 === 0 ? readZigzag(cursor) : id + (head >> 4);
    const code = head & 15;
    fields.set(id, code <= CODES.false ? code === CODES.true : readValue(cursor, code, depth));
  }
}

function readValue(cursor: Cursor, code: number, depth: number): ThriftRead {
  if (code === CODES.true || code === CODES.false) return readByte(cursor) === CODES.true;
  if (code === CODES.i8) return (readByte(cursor) << 24) >> 24;
  if (code === CODES.i16 || code === CODES.i32 || code === CODES.i64) return readZigzag(cursor);
  if (code === CODES.struct) return readFields(cursor, depth + 1);
  if (code === CODES.binary) {
    const size = inside(cursor, readVarint(cursor));
    cursor.at += size;
    return cursor.bytes.subarray(cursor.at - size, cursor.at);
  }
  if (code !== CODES.list) throw new RangeError(`a header holds the unknown wire type ${code}`);
  const head = readByte(cursor);
  const size = inside(cursor, head >> 4 === 15 ? readVarint(cursor) : head >> 4);
  return Array.from({ length: size }, () => readValue(cursor, head & 15, depth + 1));
}

/**
 * The size of what follows. Bytes and elements take a byte each at least: a larger size is a broken
 * file, not a reason to allocate.
 */
function inside({ bytes, at }: Cursor, size: number): number {
  if (size > bytes.length - at) throw new RangeError('a header is cut off');
  return size;
}

function readByte(cursor: Cursor): number {
  const byte = cursor.bytes[cursor.at++];
  if (byte === undefined) throw new RangeError('a header is cut off');
  return byte;
}

function readVarint(cursor: Cursor): number {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = readByte(cursor);
    value += (byte & 0x7f) * scale;
    if (value > Number.MAX_SAFE_INTEGER) throw new RangeError('a header holds a number over 2^53');
    if (byte < 0x80) return value;
  }
}

function readZigzag(cursor: Cursor): number {
  const value = readVarint(cursor);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

/**
 * A whole number of a read struct. Throws RangeError where the field is absent or of another type.
 */
export function numberField(fields: ThriftStruct, id: number): number {
  const value = fields.get(id);
  if (typeof value !== 'number') throw new RangeError(`field ${id} of a header is no number`);
  return value;
}

/** A text of a read struct. Throws RangeError where the field is absent or of another type. */
export function textField(fields: ThriftStruct, id: number): string {
  return asText(fields.get(id));
}

/** A list of a read struct. Throws RangeError where the field is absent or of another type. */
export function listField(fields: ThriftStruct, id: number): readonly ThriftRead[] {
  const value = fields.get(id);
  if (!isList(value)) throw new RangeError(`field ${id} of a header is no list`);
  return value;
}

/**
 * A struct within a read struct. Throws RangeError where the field is absent or of another type.
 */
export function structField(fields: ThriftStruct, id: number): ThriftStruct {
  return asStruct(fields.get(id));
}

/** A read value as a struct. Throws RangeError where it is absent or of another type. */
export function asStruct(value: ThriftRead | undefined): ThriftStruct {
  if (!(value instanceof Map)) throw new RangeError('a header lacks a struct');
  return value;
}

/** A read value as a text. Throws RangeError where it is absent or of another type. */
export function asText(value: ThriftRead | undefined): string {
  if (!(value instanceof Uint8Array)) throw new RangeError('a header lacks a text');
  return new TextDecoder().decode(value);
}

function isList(value: ThriftRead | undefined): value is readonly ThriftRead[] {
  return Array.isArray(value);
}
