/** A growing byte buffer: what the Parquet encoder writes pages, headers and the footer into. */

/** Page sizes in Parquet are signed 32-bit numbers, so no page and no buffer may be larger. */
export const BUFFER_BYTES_MAX = 2 ** 31 - 1;

const FIRST_BYTES = 4096;

/** Bytes that grow at the end; little-endian like the format. Cleared and used again, so a group costs no new memory. */
export class ByteBuffer {
  /** Number of bytes written. */
  length = 0;
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #view = new DataView(this.#bytes.buffer);

  /** The written bytes; valid until the next write or `clear`. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  /** A copy of the written bytes that the caller may keep. */
  copy(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#bytes, 0, this.length);
  }

  clear(): void {
    this.length = 0;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.length++] = value;
  }

  /** Unsigned LEB128 of a whole number from 0 to 2^53 - 1. */
  varint(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.length++] = rest;
  }

  uint32(value: number): void {
    this.setUint32(this.extend(4), value);
  }

  /** Overwrites four bytes written before, at `position`. */
  setUint32(position: number, value: number): void {
    this.#view.setUint32(position, value, true);
  }

  bytes(source: Uint8Array): void {
    this.#reserve(source.length);
    this.#bytes.set(source, this.length);
    this.length += source.length;
  }

  /** Writes `text` as UTF-8 behind its byte length in four bytes: PLAIN of BYTE_ARRAY. */
  text(text: string): void {
    this.#reserve(4 + 3 * text.length);
    const size = this.#bytes.write(text, this.length + 4, 'utf8');
    this.#view.setUint32(this.length, size, true);
    this.length += 4 + size;
  }

  /** Adds `count` bytes of any content and gives the position of the first; the caller fills them through `view`. */
  extend(count: number): number {
    this.#reserve(count);
    this.length += count;
    return this.length - count;
  }

  /** The memory behind the buffer; valid until the next call that makes room. */
  get view(): DataView {
    return this.#view;
  }

  #reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.#bytes.length) return;
    if (needed > BUFFER_BYTES_MAX) throw new Error(`a Parquet page of ${needed} bytes is over ${BUFFER_BYTES_MAX}`);
    const grown = Buffer.allocUnsafeSlow(Math.min(Math.max(needed, this.#bytes.length * 2), BUFFER_BYTES_MAX));
    grown.set(this.written);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}
