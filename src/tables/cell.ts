/** Cells of a table's row by name: columns, keys inside them, and words that mean nothing. */
import { ownValue } from '../../schemas/names.ts';

/** A row of a table: texts from CSV, JSON values from JSON. */
export type TableRow = Readonly<Record<string, unknown>>;

/**
 * The value under a column's name, or under a key inside a column (`loc.city`, `tags.0`) where no
 * column has the whole name; undefined where there is none.
 */
export function valueAt(row: TableRow, name: string): unknown {
  const own = ownValue(row, name);
  if (own !== undefined || !name.includes('.')) return own;
  let value: unknown = row;
  for (const key of name.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = ownValue(value as Record<string, unknown>, key);
  }
  return value;
}

/**
 * A cell as text; undefined for a list and an object, which have none (`String` of one may even
 * throw).
 */
export function textIn(cell: unknown): string | undefined {
  return typeof cell === 'object' || cell === undefined ? undefined : String(cell);
}

/** Whether a table with these columns may have a value under that name. */
export function isColumn(columns: Pick<ReadonlySet<string>, 'has'>, name: string): boolean {
  if (columns.has(name)) return true;
  const dot = name.indexOf('.');
  return dot > 0 && columns.has(name.slice(0, dot));
}

/** Reads cells of one row. */
export type CellReader = (row: TableRow, name: string) => unknown;

/** Words that YAML reads as null, so that a list of words holds null for them. */
const NULL_WORDS = ['null', 'Null', 'NULL'];

/**
 * A reader to which an empty text, null and the given words are no value (undefined); a number is
 * compared as it is written.
 */
export function cellReader(emptyWords: readonly (string | null)[]): CellReader {
  const empty = new Set<unknown>(['', null, ...emptyWords.flatMap((word) => word ?? NULL_WORDS)]);
  return (row, name) => {
    const value = valueAt(row, name);
    return empty.has(typeof value === 'number' ? String(value) : value) ? undefined : value;
  };
}
