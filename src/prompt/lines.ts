/**
 * The lines of one text as rows use them, one a level, and as plain numbers that threads can share.
 */
import { FIELD_RUNS } from '../../schemas/field-runs.ts';
import { intAt, nth } from '../checked.ts';
import type { CutLine } from './levels.ts';

/** A line ready to be joined. */
export interface Line {
  /** Its newline included. */
  readonly ids: Int32Array;
  /** The runs of tokens that came from fields, as origin files hold them (FIELD_RUNS). */
  readonly fields: string;
}

/** Numbers of a run: field, from, to. */
const RUN_SIZE = 3;

/**
 * Layout: number of lines, where each begins, then each line once: number of runs, number of ids,
 * the runs, the ids. A run has the number of its field among `names`.
 */
export function packLines(lines: readonly CutLine[], names: readonly string[]): Int32Array {
  const starts = new Map<CutLine, number>();
  let size = 1 + lines.length;
  for (const line of lines) {
    if (starts.has(line)) continue;
    starts.set(line, size);
    size += 2 + RUN_SIZE * line.fields.length + line.ids.length;
  }
  const packed = new Int32Array(size);
  packed[0] = lines.length;
  lines.forEach((line, i) => {
    packed[1 + i] = starts.get(line) ?? 0;
  });
  for (const [line, start] of starts) {
    packed[start] = line.fields.length;
    packed[start + 1] = line.ids.length;
    let at = start + 2;
    for (const { field, from, to } of line.fields) {
      packed.set([names.indexOf(field), from, to], at);
      at += RUN_SIZE;
    }
    packed.set(line.ids, at);
  }
  return packed;
}

/** The ids are views of `packed`; equal lines are one object. */
export function unpackLines(packed: Int32Array, names: readonly string[]): Line[] {
  const lines = new Map<number, Line>();
  return Array.from({ length: intAt(packed, 0) }, (_, i) => {
    const start = intAt(packed, 1 + i);
    const line = lines.get(start) ?? unpackLine(packed.subarray(start), names);
    lines.set(start, line);
    return line;
  });
}

function unpackLine(packed: Int32Array, names: readonly string[]): Line {
  const runs = intAt(packed, 0);
  const idsFrom = 2 + RUN_SIZE * runs;
  const named = Array.from({ length: runs }, (_, i) => {
    const at = 2 + RUN_SIZE * i;
    return { field: nth(names, intAt(packed, at)), from: intAt(packed, at + 1), to: intAt(packed, at + 2) };
  });
  return { ids: packed.subarray(idsFrom, idsFrom + intAt(packed, 1)), fields: FIELD_RUNS.store(named) };
}
