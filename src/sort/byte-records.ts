/**
 * Keys and payloads side by side in large buffers: how a sorter holds, orders and stores records
 * without an object for each.
 */
import { byteAt } from '../checked.ts';

/**
 * A record is the lengths of its key and payload (two unsigned 32-bit numbers, little-endian), then
 * both.
 */
export const RECORD_HEADER_BYTES = 8;
/** What a record costs beside its bytes: its start, and the sort's copies of it. */
export const RECORD_OVERHEAD_BYTES = 24;
/** Bytes that are compared in JavaScript before the call of memcmp pays. */
const SHORT_BYTES = 24;

/** One record; both are windows that hold until the next record is asked for. */
export interface ByteRecord {
  readonly key: Uint8Array;
  readonly payload: Uint8Array;
}

/** Where a record begins; holds until the next one is asked for. */
export interface RecordPosition {
  readonly buffer: Buffer;
  readonly at: number;
}

/** Bytes of the record that begins at `at`. */
export function recordBytes(buffer: Buffer, at: number): number {
  return RECORD_HEADER_BYTES + buffer.readUInt32LE(at) + buffer.readUInt32LE(at + 4);
}

/** The record that begins at `at`, as windows into the buffer. */
export function recordAt(buffer: Buffer, at: number): ByteRecord {
  const key = at + RECORD_HEADER_BYTES;
  const payload = key + buffer.readUInt32LE(at);
  return {
    key: buffer.subarray(key, payload),
    payload: buffer.subarray(payload, payload + buffer.readUInt32LE(at + 4)),
  };
}

/** Writes a record at `at`; returns where the next begins. */
export function writeRecord(buffer: Buffer, at: number, { key, payload }: ByteRecord): number {
  buffer.writeUInt32LE(key.length, at);
  buffer.writeUInt32LE(payload.length, at + 4);
  buffer.set(key, at + RECORD_HEADER_BYTES);
  buffer.set(payload, at + RECORD_HEADER_BYTES + key.length);
  return at + RECORD_HEADER_BYTES + key.length + payload.length;
}

/**
 * The order of the sort: keys as bytes, then payloads as bytes, so equal records alone may change
 * places.
 */
export function compareRecords(a: RecordPosition, b: RecordPosition): number {
  return compareParts(a, b, 'key') || compareParts(a, b, 'payload');
}

function compareParts(a: RecordPosition, b: RecordPosition, part: keyof ByteRecord): number {
  const fromA = startOf(a, part);
  const fromB = startOf(b, part);
  const lengthA = lengthOf(a, part);
  const lengthB = lengthOf(b, part);
  const common = Math.min(lengthA, lengthB);
  const short = Math.min(common, SHORT_BYTES);
  for (let i = 0; i < short; i++) {
    const difference = byteAt(a.buffer, fromA + i) - byteAt(b.buffer, fromB + i);
    if (difference !== 0) return difference;
  }
  if (common <= SHORT_BYTES) return lengthA - lengthB;
  return a.buffer.compare(b.buffer, fromB + SHORT_BYTES, fromB + lengthB, fromA + SHORT_BYTES, fromA + lengthA);
}

function lengthOf({ buffer, at }: RecordPosition, part: keyof ByteRecord): number {
  return buffer.readUInt32LE(part === 'key' ? at : at + 4);
}

function startOf(record: RecordPosition, part: keyof ByteRecord): number {
  const key = record.at + RECORD_HEADER_BYTES;
  return part === 'key' ? key : key + lengthOf(record, 'key');
}
