/** The index files: every row is found under its example and its member, and under no other place. */
import { join } from 'node:path';
import type { FaultList } from '../fault-list.ts';
import { compareBytes } from '../reference/draws.ts';
import { openParquetTable, type TableRow } from './parquet-table.ts';
import type { OpenRelease } from './release-files.ts';
import { number, text } from './release-row.ts';

/** Where a row lies. */
export interface RowPlace {
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

/** Compares both index files with the rows that were read. */
export async function checkIndex(release: OpenRelease, places: readonly RowPlace[], list: FaultList): Promise<void> {
  for (const id of ['example', 'member'] as const) {
    const column = id === 'example' ? 'example_id' : 'member';
    const file = release.manifest.files.find(({ kind, path }) => kind === 'index' && path.includes(id));
    if (file === undefined) {
      list.add('index', {}, `there is no index of ${id}s`);
      continue;
    }
    const wanted = new Map<string, RowPlace>();
    for (const place of places)
      wanted.set(nameOf(place[id], place.split, place.shard, place.group, place.inGroup), place);
    const byFile = new Map(
      places.map((place) => [nameOf(place[id], place.split, place.shard, place.group, place.inFile), place]),
    );
    const table = await openParquetTable(join(release.dir, file.path));
    let before: string | undefined;
    let nameBefore = '';
    for (let from = 0; from < table.rows; from += ENTRIES_MAX) {
      for (const entry of await table.read(from, Math.min(from + ENTRIES_MAX, table.rows))) {
        list.look('index');
        const key = text(entry[column]);
        if (before !== undefined && compareBytes(before, key) > 0)
          list.add('index', {}, `${file.path} is not sorted at ${key}`);
        before = key;
        const name = entryName(key, entry);
        if (name === nameBefore) list.add('index', {}, `${file.path} names a row twice`);
        nameBefore = name;
        if (!wanted.has(name) && !byFile.has(name)) {
          list.add(
            'index',
            { split: text(entry.split), example: id === 'example' ? key : '' },
            `no such row of ${column} ${key}`,
          );
        }
      }
    }
    if (table.rows !== places.length)
      list.add('index', {}, `${file.path} has ${table.rows} entries for ${places.length} rows`);
    table.close();
  }
}

function entryName(key: string, entry: TableRow): string {
  return nameOf(key, text(entry.split), number(entry.shard), number(entry.row_group), number(entry.row));
}

function nameOf(key: string, split: string, shard: number, group: number, row: number): string {
  return `${key} ${split} ${shard} ${group} ${row}`;
}
