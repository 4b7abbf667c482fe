/** Rows of a release of which no member was erased. */
import type { MaskedRow, ReleaseRow } from '../../src/release/release-reader.ts';

/** Throws where the row is masked. */
export function shown(row: ReleaseRow | MaskedRow): ReleaseRow {
  if (row.erasedBy === null) return row;
  throw new Error(`row ${row.row} of ${row.split} is masked`);
}
