/** Repetition and definition levels of a list column whose rows and elements are never null (parquet-format, Nested Encoding). */
import type { ByteBuffer } from './byte-buffer.ts';
import { eachRun, writeRun } from './run-lengths.ts';

// optional group (1) > repeated group (2) > optional element (3): an element is defined to 3, an empty list to 1.
const DEFINED_ELEMENT = 3;
const DEFINED_EMPTY = 1;

/**
 * Writes both levels for `offsets` (rows + 1 numbers, not falling), each behind its byte length as data page V1 wants.
 * Only runs are written: a row costs some five bytes. Gives the number of levels and how many of them are empty lists.
 */
export function writeListLevels(out: ByteBuffer, offsets: Int32Array): { levels: number; empty: number } {
  const rows = offsets.length - 1;
  let levels = 0;
  let empty = 0;
  withLength(out, () => {
    let starts = 0;
    for (let row = 0; row < rows; row++) {
      const size = offsets[row + 1]! - offsets[row]!;
      if (size < 0) throw new Error(`the offsets of a list column fall at row ${row}`);
      if (size === 0) empty++;
      levels += Math.max(size, 1);
      starts++;
      if (size < 2) continue;
      writeRun(out, 0, starts, 1);
      writeRun(out, 1, size - 1, 1);
      starts = 0;
    }
    if (starts > 0) writeRun(out, 0, starts, 1);
  });
  withLength(out, () => {
    let row = 0;
    while (row < rows) {
      const first = row;
      while (row < rows && offsets[row] === offsets[row + 1]) row++;
      if (row > first) writeRun(out, DEFINED_EMPTY, row - first, 2);
      const filled = row;
      while (row < rows && offsets[row] !== offsets[row + 1]) row++;
      if (row > filled) writeRun(out, DEFINED_ELEMENT, offsets[row]! - offsets[filled]!, 2);
    }
  });
  return { levels, empty };
}

function withLength(out: ByteBuffer, write: () => void): void {
  const start = out.extend(4);
  write();
  out.setUint32(start, out.length - start - 4);
}

/**
 * Reads the levels at the start of a page body that holds `levels` of them and `rows` rows; gives the offsets (rows + 1, from
 * 0) and where the values begin. Throws RangeError where they were not written by `writeListLevels`.
 */
export function readListLevels(body: Uint8Array, levels: number, rows: number): { offsets: Int32Array; end: number } {
  const repetition = section(body, 0);
  const definition = section(body, repetition.end);
  const offsets = new Int32Array(rows + 1);
  let row = 0;
  eachRun(repetition.bytes, levels, (value, from, to) => {
    if (value !== 0) return;
    if (row + to - from > rows) throw new RangeError('a list column holds more rows than its group');
    for (let level = from; level < to; level++) offsets[row++] = level;
  });
  if (row !== rows) throw new RangeError('a list column holds fewer rows than its group');
  offsets[rows] = levels;
  let empty = 0;
  row = 0;
  // Levels to values: every empty list before a row is a level without a value.
  eachRun(definition.bytes, levels, (value, _from, to) => {
    if (value !== DEFINED_ELEMENT && value !== DEFINED_EMPTY) throw new RangeError('a list column holds a null');
    for (; row < rows && offsets[row]! < to; row++) {
      offsets[row] = offsets[row]! - empty;
      if (value === DEFINED_EMPTY) empty++;
    }
  });
  offsets[rows] = levels - empty;
  return { offsets, end: definition.end };
}

function section(body: Uint8Array, from: number): { bytes: Uint8Array; end: number } {
  if (from + 4 > body.length) throw new RangeError('levels are cut off');
  const size = new DataView(body.buffer, body.byteOffset + from, 4).getUint32(0, true);
  const end = from + 4 + size;
  if (end > body.length) throw new RangeError('levels are cut off');
  return { bytes: body.subarray(from + 4, end), end };
}
