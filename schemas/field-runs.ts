/**
 * Runs of tokens inside a segment that came from a field: a list in memory, `title 2 5;location 7
 * 9` in files.
 */
import type { Column } from './columns.ts';

/** Tokens [from, to) of a segment, counted from its first, that overlap the value of a field. */
export interface FieldRun {
  readonly field: string;
  readonly from: number;
  readonly to: number;
}

/**
 * The runs of one segment in order; empty: fixed text. No field's name holds a blank or a
 * semicolon.
 */
export const FIELD_RUNS: Column<readonly FieldRun[], 'utf8'> = {
  type: 'utf8',
  store: (runs) => runs.map(({ field, from, to }) => `${field} ${from} ${to}`).join(';'),
  load: (stored) => (stored === '' ? [] : stored.split(';').map(parseRun)),
};

function parseRun(text: string): FieldRun {
  const [field, from, to, ...rest] = text.split(' ');
  if (field === undefined || from === undefined || to === undefined || rest.length > 0)
    throw new RangeError(`"${text}" is no run of a field`);
  return { field, from: Number(from), to: Number(to) };
}
