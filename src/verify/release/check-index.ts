/**
 * The index files: every row is found under its example and its member, in order, and nothing else.
 */
import { nth } from '../checked.ts';
import type { FaultList } from '../fault-list.ts';
import {
  type CheckedParquet,
  type OpenParquet,
  openParquet,
  unreadable,
  type WalkedGroup,
} from '../parquet/check-parquet.ts';
import type { ColumnValues } from '../parquet/column-values.ts';
import { flawOf, isFile } from '../reader.ts';
import { compareBytes } from '../world/draws.ts';
import { COLUMNS } from './check-forms.ts';
import { SPLITS } from './manifest.ts';
import type { OpenRelease } from './release-files.ts';

/** Where a row lies; `row` counts within its row group. */
export interface RowAddress {
  readonly split: string;
  readonly shard: number;
  readonly group: number;
  readonly row: number;
}

/** The rows that indexes should name. */
export interface IndexedRows {
  readonly count: number;
  /** The row at a place; -1 where there is none. */
  rowAt(address: RowAddress): number;
  exampleOf(row: number): string;
  memberOf(row: number): string;
}

/**
 * Compares both index files with the rows that were read (RELEASE-5, PUBLISH-5). Returns what their
 * own form is, by path. Bound: a row group of an index.
 */
export async function checkIndex(
  { files }: Pick<OpenRelease, 'files'>,
  rows: IndexedRows,
  list: FaultList,
): Promise<Map<string, CheckedParquet>> {
  const checked = new Map<string, CheckedParquet>();
  for (const id of ['example', 'member'] as const) {
    const path = `index/${id}s.parquet`;
    // That it is missing, or a link, was told with the files.
    if (!(await isFile(files, path))) continue;
    const columns = COLUMNS[path] ?? [];
    let file: OpenParquet | undefined;
    try {
      file = await openParquet({ files, path }, { columns, keyValues: [], mayBeRewritten: false });
      checked.set(path, await checkFile(file, { id, path, rows, list }));
    } catch (error) {
      checked.set(path, unreadable(error));
      const detail = `${path} cannot be read: ${flawOf(error)}`;
      list.add({}, { check: 'index', rule: ['PUBLISH-6'], detail });
    } finally {
      await file?.close();
    }
  }
  return checked;
}

interface IndexCase {
  readonly id: 'example' | 'member';
  readonly path: string;
  readonly rows: IndexedRows;
  readonly list: FaultList;
}

type Entry = RowAddress & { readonly id: string };

async function checkFile(file: OpenParquet, { id, path, rows, list }: IndexCase): Promise<CheckedParquet> {
  const column = id === 'example' ? 'example_id' : 'member';
  const idOf = id === 'example' ? rows.exampleOf : rows.memberOf;
  const wrong = (detail: string, place = {}) =>
    list.add(place, { check: 'index', rule: ['RELEASE-5', 'PUBLISH-5'], detail });
  const groups = file.hasColumns ? [...file.groups.keys()] : [];
  let before: Entry | undefined;
  const walked: Pick<WalkedGroup, 'spans' | 'wrong'>[] = [];
  for (const group of groups) {
    const { columns, ...found } = await file.walk(group);
    walked.push(found);
    for (let row = 0; row < nth(file.groups, group); row++) {
      list.look('index');
      const entry = entryOf(columns, column, row);
      const order = before === undefined ? -1 : inOrder(before, entry);
      if (order > 0) wrong(`${path} is not sorted at ${entry.id}`);
      if (order === 0) wrong(`${path} names a row twice`);
      before = entry;
      const place = { split: entry.split, example: id === 'example' ? entry.id : '' };
      const known = rows.rowAt(entry);
      if (known < 0 || idOf(known) !== entry.id) wrong(`no such row of ${column} ${entry.id}`, place);
    }
  }
  const count = groups.reduce((sum, group) => sum + nth(file.groups, group), 0);
  if (count !== rows.count) wrong(`${path} has ${count} entries for ${rows.count} rows`);
  return file.finished(walked);
}

function entryOf(columns: ReadonlyMap<string, ColumnValues>, column: string, row: number): Entry {
  const text = (name: string) => {
    const own = columns.get(name);
    return own !== undefined && 'texts' in own ? (own.texts[own.index[row] ?? -1] ?? '') : '';
  };
  const number = (name: string) => {
    const own = columns.get(name);
    return own !== undefined && 'numbers' in own ? (own.numbers[row] ?? Number.NaN) : Number.NaN;
  };
  const address = { split: text('split'), shard: number('shard'), group: number('row_group'), row: number('row') };
  return { id: text(column), ...address };
}

/** Ids, splits as they come among the files, then numbers by their size. */
function inOrder(a: Entry, b: Entry): number {
  const names: readonly string[] = SPLITS;
  const rankOf = ({ split }: Entry) => names.indexOf(split);
  return compareBytes(a.id, b.id) || rankOf(a) - rankOf(b) || a.shard - b.shard || a.group - b.group || a.row - b.row;
}
