/** Makes of a list in a cell one row for each of its parts. */
import type { Explosion } from '../../schemas/mapping.ts';
import { setOwn } from '../../schemas/names.ts';
import { type CellReader, type TableRow, textIn } from './cell.ts';
import { listIn } from './list-text.ts';

/** The rows of the parts, or why the cell has none. */
export type ExplodedRows = { readonly ok: true; readonly rows: TableRow[] } | { readonly ok: false; message: string };

/** The column that holds a part's place in its list, from 0. */
function numberColumn({ column }: Explosion): string {
  return `${column}.number`;
}

/** Columns that the rows of parts have beside those of the table. */
export function explodedColumns(explosion: Explosion): string[] {
  const named = (explosion.names ?? []).map((name) => `${explosion.column}.${name}`);
  return [...named, numberColumn(explosion)];
}

/**
 * A row for each part: the column holds the part (with `names` what is in it), and
 * `column.number` its place. An empty cell and an empty list have none.
 */
export function explode(row: TableRow, explosion: Explosion, cell: CellReader): ExplodedRows {
  const { column, names, between } = explosion;
  const held = cell(row, column);
  if (held === undefined) return { ok: true, rows: [] };
  const text = textIn(held);
  const parts = Array.isArray(held) ? (held as unknown[]) : text === undefined ? undefined : listIn(text, explosion);
  if (parts === undefined) return { ok: false, message: `column ${column} holds no list` };
  const rows: TableRow[] = [];
  for (const [number, part] of parts.entries()) {
    const one: Record<string, unknown> = { ...row };
    setOwn<unknown>(one, column, part);
    setOwn<unknown>(one, numberColumn(explosion), number);
    if (names !== undefined) {
      const values = splitFromEnd(textIn(part) ?? '', between, names.length);
      if (values === undefined)
        return { ok: false, message: `column ${column}: part ${number + 1} has no ${names.join(between)}` };
      for (const [i, name] of names.entries()) setOwn<unknown>(one, `${column}.${name}`, values[i]);
    }
    rows.push(one);
  }
  return { ok: true, rows };
}

/** So many texts, the last ones split off first: an id may hold what is between. */
function splitFromEnd(text: string, between: string, count: number): string[] | undefined {
  const pieces = text.split(between);
  if (pieces.length < count) return undefined;
  const first = pieces.slice(0, pieces.length - count + 1).join(between);
  return [first, ...pieces.slice(pieces.length - count + 1)];
}
