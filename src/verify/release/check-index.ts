/**
 * The index files: every row is found under its example and its member, in order, and nothing else.
 */
import { join } from 'node:path';
import type { FaultList } from '../fault-list.ts';
import { compareBytes } from '../world/draws.ts';
import { SPLITS } from './manifest.ts';
import { openParquetTable, type TableRow } from './parquet-table.ts';
import type { OpenRelease } from './release-files.ts';
import { number, text } from './release-row.ts';

/** Where a row lies; `row` counts within its row group. */
export interface RowAddress {
  readonly example: string;
  readonly member: string;
  readonly split: string;
  readonly shard: number;
  readonly group: number;
  readonly row: number;
}

/** Entries read at a time. */
const ENTRIES_MAX = 100_000;

/** Compares both index files with the rows that were read (RELEASE-5, PUBLISH-5). */
export async function checkIndex(release: OpenRelease, rows: readonly RowAddress[], list: FaultList): Promise<void> {
  for (const id of ['example', 'member'] as const) {
    try {
      await checkFile({ release, rows, list }, id);
    } catch (error) {
      const detail = `index/${id}s.parquet cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      list.add({}, { check: 'index', rule: ['PUBLISH-6'], detail });
    }
  }
}

interface IndexCase {
  readonly release: OpenRelease;
  readonly rows: readonly RowAddress[];
  readonly list: FaultList;
}

type Entry = Omit<RowAddress, 'example' | 'member'> & { readonly id: string };

async function checkFile({ release, rows, list }: IndexCase, id: 'example' | 'member'): Promise<void> {
  const column = id === 'example' ? 'example_id' : 'member';
  const path = `index/${id}s.parquet`;
  const wrong = (detail: string, place = {}) =>
    list.add(place, { check: 'index', rule: ['RELEASE-5', 'PUBLISH-5'], detail });
  const known = new Set(rows.map((row) => nameOf({ ...row, id: row[id] })));
  const table = await openParquetTable(join(release.dir, path));
  try {
    let before: Entry | undefined;
    for (let from = 0; from < table.rows; from += ENTRIES_MAX) {
      for (const cells of await table.read(from, Math.min(from + ENTRIES_MAX, table.rows))) {
        list.look('index');
        const entry = entryOf(text(cells[column]), cells);
        const order = before === undefined ? -1 : inOrder(before, entry);
        if (order > 0) wrong(`${path} is not sorted at ${entry.id}`);
        if (order === 0) wrong(`${path} names a row twice`);
        before = entry;
        const place = { split: entry.split, example: id === 'example' ? entry.id : '' };
        if (!known.has(nameOf(entry))) wrong(`no such row of ${column} ${entry.id}`, place);
      }
    }
    if (table.rows !== rows.length) wrong(`${path} has ${table.rows} entries for ${rows.length} rows`);
  } finally {
    table.close();
  }
}

function entryOf(id: string, { split, shard, row_group: group, row }: TableRow): Entry {
  return { id, split: text(split), shard: number(shard), group: number(group), row: number(row) };
}

function nameOf({ id, split, shard, group, row }: Entry): string {
  return `${id} ${split} ${shard} ${group} ${row}`;
}

/** Ids, splits as they come among the files, then numbers by their size. */
function inOrder(a: Entry, b: Entry): number {
  const names: readonly string[] = SPLITS;
  const rankOf = ({ split }: Entry) => names.indexOf(split);
  return compareBytes(a.id, b.id) || rankOf(a) - rankOf(b) || a.shard - b.shard || a.group - b.group || a.row - b.row;
}
