/** The rows of a release by example id, to be compared with those of another one. */
import { createHash } from 'node:crypto';
import { eachRow, shardsOf } from '../integration/release-content.ts';
import { originsOf } from '../integration/told-origins.ts';

type Cells = Readonly<Record<string, unknown>>;

/** A row as it is compared: sidecar, origins with their numbers looked up, ids and labels. */
export interface Row {
  readonly meta: Cells;
  readonly origin: Cells;
  readonly data: Cells;
}

/** Files of any split, and not the tables that origins number. */
const ANY_SPLIT = '(?!segments-|events-)[a-z_]+';

/** Visits the rows of all splits by example id. Bound: one shard's rows, and tables of origins. */
export async function eachRowOf(release: string, visit: (id: string, row: Row) => void): Promise<void> {
  const [metas, origins, datas] = (['meta', 'origin', 'data'] as const).map((kind) =>
    shardsOf(release, kind, ANY_SPLIT),
  );
  const tell = await originsOf(release);
  for (const [i, meta] of (metas ?? []).entries()) {
    const rows = await Promise.all([meta, origins?.[i], datas?.[i]].map(cellsOf));
    for (const [n, cells] of (rows[0] ?? []).entries()) {
      const origin = rows[1]?.[n] ?? {};
      // Up to 0.1.0 origins held texts and no numbers.
      const told = 'role' in origin ? origin : { ...tell(origin, cells) };
      const row = { meta: cells, origin: told, data: rows[2]?.[n] ?? {} };
      visit(String(cells.example_id), row);
    }
  }
}

async function cellsOf(file: string | undefined): Promise<Cells[]> {
  const rows: Cells[] = [];
  if (file !== undefined) await eachRow(file, (row) => rows.push(row));
  return rows;
}

/** A short digest of a cell, or of several. */
export function digestOf(value: unknown): string {
  const text = JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? Number(each) : each));
  return createHash('sha256')
    .update(text ?? '')
    .digest('base64')
    .slice(0, 12);
}
