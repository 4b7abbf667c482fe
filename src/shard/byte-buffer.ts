/** A growing byte buffer: pages, headers and footers of Parquet, and rows on their way. */

/** The most bytes: page sizes in Parquet are signed 32-bit numbers, so no page may be larger. */
export const BUFFER_BYTES_MAX = 2 ** 31 - 1;

const FIRST_BYTES = 4096;

/**
 * Bytes that grow at the end, little-endian like the format. They are cleared and used again, so
 * that a row group takes no new memory. Bound: twice the largest content. What makes room throws
 * Error, a bug of the caller, beyond BUFFER_BYTES_MAX.
 */
export interface ByteBuffer {
  /** Number of bytes written. */
  readonly length: number;
  /** The written bytes; valid until the next write or `clear`. */
  readonly written: Uint8Array;
  /** The memory behind the buffer; valid until the next call that makes room. */
  readonly view: DataView;
  /** A copy of the written bytes that the caller may keep. */
  copy(): Uint8Array;
  clear(): void;
  byte(value: number): void;
  /** Unsigned LEB128 of a whole number from 0 to 2^53 - 1. */
  varint(value: number): void;
  /** Overwrites four bytes written before, at `position`. */
  setUint32(position: number, value: number): void;
  bytes(source: Uint8Array): void;
  /** Writes UTF-8 after its length in four bytes: PLAIN of BYTE_ARRAY. */
  text(text: string): void;
  /**
   * Adds `count` bytes of any content, which the caller fills through `view`; returns the position
   * of the first.
   */
  extend(count: number): number;
}

/** An empty buffer. */
export function createByteBuffer(): ByteBuffer {
  let length = 0;
  let memory = Buffer.allocUnsafeSlow(FIRST_BYTES);
  let view = new DataView(memory.buffer);

  const reserve = (count: number): void => {
    const needed = length + count;
    if (needed <= memory.length) return;
    if (needed > BUFFER_BYTES_MAX) throw new Error(`a page or a row of ${needed} bytes is over ${BUFFER_BYTES_MAX}`);
    const grown = Buffer.allocUnsafeSlow(Math.min(Math.max(needed, memory.length * 2), BUFFER_BYTES_MAX));
    grown.set(memory.subarray(0, length));
    memory = grown;
    view = new DataView(grown.buffer);
  };

  return {
    get length() {
      return length;
    },
    get written() {
      return memory.subarray(0, length);
    },
    get view() {
      return view;
    },
    copy: () => Uint8Array.prototype.slice.call(memory, 0, length),
    clear() {
      length = 0;
    },
    byte(value) {
      reserve(1);
      memory[length++] = value;
    },
    varint(value) {
      reserve(8);
      let rest = value;
      while (rest > 0x7f) {
        memory[length++] = (rest % 128) | 0x80;
        rest = Math.floor(rest / 128);
      }
      memory[length++] = rest;
    },
    setUint32: (position, value) => view.setUint32(position, value, true),
    bytes(source) {
      reserve(source.length);
      memory.set(source, length);
      length += source.length;
    },
    text(text) {
      reserve(4 + 3 * text.length);
      const size = memory.write(text, length + 4, 'utf8');
      view.setUint32(length, size, true);
      length += 4 + size;
    },
    extend(count) {
      reserve(count);
      length += count;
      return length - count;
    },
  };
}
