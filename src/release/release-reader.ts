/**
 * Reads rows of a finished release: tokens, sidecar, origins, found by split and row or by example
 * id.
 */
import type { Manifest } from '../../schemas/manifest.ts';
import { EXAMPLE_INDEX } from '../../schemas/rows.ts';
import { BrewhouseError, nearestRemedy } from '../errors.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import { recordGroups } from '../shard/records.ts';
import { type Mask, NOBODY_MASKED } from './masked-members.ts';
import { noRelease, readManifest } from './read-manifest.ts';
import { groupsOf, readShard, type ShardRow } from './read-shard.ts';
import { withFile } from './release-file.ts';
import { shardName } from './shard-plan.ts';

/** Where a row lies. */
interface PlacedRow {
  readonly split: string;
  /** Row of the split, from 0. */
  readonly row: number;
}

/** One row, as it lies in the three files. */
export interface ReleaseRow extends PlacedRow, ShardRow {
  readonly erasedBy: null;
}

/** A row of a member whom the lake of the release has erased since: nothing of it is told. */
export interface MaskedRow extends PlacedRow {
  /** event_time of the member's delete, epoch ms; TIME_UNKNOWN where it has none. */
  readonly erasedBy: number;
}

/** Rows `from` to before `to` of a split. */
export interface RowRange {
  readonly split: string;
  readonly from: number;
  readonly to: number;
}

/** A release that is open for reading. */
export interface ReleaseReader {
  readonly manifest: Manifest;
  /** Throws `not_found` where there is no such split or row. */
  row(split: string, row: number): Promise<ReleaseRow | MaskedRow>;
  /** In order, each row group read once. Throws `not_found` where the split has not all of them. */
  rows(range: RowRange): AsyncGenerator<ReleaseRow | MaskedRow>;
  /** Throws `not_found` where no row has this id. */
  example(id: string): Promise<ReleaseRow | MaskedRow>;
}

/**
 * Reads the release that lies at the root of the store; `masking` says whose rows it masks, and
 * fails where the first row is read. Throws `not_found` where there is none, `release_broken` where
 * its manifest is not one of this version.
 */
export async function readRelease(
  store: ObjectStore,
  masking: (manifest: Manifest) => Promise<Mask> = async () => NOBODY_MASKED,
): Promise<ReleaseReader> {
  const manifest = await readManifest(store, '');
  if (manifest === null) throw noRelease(store.location);
  let found: Promise<Mask> | undefined;
  const mask = () => (found ??= masking(manifest));
  const release = { store, manifest, mask };
  const rows = (range: RowRange) => {
    requireRows(manifest, range);
    return readRows(release, range);
  };
  const row = async (split: string, row: number) => only(rows({ split, from: row, to: row + 1 }));
  return {
    manifest,
    row,
    rows,
    async example(id) {
      const found = await find(release, id);
      return row(found.split, found.row);
    },
  };
}

async function only<T>(rows: AsyncGenerator<T>): Promise<T> {
  const { value } = await rows.next();
  if (value === undefined) throw new Error('a row that its split should hold is not there');
  return value;
}

interface OpenRelease {
  readonly store: ObjectStore;
  readonly manifest: Manifest;
  /** Found when the first row is read: a manifest tells nothing of a member. */
  readonly mask: () => Promise<Mask>;
}

function shardsOf(manifest: Manifest, split: string): { rows: number }[] {
  const shards = manifest.files.filter((file) => file.kind === 'data' && file.split === split);
  if (shards.length > 0) return shards;
  throw new BrewhouseError('not_found', `the release has no split ${split}`, {
    remedy: nearestRemedy(split, Object.keys(manifest.splits), 'it has'),
  });
}

function requireRows(manifest: Manifest, { split, from, to }: RowRange): void {
  const count = shardsOf(manifest, split).reduce((sum, { rows }) => sum + rows, 0);
  if (to <= count) return;
  const missing = Math.max(from, count);
  throw new BrewhouseError('not_found', `the split ${split} has ${count} rows, and row ${missing} is none of them`, {
    remedy: `rows count from 0 to ${count - 1}`,
  });
}

function find(release: OpenRelease, id: string): Promise<{ split: string; row: number }> {
  return withFile(release.store, 'index/examples.parquet', async (index) => {
    for await (const rows of recordGroups(index, EXAMPLE_INDEX)) {
      const found = rows.find((each) => each.example_id === id);
      if (found === undefined) continue;
      const { split, shard, row_group, row } = found;
      const shards = shardsOf(release.manifest, split);
      const groups = await groupsOf(release.store, `${shardName(split, shard, shards.length)}.parquet`);
      const before = [...shards.slice(0, shard), ...groups.slice(0, row_group)];
      return { split, row: before.reduce((sum, each) => sum + each.rows, row) };
    }
    throw new BrewhouseError('not_found', `no row of the release has the example id ${id}`, {
      remedy: 'ids are in the sidecar (meta/); they are pseudonyms of this release’s key',
    });
  });
}

/**
 * Rows `from` to before `to` of a split that has them all. Bound: a row group of the data file, and
 * what lies beside it.
 */
async function* readRows(release: OpenRelease, { split, from, to }: RowRange): AsyncGenerator<ReleaseRow | MaskedRow> {
  let first = 0;
  const mask = await release.mask();
  const shards = shardsOf(release.manifest, split);
  for (const [shard, { rows }] of shards.entries()) {
    if (from < first + rows && first < to) {
      const name = `${shardName(split, shard, shards.length)}.parquet`;
      let start = first;
      for (const group of await groupsOf(release.store, name)) {
        const [begin, end] = [Math.max(from, start), Math.min(to, start + group.rows)];
        const read = begin < end ? await readShard(release, name, [begin - first, end - first]) : [];
        for (const [i, row] of read.entries()) {
          const erasedBy = mask.get(row.meta.member);
          const place = { split, row: begin + i };
          yield erasedBy === undefined ? { ...place, ...row, erasedBy: null } : { ...place, erasedBy };
        }
        start += group.rows;
      }
    }
    first += rows;
  }
}
