/** A row of a release as read from its three files, and what the reference says it should be. */
import type { FaultList, FaultPosition, Finding } from '../fault-list.ts';
import type { Supervised, TokenRow } from '../profiles/profile.ts';
import type { ReferenceRow } from '../reference/rows.ts';
import type { Corpus } from '../reference/tasks.ts';
import type { OriginNumbers, OriginSegment, RowNumbers, RowOrigin } from './origin-row.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import type { ExpectedRow } from './selection.ts';

/** One value of a row. */
export type Cell = string | number | undefined;
/** One row by its columns' names. */
export type TableRow = Readonly<Record<string, Cell>>;

/** A row as its files hold it. */
interface StoredRow extends TokenRow, Supervised {
  readonly place: Required<FaultPosition>;
  readonly meta: TableRow;
  /** Without its lists. */
  readonly origin: TableRow;
  readonly numbers: OriginNumbers;
}

/** A row whose numbers are looked up. */
export type ReadRow = StoredRow & RowNumbers;

/** A row as its files hold it, with what its numbers are of. */
export type ReleaseRow = StoredRow & RowOrigin;

/** What all rows are checked against. */
export interface SharedCase {
  readonly corpus: Corpus;
  readonly pseudonyms: Pseudonyms;
  readonly list: FaultList;
}

/** What the checks of one row work with. */
export interface RowCase extends SharedCase {
  readonly row: ReleaseRow;
  readonly expected: ExpectedRow;
  readonly reference: ReferenceRow;
  /** The reference's segments, with pseudonyms. */
  readonly wanted: readonly OriginSegment[];
}

/** The segments that the reference's pieces make. */
export function wantedSegments(reference: ReferenceRow, pseudonyms: Pseudonyms): OriginSegment[] {
  let to = 0;
  return reference.pieces.map(({ role, ids, fields, level, ...piece }) => {
    to += ids.length;
    const [event, version] = [pseudonyms.of('event', piece.event), pseudonyms.of('event', piece.version)];
    return { role, to, fields, level, event, version };
  });
}

/** A cell's text; empty where it is not a text. */
export function text(cell: Cell): string {
  return typeof cell === 'string' ? cell : '';
}

/** A cell's number; NaN where it is not a number. */
export function number(cell: Cell): number {
  return typeof cell === 'number' ? cell : Number.NaN;
}

/** Adds a fault of this row. */
export function fault({ list, row }: Pick<RowCase, 'list' | 'row'>, finding: Finding): void {
  list.add(row.place, finding);
}

/** Whether two lists, of ids or of names, are equal. */
export function isSameList<T>(a: ArrayLike<T>, b: ArrayLike<T>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
