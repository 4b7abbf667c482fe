/** Reads rows of a finished release on disk: tokens, sidecar, origins, found by split and row or by example id. */
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Manifest } from '../../schemas/manifest.ts';
import {
  EXAMPLE_INDEX_COLUMNS,
  ORIGIN_COLUMNS,
  type OriginRow,
  SIDECAR_COLUMNS,
  type SidecarRow,
} from '../../schemas/rows.ts';
import { intAt, nth } from '../checked.ts';
import { BrewhouseError, nearestName } from '../errors.ts';
import { openParquet, type ParquetFile, type ReadNumbers } from '../shard/parquet-reader.ts';
import { readRecords } from '../shard/records.ts';
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

export interface ReleaseReader {
  readonly manifest: Manifest;
  /** Throws `not_found` where there is no such split or row. */
  row(split: string, row: number): Promise<ReleaseRow>;
  /** Throws `not_found` where no row has this id. */
  example(id: string): Promise<ReleaseRow>;
}

/** Throws `not_found` where no release stands in the folder, `release_broken` where its manifest is none. */
export async function openRelease(folder: string): Promise<ReleaseReader> {
  const file = join(folder, 'manifest.json');
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) {
    throw new BrewhouseError('not_found', `there is no release in ${folder}`, {
      place: { file },
      remedy: 'a release is a folder with a manifest.json: brewhouse release prints its path',
    });
  }
  let manifest: Manifest;
  try {
    manifest = Manifest.parse(JSON.parse(text));
  } catch (cause) {
    throw new BrewhouseError('release_broken', 'the manifest is not one of this version', {
      place: { file },
      remedy: 'make the release again',
      cause,
    });
  }
  return {
    manifest,
    row: async (split, row) => readRow(folder, manifest, locate(manifest, split, row)),
    example: async (id) => readRow(folder, manifest, await find(folder, manifest, id)),
  };
}

interface Place {
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

function locate(manifest: Manifest, split: string, row: number): Place {
  let first = 0;
  for (const [shard, { rows }] of shardsOf(manifest, split).entries()) {
    if (row < first + rows) return { split, shard, row, inShard: row - first };
    first += rows;
  }
  throw new BrewhouseError('not_found', `the split ${split} has ${first} rows, and row ${row} is none of them`, {
    remedy: `rows count from 0 to ${first - 1}`,
  });
}

function find(folder: string, manifest: Manifest, id: string): Promise<Place> {
  return withFile(join(folder, 'index', 'examples.parquet'), async (index) => {
    for (let group = 0; group < index.rowGroups.length; group++) {
      const rows = await readRecords<IndexRow>(index, group, EXAMPLE_INDEX_COLUMNS);
      const found = rows.find((each) => each.example_id === id);
      if (found === undefined) continue;
      const { split, shard, row_group, row } = found;
      const shards = shardsOf(manifest, split);
      const inShard = await withFile(shardPath(folder, manifest, 'data', split, shard), async (data) =>
        data.rowGroups.slice(0, row_group).reduce((sum, each) => sum + each.rows, row),
      );
      return { split, shard, inShard, row: shards.slice(0, shard).reduce((sum, each) => sum + each.rows, inShard) };
    }
    throw new BrewhouseError('not_found', `no row of the release has the example id ${id}`, {
      remedy: 'ids stand in the sidecar (meta/); they are pseudonyms of this release’s key',
    });
  });
}

interface IndexRow {
  example_id: string;
  split: string;
  shard: number;
  row_group: number;
  row: number;
}

function shardPath(
  folder: string,
  manifest: Manifest,
  kind: 'data' | 'meta' | 'origin',
  split: string,
  shard: number,
): string {
  return join(folder, kind, `${shardName(split, shard, shardsOf(manifest, split).length)}.parquet`);
}

type Kind = 'data' | 'meta' | 'origin';

async function readRow(folder: string, manifest: Manifest, { split, shard, row, inShard }: Place): Promise<ReleaseRow> {
  const use = <T>(kind: Kind, read: (file: ParquetFile, group: number, inGroup: number) => Promise<T>) =>
    withFile(shardPath(folder, manifest, kind, split, shard), (file) => {
      let group = 0;
      let inGroup = inShard;
      while (inGroup >= nth(file.rowGroups, group).rows) inGroup -= nth(file.rowGroups, group++).rows;
      return read(file, group, inGroup);
    });
  const [tokens, meta, origin] = await Promise.all([
    use('data', async (file, group, inGroup) => {
      const [ids, labels] = await Promise.all([
        readList(file, group, inGroup, 'input_ids'),
        readList(file, group, inGroup, 'labels'),
      ]);
      return { ids: Int32Array.from(ids), labels: Array.from(labels) };
    }),
    use('meta', async (file, group, inGroup) =>
      nth(await readRecords<SidecarRow>(file, group, SIDECAR_COLUMNS), inGroup),
    ),
    use('origin', async (file, group, inGroup) =>
      nth(await readRecords<OriginRow>(file, group, ORIGIN_COLUMNS), inGroup),
    ),
  ]);
  return { split, row, ...tokens, meta, origin };
}

/** One row of a column of lists of numbers. */
async function readList(file: ParquetFile, group: number, row: number, name: string): Promise<ReadNumbers> {
  const chunk = await file.readColumn(group, name);
  if (!('offsets' in chunk) || Array.isArray(chunk.values) || 'dictionary' in chunk.values)
    throw new Error(`${name} holds no lists of numbers`);
  return chunk.values.subarray(intAt(chunk.offsets, row), intAt(chunk.offsets, row + 1));
}

async function withFile<T>(path: string, use: (file: ParquetFile) => Promise<T>): Promise<T> {
  const file = await open(path).catch((cause: unknown) => {
    throw new BrewhouseError('release_broken', 'a file that the manifest names cannot be opened', {
      place: { file: path },
      remedy: 'run brewhouse verify to see what else is wrong',
      cause,
    });
  });
  try {
    const read = async (from: number, to: number) => {
      const { buffer, bytesRead } = await file.read(new Uint8Array(to - from), 0, to - from, from);
      return buffer.subarray(0, bytesRead);
    };
    return await use(await openParquet({ size: (await file.stat()).size, read, name: path }));
  } finally {
    await file.close();
  }
}
