/**
 * The index files: every row is found under its example and its member, and under no other address.
 */
import { join } from 'node:path';
import type { FaultList } from '../fault-list.ts';
import { compareBytes, joinKey } from '../world/draws.ts';
import { openParquetTable } from './parquet-table.ts';
import type { OpenRelease } from './release-files.ts';
import { number, text } from './release-row.ts';

/** Where a row lies. */
export interface RowAddress {
  readonly example: string;
  readonly member: string;
  readonly split: string;
  readonly shard: number;
  readonly group: number;
  /** Within its row group, and within its file. */
  readonly inGroup: number;
  readonly inFile: number;
}

/** Entries read at a time. */
const ENTRIES_MAX = 100_000;

type Indexed = { readonly release: OpenRelease; readonly rows: readonly RowAddress[]; readonly list: FaultList };

/** Compares both index files with the rows that were read (RELEASE-5). */
export async function checkIndex(release: OpenRelease, rows: readonly RowAddress[], list: FaultList): Promise<void> {
  for (const id of ['example', 'member'] as const) await checkFile({ release, rows, list }, id);
}

async function checkFile({ release, rows, list }: Indexed, id: 'example' | 'member'): Promise<void> {
  const column = id === 'example' ? 'example_id' : 'member';
  const wrong = (detail: string, place = {}) => list.add(place, { check: 'index', rule: ['RELEASE-5'], detail });
  const file = release.manifest.files.find(({ kind, path }) => kind === 'index' && path.includes(id));
  if (file === undefined) return wrong(`there is no index of ${id}s`);
  const known = new Set(
    rows.flatMap(({ split, shard, group, inGroup, inFile, ...row }) =>
      [inGroup, inFile].map((index) => joinKey([row[id], split, shard, group, index])),
    ),
  );
  const table = await openParquetTable(join(release.dir, file.path));
  let before = '';
  let nameBefore = '';
  for (let from = 0; from < table.rows; from += ENTRIES_MAX) {
    for (const entry of await table.read(from, Math.min(from + ENTRIES_MAX, table.rows))) {
      list.look('index');
      const key = text(entry[column]);
      if (compareBytes(before, key) > 0) wrong(`${file.path} is not sorted at ${key}`);
      before = key;
      const split = text(entry.split);
      const name = joinKey([key, split, number(entry.shard), number(entry.row_group), number(entry.row)]);
      if (name === nameBefore) wrong(`${file.path} names a row twice`);
      nameBefore = name;
      const place = { split, example: id === 'example' ? key : '' };
      if (!known.has(name)) wrong(`no such row of ${column} ${key}`, place);
    }
  }
  if (table.rows !== rows.length) wrong(`${file.path} has ${table.rows} entries for ${rows.length} rows`);
  table.close();
}
