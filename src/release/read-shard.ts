/** Reads the three files of a shard side by side, and says so where one of them is broken. */
import type { Manifest } from '../../schemas/manifest.ts';
import { ORIGIN, type OriginRow, SIDECAR, type SidecarRow } from '../../schemas/rows.ts';
import { intAt, nth } from '../checked.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import type { ParquetFile, ReadNumbers } from '../shard/parquet-reader.ts';
import { readRecords } from '../shard/records.ts';
import { readOrigins } from './origin-reader.ts';
import { withFile } from './release-file.ts';

/** One row, as it lies in the three files. */
export interface ShardRow {
  readonly ids: Int32Array;
  /** Ids where supervised, else -100; not shifted. */
  readonly labels: number[];
  readonly meta: SidecarRow;
  readonly origin: OriginRow;
}

/** How many rows each row group of the data file has. Throws `release_broken`. */
export function groupsOf(store: ObjectStore, name: string): Promise<ParquetFile['rowGroups']> {
  return withFile(store, `data/${name}`, async ({ rowGroups }) => rowGroups);
}

type Slice = readonly [from: number, to: number];

/** Rows of the three files of a shard, counted from its first, with what their origins number. */
export async function readShard(
  { store, manifest }: { readonly store: ObjectStore; readonly manifest: Manifest },
  name: string,
  slice: Slice,
): Promise<ShardRow[]> {
  const [tokens, metas, origins] = await Promise.all([
    withFile(store, `data/${name}`, (file) =>
      readSlice(file, slice, async (group) => {
        const [ids, labels] = await Promise.all([lists(file, group, 'input_ids'), lists(file, group, 'labels')]);
        return (row) => ({ ids: Int32Array.from(ids(row)), labels: Array.from(labels(row)) });
      }),
    ),
    withFile(store, `meta/${name}`, (file) => readSlice(file, slice, (group) => readRecords(file, group, SIDECAR))),
    withFile(store, `origin/${name}`, (file) => readSlice(file, slice, (group) => readRecords(file, group, ORIGIN))),
  ]);
  const told = await readOrigins(store, manifest, origins);
  return tokens.map((row, i) => ({ ...row, meta: nth(metas, i), origin: nth(told, i) }));
}

/** Rows of one file: each row group that holds some is read once, whatever others have. */
async function readSlice<T>(
  { rowGroups }: ParquetFile,
  [from, to]: Slice,
  readGroup: (group: number) => Promise<(row: number) => T>,
): Promise<T[]> {
  const found: T[] = [];
  let first = 0;
  for (const [group, { rows }] of rowGroups.entries()) {
    const [begin, end] = [Math.max(from, first), Math.min(to, first + rows)];
    if (begin < end) {
      const at = await readGroup(group);
      for (let row = begin; row < end; row++) found.push(at(row - first));
    }
    first += rows;
  }
  return found;
}

/** The rows of column `name`, of lists of numbers. */
async function lists(file: ParquetFile, group: number, name: string): Promise<(row: number) => ReadNumbers> {
  const chunk = await file.readColumn(group, name);
  if (!('offsets' in chunk) || Array.isArray(chunk.values) || 'dictionary' in chunk.values)
    throw new Error(`${name} holds no lists of numbers`);
  const { values, offsets } = chunk;
  return (row) => values.subarray(intAt(offsets, row), intAt(offsets, row + 1));
}
