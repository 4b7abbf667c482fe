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
 * The runs of one segment in order; empty: fixed text. In a field's name `%`, a blank and a
 * semicolon are written `%25`, `%20` and `%3B`: a context key may be any text.
 */
export const FIELD_RUNS: Column<readonly FieldRun[], 'utf8'> = {
  type: 'utf8',
  store: (runs) => runs.map(({ field, from, to }) => `${escaped(field)} ${from} ${to}`).join(';'),
  load: (stored) => (stored === '' ? [] : stored.split(';').map(parseRun)),
};

const escaped = (name: string) => name.replace(/[% ;]/g, encodeURIComponent);
const unescaped = (text: string) => text.replace(/%(?:25|20|3B)/g, decodeURIComponent);

function parseRun(text: string): FieldRun {
  const [field, from, to, ...rest] = text.split(' ');
  if (field === undefined || from === undefined || to === undefined || rest.length > 0)
    throw new RangeError(`"${text}" is no run of a field`);
  return { field: unescaped(field), from: Number(from), to: Number(to) };
}
