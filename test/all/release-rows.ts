/** The rows of a release by example id, to be compared with those of another one. */
import { createHash } from 'node:crypto';
import { eachRow, shardsOf } from '../integration/release-content.ts';

type Cells = Readonly<Record<string, unknown>>;

/** A row as it is compared: sidecar, origins, ids and labels. */
export interface Row {
  readonly meta: Cells;
  readonly origin: Cells;
  readonly data: Cells;
}

/** Visits the rows of all splits by example id. Bound: one shard's rows in memory. */
export async function eachRowOf(release: string, visit: (id: string, row: Row) => void): Promise<void> {
  const [metas, origins, datas] = (['meta', 'origin', 'data'] as const).map((kind) =>
    shardsOf(release, kind, '[a-z_]+'),
  );
  for (const [i, meta] of (metas ?? []).entries()) {
    const rows = await Promise.all([meta, origins?.[i], datas?.[i]].map(cellsOf));
    for (const [n, cells] of (rows[0] ?? []).entries()) {
      const row = { meta: cells, origin: rows[1]?.[n] ?? {}, data: rows[2]?.[n] ?? {} };
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
