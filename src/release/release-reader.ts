/** Reads rows of a finished release on disk: tokens, sidecar, origins, found by split and row or by example id. */
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { Manifest } from '../../schemas/manifest.ts';
import {
  EXAMPLE_INDEX_COLUMNS,
  ORIGIN_COLUMNS,
  type OriginRow,
  SIDECAR_COLUMNS,
  type SidecarRow,
} from '../../schemas/rows.ts';
import { BrewhouseError, nearestName } from '../errors.ts';
import { openParquet, type ParquetFile } from '../shard/parquet-reader.ts';
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
  row(split: string, row: number): ReleaseRow;
  /** Throws `not_found` where no row has this id. */
  example(id: string): ReleaseRow;
}

/** Throws `not_found` where no release stands in the folder, `release_broken` where its manifest is none. */
export function openRelease(folder: string): ReleaseReader {
  const file = join(folder, 'manifest.json');
  if (!existsSync(file)) {
    throw new BrewhouseError('not_found', `there is no release in ${folder}`, {
      place: { file },
      remedy: 'a release is a folder with a manifest.json: brewhouse release prints its path',
    });
  }
  let manifest: Manifest;
  try {
    manifest = Manifest.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new BrewhouseError('release_broken', 'the manifest is not one of this version', {
      place: { file },
      remedy: 'make the release again',
      cause,
    });
  }
  return {
    manifest,
    row: (split, row) => readRow(folder, manifest, locate(manifest, split, row)),
    example: (id) => readRow(folder, manifest, find(folder, manifest, id)),
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

function find(folder: string, manifest: Manifest, id: string): Place {
  return withFile(join(folder, 'index', 'examples.parquet'), (index) => {
    for (let group = 0; group < index.rowGroups.length; group++) {
      const found = readRecords<IndexRow>(index, group, EXAMPLE_INDEX_COLUMNS).find((row) => row.example_id === id);
      if (found === undefined) continue;
      const { split, shard, row_group, row } = found;
      const shards = shardsOf(manifest, split);
      const inShard = withFile(shardPath(folder, manifest, 'data', split, shard), (data) =>
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

function readRow(folder: string, manifest: Manifest, place: Place): ReleaseRow {
  const open = <T>(kind: 'data' | 'meta' | 'origin', use: (file: ParquetFile, group: number, row: number) => T): T =>
    withFile(shardPath(folder, manifest, kind, place.split, place.shard), (file) => {
      let group = 0;
      let row = place.inShard;
      while (row >= file.rowGroups[group]!.rows) row -= file.rowGroups[group++]!.rows;
      return use(file, group, row);
    });
  const list = (file: ParquetFile, group: number, row: number, name: string) => {
    const { values, offsets } = file.readColumn(group, name) as {
      values: Int32Array | Float64Array;
      offsets: Int32Array;
    };
    return values.subarray(offsets[row]!, offsets[row + 1]!);
  };
  return {
    split: place.split,
    row: place.row,
    ids: open('data', (file, group, row) => Int32Array.from(list(file, group, row, 'input_ids'))),
    labels: open('data', (file, group, row) => Array.from(list(file, group, row, 'labels'))),
    meta: open('meta', (file, group, row) => readRecords<SidecarRow>(file, group, SIDECAR_COLUMNS)[row]!),
    origin: open('origin', (file, group, row) => readRecords<OriginRow>(file, group, ORIGIN_COLUMNS)[row]!),
  };
}

function withFile<T>(path: string, use: (file: ParquetFile) => T): T {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (cause) {
    throw new BrewhouseError('release_broken', 'a file that the manifest names cannot be opened', {
      place: { file: path },
      remedy: 'run brewhouse verify to see what else is wrong',
      cause,
    });
  }
  try {
    const read = (from: number, to: number) => {
      const bytes = new Uint8Array(to - from);
      readSync(fd, bytes, 0, bytes.length, from);
      return bytes;
    };
    return use(openParquet({ size: fstatSync(fd).size, read, name: path }));
  } finally {
    closeSync(fd);
  }
}
