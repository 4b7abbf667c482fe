/**
 * Reads rows of a finished release: tokens, sidecar, origins, found by split and row or by example
 * id.
 */
import type { Manifest } from '../../schemas/manifest.ts';
import { EXAMPLE_INDEX, ORIGIN, type OriginRow, SIDECAR, type SidecarRow } from '../../schemas/rows.ts';
import { intAt, nth } from '../checked.ts';
import { BrewhouseError, nearestName } from '../errors.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import {
  openParquet,
  type ParquetFile,
  type ReadLists,
  type ReadNumbers,
  type ReadValues,
} from '../shard/parquet-reader.ts';
import { type RowInGroup, readRecord, recordGroups } from '../shard/records.ts';
import { manifestKey, readManifest } from './read-manifest.ts';
import { shardName } from './shard-plan.ts';

/** One row, as it lies in the three files. */
export interface ReleaseRow {
  readonly split: string;
  /** Row of the split, from 0. */
  readonly row: number;
  readonly ids: Int32Array;
  /** Ids where supervised, else -100; not shifted. */
  readonly labels: number[];
  readonly meta: SidecarRow;
  readonly origin: OriginRow;
}

/** A release that is open for reading. */
export interface ReleaseReader {
  readonly manifest: Manifest;
  /** Throws `not_found` where there is no such split or row. */
  row(split: string, row: number): Promise<ReleaseRow>;
  /** Throws `not_found` where no row has this id. */
  example(id: string): Promise<ReleaseRow>;
}

/**
 * Reads the release that lies at the root of the store. Throws `not_found` where there is none,
 * `release_broken` where its manifest is not one of this version.
 */
export async function readRelease(store: ObjectStore): Promise<ReleaseReader> {
  const manifest = await readManifest(store, '');
  if (manifest === null) {
    throw new BrewhouseError('not_found', `there is no release in ${store.location}`, {
      place: { file: `${store.location}/${manifestKey('')}` },
      remedy: 'a release is a folder with a manifest.json: brewhouse release prints its path',
    });
  }
  const release = { store, manifest };
  return {
    manifest,
    row: async (split, row) => readRow(release, locate(manifest, split, row)),
    example: async (id) => readRow(release, await find(release, id)),
  };
}

interface OpenRelease {
  readonly store: ObjectStore;
  readonly manifest: Manifest;
}

/** Where a row lies. */
interface RowAddress {
  readonly split: string;
  readonly shard: number;
  readonly row: number;
  /** Row inside the shard. */
  readonly inShard: number;
}

function shardsOf(manifest: Manifest, split: string): { rows: number }[] {
  const shards = manifest.files.filter((file) => file.kind === 'data' && file.split === split);
  if (shards.length > 0) return shards;
  const splits = Object.keys(manifest.splits);
  const near = nearestName(split, splits);
  throw new BrewhouseError('not_found', `the release has no split ${split}`, {
    remedy: near === undefined ? `it has ${splits.join(', ')}` : `did you mean ${near}?`,
  });
}

function locate(manifest: Manifest, split: string, row: number): RowAddress {
  let first = 0;
  for (const [shard, { rows }] of shardsOf(manifest, split).entries()) {
    if (row < first + rows) return { split, shard, row, inShard: row - first };
    first += rows;
  }
  throw new BrewhouseError('not_found', `the split ${split} has ${first} rows, and row ${row} is none of them`, {
    remedy: `rows count from 0 to ${first - 1}`,
  });
}

function find(release: OpenRelease, id: string): Promise<RowAddress> {
  return withFile(release, 'index/examples.parquet', async (index) => {
    for await (const rows of recordGroups(index, EXAMPLE_INDEX)) {
      const found = rows.find((each) => each.example_id === id);
      if (found === undefined) continue;
      const { split, shard, row_group, row } = found;
      const shards = shardsOf(release.manifest, split);
      const inShard = await withFile(release, shardPath(release, 'data', { split, shard }), async (data) =>
        data.rowGroups.slice(0, row_group).reduce((sum, each) => sum + each.rows, row),
      );
      return { split, shard, inShard, row: shards.slice(0, shard).reduce((sum, each) => sum + each.rows, inShard) };
    }
    throw new BrewhouseError('not_found', `no row of the release has the example id ${id}`, {
      remedy: 'ids are in the sidecar (meta/); they are pseudonyms of this release’s key',
    });
  });
}

type Kind = 'data' | 'meta' | 'origin';

function shardPath({ manifest }: OpenRelease, kind: Kind, { split, shard }: Pick<RowAddress, 'split' | 'shard'>) {
  return `${kind}/${shardName(split, shard, shardsOf(manifest, split).length)}.parquet`;
}

async function readRow(release: OpenRelease, address: RowAddress): Promise<ReleaseRow> {
  const { split, row, inShard } = address;
  const use = <T>(kind: Kind, read: (file: ParquetFile, row: RowInGroup) => Promise<T>) =>
    withFile(release, shardPath(release, kind, address), (file) => {
      let rowGroup = 0;
      let inGroup = inShard;
      while (inGroup >= nth(file.rowGroups, rowGroup).rows) inGroup -= nth(file.rowGroups, rowGroup++).rows;
      return read(file, { rowGroup, row: inGroup });
    });
  const [tokens, meta, origin] = await Promise.all([
    use('data', async (file, { rowGroup, row }) => {
      const listOf = async (name: string) => listAt(name, await file.readColumn(rowGroup, name), row);
      const [ids, labels] = await Promise.all([listOf('input_ids'), listOf('labels')]);
      return { ids: Int32Array.from(ids), labels: Array.from(labels) };
    }),
    use('meta', (file, inGroup) => readRecord(file, inGroup, SIDECAR)),
    use('origin', (file, inGroup) => readRecord(file, inGroup, ORIGIN)),
  ]);
  return { split, row, ...tokens, meta, origin };
}

/** One row of column `name`, of lists of numbers. */
function listAt(name: string, chunk: ReadValues | ReadLists, row: number): ReadNumbers {
  if (!('offsets' in chunk) || Array.isArray(chunk.values) || 'dictionary' in chunk.values)
    throw new Error(`${name} holds no lists of numbers`);
  return chunk.values.subarray(intAt(chunk.offsets, row), intAt(chunk.offsets, row + 1));
}

/**
 * A file that the manifest names and that is missing or damaged is a broken release, whatever lake
 * it lies in.
 */
async function withFile<T>({ store }: OpenRelease, path: string, use: (file: ParquetFile) => Promise<T>): Promise<T> {
  try {
    const reader = await store.openRead(path);
    try {
      return await use(await openParquet(reader));
    } finally {
      await reader.close();
    }
  } catch (cause) {
    if (!(cause instanceof BrewhouseError) || cause.code !== 'lake_broken') throw cause;
    throw new BrewhouseError('release_broken', 'a file that the manifest names cannot be read', {
      place: { file: `${store.location}/${path}` },
      remedy: 'run brewhouse verify to see what else is wrong',
      cause,
    });
  }
}
