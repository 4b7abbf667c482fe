/**
 * Records in one buffer and where they begin in another: what a sorter holds in memory, ordered
 * without an object for each.
 */
import {
  compareRecords,
  RECORD_HEADER_BYTES,
  RECORD_OVERHEAD_BYTES,
  type RecordPosition,
  writeRecord,
} from './byte-records.ts';

// Where the buffers start growing from, by doubling.
const BUFFER_BYTES_MIN = 64 * 1024;
const STARTS_MIN = 1024;

/** Records in memory. */
export interface Arena {
  /** Records. */
  size(): number;
  /** Whether the record does not fit beside those that are there; an empty arena takes any. */
  isFullFor(key: Uint8Array, payload: Uint8Array): boolean;
  /** Copies both. */
  add(key: Uint8Array, payload: Uint8Array): void;
  /** All records in order. */
  positions(): Generator<RecordPosition>;
  /** Forgets the records and keeps the memory. */
  clear(): void;
  /** Forgets both. */
  release(): void;
}

/** Bound: `bytesMax`, or the largest record; while growing, half as much again. */
export function createArena(bytesMax: number): Arena {
  let buffer: Buffer = Buffer.alloc(0);
  let starts = new Uint32Array(0);
  let filled = 0;
  let size = 0;
  const bytesOf = (key: Uint8Array, payload: Uint8Array) => RECORD_HEADER_BYTES + key.length + payload.length;
  const growBuffer = (bytes: number) => {
    if (bytes <= buffer.length) return;
    const wanted = Math.min(Math.max(2 * buffer.length, BUFFER_BYTES_MIN), bytesMax);
    const larger = Buffer.allocUnsafeSlow(Math.max(bytes, wanted));
    buffer.copy(larger, 0, 0, filled);
    buffer = larger;
  };
  const growStarts = () => {
    if (size < starts.length) return;
    const larger = new Uint32Array(Math.max(2 * size, STARTS_MIN));
    larger.set(starts);
    starts = larger;
  };
  return {
    size: () => size,
    isFullFor: (key, payload) =>
      size > 0 && filled + bytesOf(key, payload) + (size + 1) * RECORD_OVERHEAD_BYTES > bytesMax,
    add(key, payload) {
      growBuffer(filled + bytesOf(key, payload));
      growStarts();
      starts[size++] = filled;
      filled = writeRecord(buffer, filled, { key, payload });
    },
    *positions() {
      // Used again for each pair, and for each record: no object a comparison.
      const position = { buffer, at: 0 };
      const other = { buffer, at: 0 };
      const order = starts.subarray(0, size).sort((a, b) => {
        position.at = a;
        other.at = b;
        return compareRecords(position, other);
      });
      for (const at of order) {
        position.at = at;
        yield position;
      }
    },
    clear() {
      filled = 0;
      size = 0;
    },
    release() {
      buffer = Buffer.alloc(0);
      starts = new Uint32Array(0);
      filled = 0;
      size = 0;
    },
  };
}
