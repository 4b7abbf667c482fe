/**
 * Levels of a list column whose rows and elements are never null (parquet-format, Nested Encoding).
 */
import { intAt } from '../checked.ts';
import type { ByteBuffer } from './byte-buffer.ts';
import { eachRun, writeRun } from './run-lengths.ts';

// Optional group (1), repeated group (2), optional element (3): an element is defined to level 3,
// an empty list to 1.
const DEFINED_ELEMENT = 3;
const DEFINED_EMPTY = 1;

/**
 * Writes repetition and definition levels for `offsets` (rows + 1 numbers that never fall), each
 * after its byte length as in data page V1, in runs alone: a row takes some five bytes. Returns
 * the number of levels and how many of them are empty lists. Throws Error, a bug of the caller,
 * where offsets fall.
 */
export function writeListLevels(out: ByteBuffer, offsets: Int32Array): { levels: number; empty: number } {
  const rows = offsets.length - 1;
  let levels = 0;
  let empty = 0;
  withLength(out, () => {
    let starts = 0;
    for (let row = 0; row < rows; row++) {
      const size = intAt(offsets, row + 1) - intAt(offsets, row);
      if (size < 0) throw new Error(`the offsets of a list column fall at row ${row}`);
      if (size === 0) empty++;
      levels += Math.max(size, 1);
      starts++;
      if (size < 2) continue;
      writeRun(out, { value: 0, count: starts, width: 1 });
      writeRun(out, { value: 1, count: size - 1, width: 1 });
      starts = 0;
    }
    if (starts > 0) writeRun(out, { value: 0, count: starts, width: 1 });
  });
  withLength(out, () => {
    let row = 0;
    while (row < rows) {
      const first = row;
      while (row < rows && offsets[row] === offsets[row + 1]) row++;
      if (row > first) writeRun(out, { value: DEFINED_EMPTY, count: row - first, width: 2 });
      const filled = row;
      while (row < rows && offsets[row] !== offsets[row + 1]) row++;
      const count = intAt(offsets, row) - intAt(offsets, filled);
      if (count > 0) writeRun(out, { value: DEFINED_ELEMENT, count, width: 2 });
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
 * The offsets (rows + 1, from 0) that the levels at the start of a page's body mean, and where the
 * values begin; the page has `levels` levels of `rows` rows. Throws RangeError where they were not
 * written by `writeListLevels`.
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
  // From levels to values: every empty list before a row is a level without a value.
  eachRun(definition.bytes, levels, (value, _from, to) => {
    if (value !== DEFINED_ELEMENT && value !== DEFINED_EMPTY) throw new RangeError('a list column holds a null');
    for (; row < rows && intAt(offsets, row) < to; row++) {
      offsets[row] = intAt(offsets, row) - empty;
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
