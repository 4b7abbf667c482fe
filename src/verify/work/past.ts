/** Reads the train rows of releases before an increment, shard by shard. */
import { nth, numberAt, present } from '../checked.ts';
import { openParquet } from '../parquet/check-parquet.ts';
import type { ColumnValues } from '../parquet/column-values.ts';
import { rowDigest } from '../profiles/profile.ts';
import { type ReaderAddress, readerAt } from '../reader.ts';
import { wantedOf } from '../release/check-forms.ts';
import { type FirstRelease, type PastLayer, splitsOfPast } from '../release/past.ts';
import type { NamedChange } from '../release/release-digest.ts';
import { CHANGES, type OpenRelease, openRelease, shardsOf } from '../release/release-files.ts';
import { emptyColumns, type RowColumns, shareRows, writeId } from '../release/row-table.ts';
import { openFile } from './shards.ts';

/** A shard of a release before. */
export interface PastShard {
  readonly at: ReaderAddress;
  readonly data: string;
  readonly meta: string;
}

/** What is kept of its rows: examples and digests. */
export interface PastRows {
  readonly columns: RowColumns;
  /** The greatest draw `thin`. */
  readonly thinMost: number;
}

/** Reads a shard of a release that is whole. Bound: a row group, and what is kept of a row. */
export async function readPastShard({ at: place, data, meta }: PastShard, vocabularySize: number): Promise<PastRows> {
  const release = await openRelease(await readerAt(place));
  const { profile } = release.manifest.release;
  const files = await Promise.all([data, meta].map((path) => openFile({ release, vocabularySize }, path)));
  try {
    const [tokens, beside] = [nth(files, 0), nth(files, 1)];
    const columns = emptyColumns(tokens.groups.reduce((sum, rows) => sum + rows, 0));
    let [at, thinMost] = [0, 0];
    for (const [group, rows] of tokens.groups.entries()) {
      const { columns: own } = await tokens.walk(group);
      const { columns: told } = await beside.walk(group);
      const [example, thin] = [columnOf(told, 'example_id'), columnOf(told, 'thin')];
      for (let row = 0; row < rows; row++, at++) {
        const ids = listOf(own, 'input_ids', row) as Int32Array;
        const others = Object.fromEntries(profile.columns.map(({ name }) => [name, listOf(own, name, row)]));
        columns.digests.set(rowDigest(ids, profile.supervised({ ids, columns: others }).spans), at * 32);
        writeId(columns.examples, at, textAt(example, row));
        thinMost = Math.max(thinMost, 'texts' in thin ? 0 : numberAt(thin.numbers, row));
      }
    }
    return { columns, thinMost };
  } finally {
    await Promise.all(files.map((file) => file.close()));
  }
}

function columnOf(columns: ReadonlyMap<string, ColumnValues>, name: string): ColumnValues {
  return present(columns.get(name), `the column ${name}`);
}

function textAt(column: ColumnValues, row: number): string {
  return 'texts' in column ? nth(column.texts, numberAt(column.index, row)) : '';
}

function listOf(columns: ReadonlyMap<string, ColumnValues>, name: string, row: number) {
  const column = columnOf(columns, name);
  if ('texts' in column || column.ends === undefined) throw new RangeError(`${name} is no list of numbers`);
  return column.numbers.subarray(row === 0 ? 0 : numberAt(column.ends, row - 1), numberAt(column.ends, row));
}

/** What an increment lists. Throws RangeError where the file cannot be read. Bound: all of it. */
export async function readChanges({ files, manifest }: OpenRelease): Promise<NamedChange[]> {
  const file = present(
    manifest.files.find(({ path }) => path === CHANGES),
    CHANGES,
  );
  const opened = await openParquet({ files, path: CHANGES }, wantedOf(file, manifest, 0));
  try {
    if (!opened.hasColumns) throw new RangeError('it has other columns');
    const changes: NamedChange[] = [];
    for (const [group, rows] of opened.groups.entries()) {
      const { columns } = await opened.walk(group);
      const [example, change] = [columnOf(columns, 'example_id'), columnOf(columns, 'change')];
      for (let row = 0; row < rows; row++) changes.push({ example: textAt(example, row), word: textAt(change, row) });
    }
    return changes;
  } finally {
    await opened.close();
  }
}

/** What the releases before come to; the newest first. */
export interface ReadPast {
  readonly layers: readonly PastLayer[];
  readonly first: FirstRelease;
}

/** Releases before an increment, the newest first, and by what such a release is read. */
export interface PastReleases {
  readonly releases: readonly OpenRelease[];
  readonly at: ReaderAddress;
}

/**
 * Reads releases, the newest first, by `read`, which threads may share. Bound: 110 bytes a row.
 */
export async function readPast(
  { releases, at }: PastReleases,
  read: (shard: PastShard) => Promise<PastRows>,
): Promise<ReadPast> {
  const layers: PastLayer[] = [];
  let thinMost: number | undefined;
  for (const release of releases) {
    const { files, manifest } = release;
    const place = { ...at, location: files.location };
    const splits = splitsOfPast(manifest);
    const shards = shardsOf(release).filter(({ split }) => splits.includes(split));
    const found = await Promise.all(
      shards.map(({ data, meta }) => read({ at: place, data: data.path, meta: present(meta, 'a sidecar').path })),
    );
    const odd = { oddExamples: new Map(), oddMembers: new Map() };
    const columns = found.map((each) => each.columns);
    const { rows } = shareRows(columns, [], odd);
    const changes = manifest.since === undefined ? [] : await readChanges(release);
    const removed = changes.filter(({ word }) => word === 'removed');
    layers.push({ rows, removed: new Set(removed.map(({ example }) => example)) });
    const ofTrain = found.filter((_, i) => shards[i]?.split === 'train').map((each) => each.thinMost);
    thinMost = ofTrain.length === 0 ? undefined : Math.max(...ofTrain);
  }
  // The last that was read is the first release.
  return { layers, first: { manifest: present(releases.at(-1), 'the first release').manifest, thinMost } };
}
