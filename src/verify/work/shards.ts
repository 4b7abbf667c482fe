/**
 * Reads row groups of the shards of a release: what is kept of each row, and the form of the files.
 */
import { nth } from '../checked.ts';
import { createFaultList, type FoundFaults } from '../fault-list.ts';
import { type CheckedParquet, checkParquet, type OpenParquet, openParquet } from '../parquet/check-parquet.ts';
import { rowDigest } from '../profiles/profile.ts';
import type { Corpus } from '../reference/tasks.ts';
import { choosingToldRow, type SeenRow } from '../release/card-row.ts';
import { wantedOf } from '../release/check-forms.ts';
import { checkColumns } from '../release/check-tokens.ts';
import type { ReleaseFile } from '../release/manifest.ts';
import type { OriginMarker } from '../release/mark-origins.ts';
import { segmentsOf } from '../release/origin-row.ts';
import type { SharedOrigins } from '../release/origin-tables.ts';
import { readRows, type ShardPart, SIDES, type Side, type WalkedPart } from '../release/read-rows.ts';
import type { OpenRelease } from '../release/release-files.ts';
import { number, type ReadRow, type ReleaseRow, text } from '../release/release-row.ts';
import { contentOf } from '../release/row-content.ts';
import { emptyColumns, type RowColumns, type RowTable, writeId } from '../release/row-table.ts';

/** Row groups of a shard that are read in one go. */
export interface PartToRead {
  readonly split: string;
  readonly paths: Readonly<Record<Side, string>>;
  readonly from: number;
  readonly to: number;
  /** Rows of the split before it. */
  readonly firstRow: number;
}

/** What was found in a part. */
export interface FoundPart {
  readonly walked: Readonly<Record<Side, WalkedPart>>;
  readonly columns: RowColumns;
  readonly oddExamples: readonly (readonly [row: number, text: string])[];
  readonly oddMembers: readonly (readonly [row: number, text: string])[];
  /** What the card may tell. */
  readonly seen: readonly SeenRow[];
  readonly faults: FoundFaults;
}

interface ShardScope {
  readonly release: OpenRelease;
  readonly corpus: Corpus;
  readonly vocabularySize: number;
  readonly origins: SharedOrigins;
}

/** What a file is opened with. */
type FileScope = Pick<ShardScope, 'release' | 'vocabularySize'>;

function fileOf({ manifest }: OpenRelease, path: string): ReleaseFile {
  const file = manifest.files.find((one) => one.path === path);
  if (file === undefined) throw new Error(`the manifest names no ${path}`);
  return file;
}

/** Opens a Parquet file of the release. Throws as `openParquet`. */
export function openFile({ release, vocabularySize }: FileScope, path: string): Promise<OpenParquet> {
  return openParquet({ files: release.files, path }, wantedOf(fileOf(release, path), release.manifest, vocabularySize));
}

/** The form of one file. */
export function checkFile({ release, vocabularySize }: FileScope, path: string): Promise<CheckedParquet> {
  return checkParquet(
    { files: release.files, path },
    wantedOf(fileOf(release, path), release.manifest, vocabularySize),
  );
}

/**
 * Reads a part, and marks in the tables of origins what its rows have. Bound: a row group of each
 * file, and what is kept of a row.
 */
export function readPart(part: PartToRead, scope: ShardScope & { readonly marker: OriginMarker }): Promise<FoundPart> {
  const list = createFaultList();
  const { profile } = scope.release.manifest.release;
  return withShard(part.paths, scope, async (files) => {
    const count = files.data.groups.slice(part.from, part.to).reduce((sum, rows) => sum + rows, 0);
    const columns = emptyColumns(count);
    const oddExamples: [number, string][] = [];
    const oddMembers: [number, string][] = [];
    const told = choosingToldRow();
    let at = 0;
    const { origins } = scope;
    const walked = await readRows({ ...part, files, profile, origins }, (row) => {
      const { place, meta } = row;
      const member = text(meta.member);
      if (!writeId(columns.examples, at, place.example)) oddExamples.push([at, place.example]);
      if (!writeId(columns.members, at, member)) oddMembers.push([at, member]);
      columns.digests.set(rowDigest(row.ids, row.spans), at * 32);
      columns.contents.set(digestOf(row, scope.marker.mark(row)), at * 16);
      columns.tokens[at] = row.ids.length;
      columns.supervised[at] = row.count;
      columns.settledAt[at] = number(meta.label_settled_at);
      columns.keepShares[at] = number(meta.keep_share);
      told.see(row);
      checkColumns({ row, list, corpus: scope.corpus }, profile);
      for (const finding of row.wrong) list.add(place, finding);
      at++;
    });
    const { faults, counts, looked } = list;
    return {
      ...{ walked, columns, oddExamples, oddMembers, seen: told.seen() },
      faults: { faults, counts, looked },
    };
  });
}

/** Zeros, which no row that is right has, where its numbers are none that a row may have. */
function digestOf(row: ReadRow, segments: Int32Array | undefined): Uint8Array {
  return row.wrong.length > 0 || segments === undefined ? new Uint8Array(16) : contentOf({ ...row, segments });
}

async function withShard<T>(
  paths: Readonly<Record<Side, string>>,
  scope: ShardScope,
  use: (files: ShardPart['files']) => Promise<T>,
): Promise<T> {
  const opening = SIDES.map((side) => openFile(scope, paths[side]));
  try {
    const [data, meta, origin] = await Promise.all(opening);
    if (data === undefined || meta === undefined || origin === undefined) throw new Error('a shard has three files');
    return await use({ data, meta, origin });
  } finally {
    for (const each of await Promise.allSettled(opening)) if (each.status === 'fulfilled') await each.value.close();
  }
}

/** Reads rows of the release again, which are in order. Bound: a row group of each file. */
export async function rereadRows(
  rows: readonly number[],
  {
    table,
    partOf,
    ...scope
  }: ShardScope & {
    readonly table: RowTable;
    /** The row group of a row of this shard. */
    readonly partOf: (split: string, shard: number) => Pick<PartToRead, 'paths'>;
  },
  see: (row: ReleaseRow, index: number) => void,
): Promise<void> {
  const { profile } = scope.release.manifest.release;
  for (const [place, own] of Map.groupBy(rows, (row) => table.groupOf(row))) {
    const { paths } = partOf(place.split, place.shard);
    const wanted = new Set(own);
    await withShard(paths, scope, async (files) => {
      const isAligned = SIDES.every((side) => files[side].groups.join() === files.data.groups.join());
      const first = isAligned
        ? place
        : nth(
            table.places.filter((one) => one.split === place.split && one.shard === place.shard),
            0,
          );
      const to = isAligned ? place.group + 1 : files.data.groups.length;
      let index = first.first;
      const { origins } = scope;
      const span = { from: first.group, to, split: place.split, firstRow: first.firstInSplit };
      await readRows({ files, ...span, profile, origins }, (row) => {
        if (wanted.has(index)) see({ ...row, segments: segmentsOf(origins, row.numbers, row.eventNumbers) }, index);
        index++;
      });
    });
  }
}
