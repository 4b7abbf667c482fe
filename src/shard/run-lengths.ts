/**
 * Parquet's RLE / bit-packing hybrid for levels and indices (parquet-format, encodings, RLE = 3).
 */
import { byteAt, intAt } from '../checked.ts';
import type { ByteBuffer } from './byte-buffer.ts';

/** For fewer equal values a bit-packed group is never larger than a run. */
const RUN_MIN = 8;

/**
 * Bits of the numbers 0 to `max`, one at least: a width of 0 is legal, but some readers refuse it.
 */
export function bitWidthOf(max: number): number {
  return Math.max(1, 32 - Math.clz32(max));
}

/** A value that comes `count` times. */
export interface Run {
  /** Below 2^width. */
  readonly value: number;
  readonly count: number;
  /** Bits of a value, 1 to 24. */
  readonly width: number;
}

/** Writes one run. */
export function writeRun(out: ByteBuffer, { value, count, width }: Run): void {
  out.varint(count * 2);
  for (let bits = 0; bits < width; bits += 8) out.byte((value >>> bits) & 0xff);
}

/**
 * Writes values from 0 to 2^width - 1 as runs where RUN_MIN or more are equal, and bit-packed
 * elsewhere; the width is 1 to 24.
 */
export function writeHybrid(out: ByteBuffer, values: Int32Array, width: number): void {
  let at = 0;
  while (at < values.length) {
    const run = runLength(values, at, values.length);
    if (run >= RUN_MIN) {
      writeRun(out, { value: intAt(values, at), count: run, width });
      at += run;
      continue;
    }
    let end = at;
    do end = Math.min(end + 8, values.length);
    while (end < values.length && runLength(values, end, end + RUN_MIN) < RUN_MIN);
    writePacked(out, values.subarray(at, end), width);
    at = end;
  }
}

function runLength(values: Int32Array, from: number, to: number): number {
  const value = values[from];
  let end = from + 1;
  while (end < to && values[end] === value) end++;
  return end - from;
}

function writePacked(out: ByteBuffer, values: Int32Array, width: number): void {
  const groups = Math.ceil(values.length / 8);
  out.varint(groups * 2 + 1);
  let held = 0;
  let bits = 0;
  for (let i = 0; i < groups * 8; i++) {
    held |= (values[i] ?? 0) << bits;
    for (bits += width; bits >= 8; bits -= 8) {
      out.byte(held & 0xff);
      held >>>= 8;
    }
  }
}

/**
 * Calls `run` for every run in `bytes` until `size` values are read; the width is below nine.
 * Throws RangeError on bit-packed groups, and where the bytes end before.
 */
export function eachRun(bytes: Uint8Array, size: number, run: (value: number, from: number, to: number) => void): void {
  let at = 0;
  for (let seen = 0; seen < size; ) {
    const head = readHead(bytes, at);
    const value = bytes[head.end];
    if (head.packed || value === undefined || head.count === 0) throw new RangeError('levels are not written as runs');
    at = head.end + 1;
    const to = Math.min(seen + head.count, size);
    run(value, seen, to);
    seen = to;
  }
}

/**
 * The `count` values of `width` bits (1 to 24) in `bytes`. Throws RangeError where the bytes end
 * before.
 */
export function readHybrid(bytes: Uint8Array, count: number, width: number): Int32Array {
  if (width < 1 || width > 24) throw new RangeError(`a bit width of ${width} is not ours`);
  const values = new Int32Array(count);
  const runBytes = Math.ceil(width / 8);
  let at = 0;
  for (let seen = 0; seen < count; ) {
    const head = readHead(bytes, at);
    const size = head.packed ? head.count * width : runBytes;
    at = head.end + size;
    if (at > bytes.length || head.count === 0) throw new RangeError('dictionary indices are cut off');
    const to = Math.min(seen + head.count * (head.packed ? 8 : 1), count);
    if (head.packed) readPacked(bytes.subarray(head.end), values.subarray(seen, to), width);
    else {
      let value = 0;
      for (let i = 0; i < runBytes; i++) value |= byteAt(bytes, head.end + i) << (8 * i);
      values.fill(value, seen, to);
    }
    seen = to;
  }
  return values;
}

function readPacked(bytes: Uint8Array, values: Int32Array, width: number): void {
  const mask = (1 << width) - 1;
  let at = 0;
  let held = 0;
  let bits = 0;
  for (let i = 0; i < values.length; i++) {
    for (; bits < width; bits += 8) held |= byteAt(bytes, at++) << bits;
    values[i] = held & mask;
    held >>>= width;
    bits -= width;
  }
}

function readHead(bytes: Uint8Array, from: number): { packed: boolean; count: number; end: number } {
  let head = 0;
  let end = from;
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[end++];
    if (byte === undefined || scale > 2 ** 35) throw new RangeError('a run is cut off');
    head += (byte & 0x7f) * scale;
    if (byte < 0x80) return { packed: head % 2 === 1, count: Math.floor(head / 2), end };
  }
}
