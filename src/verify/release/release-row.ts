/** A row of a release as read from its three files, and what the reference says it should be. */

import type { Check, FaultList, Place } from '../fault-list.ts';
import type { ReferenceRow } from '../reference/rows.ts';
import type { World } from '../reference/world.ts';
import type { Cell, TableRow } from './parquet-table.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import type { ExpectedRow } from './selection.ts';

/** One segment as `origin/` has it, from the end of the one before. */
export interface OriginSegment {
  readonly role: string;
  readonly from: number;
  readonly to: number;
  readonly event: string;
  readonly version: string;
  readonly fields: string;
  readonly level: string;
}

export interface ReleaseRow {
  readonly place: Required<Place>;
  readonly ids: Int32Array;
  /** -100 where nothing is supervised. The file has 64 bits: one beyond 2^53 is rounded, and is wrong anyhow. */
  readonly labels: Float64Array;
  readonly meta: TableRow;
  readonly origin: TableRow;
  readonly segments: readonly OriginSegment[];
}

/** What the checks of one row work with. */
export interface RowCase {
  readonly world: World;
  readonly pseudonyms: Pseudonyms;
  readonly list: FaultList;
  readonly row: ReleaseRow;
  readonly expected: ExpectedRow;
  readonly reference: ReferenceRow;
  /** The reference's segments, with pseudonyms and places. */
  readonly wanted: readonly OriginSegment[];
}

export const IGNORED = -100;

export function releaseRow(
  place: { split: string; row: number },
  tokens: Pick<ReleaseRow, 'ids' | 'labels'>,
  meta: TableRow,
  origin: TableRow,
): ReleaseRow {
  return {
    place: { ...place, example: text(meta.example_id) },
    ...{ ...tokens, meta, origin },
    segments: segmentsOf(origin),
  };
}

function segmentsOf(origin: TableRow): OriginSegment[] {
  const ends = integers(origin.to);
  const list = (name: string, index: number) => text((origin[name] as readonly Cell[] | undefined)?.[index]);
  return Array.from(ends, (to, index) => ({
    role: list('role', index),
    from: index === 0 ? 0 : ends[index - 1]!,
    to,
    event: list('event', index),
    version: list('version', index),
    fields: list('fields', index),
    level: list('level', index),
  }));
}

/** The segments that the reference's pieces make. */
export function wantedSegments(reference: ReferenceRow, pseudonyms: Pseudonyms): OriginSegment[] {
  let to = 0;
  return reference.pieces.map((piece) => {
    const from = to;
    to += piece.ids.length;
    return {
      ...{ role: piece.role, from, to, fields: piece.fields, level: piece.level },
      event: pseudonyms.of('event', piece.event),
      version: pseudonyms.of('event', piece.version),
    };
  });
}

export function text(cell: Cell): string {
  return typeof cell === 'string' ? cell : '';
}

export function number(cell: Cell): number {
  return typeof cell === 'number' || typeof cell === 'bigint' ? Number(cell) : Number.NaN;
}

/** A list of numbers below 2^53; empty where the cell is none. */
export function numbers(cell: Cell): Float64Array {
  return fill(cell, (length) => new Float64Array(length));
}

/** A list of 32-bit numbers; empty where the cell is none. */
export function integers(cell: Cell): Int32Array {
  return fill(cell, (length) => new Int32Array(length));
}

function fill<T extends Float64Array | Int32Array>(cell: Cell, make: (length: number) => T): T {
  const list = typeof cell === 'object' && cell !== null ? cell : [];
  const values = make(list.length);
  for (let i = 0; i < list.length; i++) values[i] = Number(list[i]);
  return values;
}

/** Adds a fault of this row. */
export function fault(rowCase: RowCase, check: Check, detail: string): void {
  rowCase.list.add(check, rowCase.row.place, detail);
}
