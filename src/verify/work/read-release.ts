/** Reads all rows of a release in threads, and checks the form of its files on the way. */
import type { Fault } from '../../../schemas/manifest.ts';
import { nth } from '../checked.ts';
import { type FaultList, mergeFaults } from '../fault-list.ts';
import { type CheckedParquet, unreadable } from '../parquet/check-parquet.ts';
import { isFile, isOfStore } from '../reader.ts';
import type { SeenRow } from '../release/card-row.ts';
import type { SharedOrigins } from '../release/origin-tables.ts';
import { SIDES, type WalkedPart, wrongGroup } from '../release/read-rows.ts';
import { type OpenRelease, type ShardFiles, shardsOf } from '../release/release-files.ts';
import type { RowColumns, RowGroupSpan } from '../release/row-table.ts';
import type { Pool } from './pool.ts';
import { type FoundPart, openFile, type PartToRead } from './shards.ts';

/** A shard whose three files are there and have the columns and rows that they should have. */
interface ShardToRead {
  readonly files: ShardFiles;
  /** Rows of each row group of its tokens. */
  readonly groups: readonly number[];
  readonly parts: readonly PartToRead[];
}

/** What was read of a release. */
export interface ReadRelease {
  /** Undefined where they could not be read: no row was, then. */
  readonly origins: SharedOrigins | undefined;
  readonly forms: ReadonlyMap<string, CheckedParquet>;
  readonly shards: readonly (ShardToRead & { readonly found: readonly FoundPart[] })[];
}

/** Row groups that a thread reads in one go. */
const PART_GROUPS = 4;

type ReadScope = Parameters<typeof openFile>[0];

/** Reads the rows, and every file but the indexes. `report` is told how many rows are read. */
export async function readRelease(scope: ReadScope, pool: Pool, report: (rows: number) => void): Promise<ReadRelease> {
  const { release } = scope;
  const { manifest } = release;
  const tables = await pool.run('readTables');
  const { origins } = tables;
  const forms = new Map(tables.forms);
  const shards: ShardToRead[] = [];
  if (origins !== undefined) await pool.everywhere('takeTables', () => [origins]);
  const firstRows = new Map<string, number>();
  const planned = origins === undefined ? [] : shardsOf(release);
  const groups = await sideBySide(planned, (files) => groupsOfSides(scope, files));
  for (const [index, files] of planned.entries()) {
    const firstRow = firstRows.get(files.split) ?? 0;
    const shard = planOf(files, nth(groups, index), firstRow);
    if (shard === undefined) continue;
    shards.push(shard);
    firstRows.set(files.split, firstRow + shard.groups.reduce((sum, rows) => sum + rows, 0));
  }
  const inShards = new Set(shards.flatMap(({ files }) => SIDES.map((side) => files[side]?.path)));
  const left = manifest.files.filter(
    ({ path, kind }) =>
      kind !== 'card' && kind !== 'index' && !inShards.has(path) && !forms.has(path) && path.endsWith('.parquet'),
  );
  const areFiles = await sideBySide(left, ({ path }) => isFile(release.files, path));
  const others = left.filter((_, index) => areFiles[index]);
  let done = 0;
  const reading = shards.flatMap(({ parts }) =>
    parts.map(async (part) => {
      const found = await pool.run('readPart', part);
      done += found.columns.tokens.length;
      report(done);
      return found;
    }),
  );
  const checking = others.map(async ({ path }) => [path, await pool.run('checkFile', path)] as const);
  const [parts, checked] = await Promise.all([Promise.all(reading), Promise.all(checking)]);
  for (const [path, form] of checked) forms.set(path, form);
  const all = parts.values();
  const read = shards.map((shard) => ({ ...shard, found: shard.parts.map(() => present(all.next().value)) }));
  const sides = read.flatMap(({ files, found }) =>
    SIDES.map((side) => ({ path: files[side]?.path ?? '', parts: found.map(({ walked }) => walked[side]) })),
  );
  const ofSides = await sideBySide(sides, ({ path, parts: own }) => formOf(scope, path, own));
  for (const [index, { path }] of sides.entries()) forms.set(path, nth(ofSides, index));
  return { origins, forms, shards: read };
}

function present(part: FoundPart | undefined): FoundPart {
  if (part === undefined) throw new Error('a part was not read');
  return part;
}

/** Files of a release that are opened side by side: a bucket's answers are waited for. */
const OPEN_AT_ONCE = 8;

/** The results of `work` in the order of `items`, OPEN_AT_ONCE at a time. */
async function sideBySide<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  const queue = items.entries();
  const drain = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: OPEN_AT_ONCE }, drain));
  return results;
}

/** What parts a shard is read in; undefined where its files are not such that rows can be read. */
function planOf(
  files: ShardFiles,
  groups: readonly (readonly number[] | undefined)[],
  firstRow: number,
): ShardToRead | undefined {
  const { split, data, meta, origin } = files;
  const [ofData, ofMeta, ofOrigin] = groups;
  if (ofData === undefined || ofMeta === undefined || ofOrigin === undefined) return undefined;
  if (new Set(groups.map((own) => sumOf(own ?? []))).size > 1) return undefined;
  const paths = { data: data.path, meta: meta?.path ?? '', origin: origin?.path ?? '' };
  const isAligned = groups.every((own) => own?.join() === ofData.join());
  const step = isAligned ? PART_GROUPS : Math.max(ofData.length, 1);
  const parts: PartToRead[] = [];
  for (let from = 0; from === 0 || from < ofData.length; from += step) {
    const to = Math.min(from + step, ofData.length);
    parts.push({ split, paths, from, to, firstRow: firstRow + sumOf(ofData.slice(0, from)) });
  }
  return { files, groups: ofData, parts };
}

const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0);

/** Rows of the row groups of the files of a shard. */
function groupsOfSides(scope: ReadScope, files: ShardFiles) {
  return Promise.all(SIDES.map((side) => groupsOf(scope, files[side]?.path)));
}

/** Rows of the row groups of a file; undefined where it cannot be read. */
async function groupsOf(scope: ReadScope, path: string | undefined): Promise<readonly number[] | undefined> {
  if (path === undefined) return undefined;
  try {
    const file = await openFile(scope, path);
    await file.close();
    return file.hasColumns ? file.groups : undefined;
  } catch (error) {
    if (isOfStore(error)) throw error;
    // What is wrong with it is told by whoever checks its form.
    return undefined;
  }
}

/** The form of a file, by what was found in its parts. */
async function formOf(scope: ReadScope, path: string, parts: readonly WalkedPart[]): Promise<CheckedParquet> {
  const failure = parts.find((part) => part.failure !== undefined)?.failure;
  if (failure !== undefined) return unreadable(failure);
  const file = await openFile(scope, path);
  await file.close();
  return file.finished(parts.flatMap(({ groups }) => groups));
}

/** All that is kept of rows, in the order in which they are read. */
export interface AllRows {
  readonly columns: readonly RowColumns[];
  readonly places: readonly RowGroupSpan[];
  readonly oddExamples: ReadonlyMap<number, string>;
  readonly oddMembers: ReadonlyMap<number, string>;
  readonly seen: readonly SeenRow[];
}

const SUMS = ['rows', 'tokens', 'loss_tokens'] as const;

/** Rows, tokens and supervised tokens. */
type Sums = Record<(typeof SUMS)[number], number>;

const nothing = (): Sums => ({ rows: 0, tokens: 0, loss_tokens: 0 });
const told = (sums: Sums) => `holds ${SUMS.map((name) => `${sums[name]} ${name}`).join(', ')}`;
const isSame = (a: Sums, b: Sums | undefined) => SUMS.every((name) => a[name] === b?.[name]);

/**
 * Rows of all shards whose files are `readable`, in order of split, shard and row. Reports what was
 * found in them, where row groups end (PUBLISH-6), and what the manifest says of their rows and
 * tokens (LEDGER-2).
 */
export function rowsOf(
  release: OpenRelease,
  { shards, forms }: ReadRelease,
  { readable, list }: { readonly readable: ReadonlySet<string>; readonly list: FaultList },
): AllRows {
  const byPath = new Map(shards.map((shard) => [shard.files.data.path, shard]));
  const columns: RowColumns[] = [];
  const places: RowGroupSpan[] = [];
  const [oddExamples, oddMembers] = [new Map<number, string>(), new Map<number, string>()];
  const seen: SeenRow[] = [];
  let count = 0;
  for (const [split, own] of Map.groupBy(shardsOf(release), (shard) => shard.split)) {
    const wrong = (detail: string, rule: 'LEDGER-2' | 'PUBLISH-6') =>
      list.add({ split }, { check: 'manifest', rule: [rule], detail });
    const inSplit = nothing();
    const whole = own.filter((files) => SIDES.every((side) => readable.has(files[side]?.path ?? '')));
    for (const { data, meta, origin, shard: number } of whole) {
      const paths = { data: data.path, meta: meta?.path ?? '', origin: origin?.path ?? '' };
      const inFile = nothing();
      const shard = byPath.get(data.path);
      if (shard === undefined) {
        const counts = SIDES.map((side) => sumOf(forms.get(paths[side])?.groups ?? []));
        wrong(`${data.path}: ${counts.join(', ')} rows of tokens, of sidecar, of origin`, 'PUBLISH-6');
      } else {
        // Rows were numbered as if all shards before this one could be read.
        const moved = inSplit.rows - (shard.parts[0]?.firstRow ?? 0);
        const place = (fault: Fault): Fault => ({ ...fault, row: fault.row + moved });
        mergeFaults(
          list,
          shard.found.map(({ faults }) => ({ ...faults, faults: faults.faults.map(place) })),
        );
        for (const part of shard.found) {
          for (const [row, text] of part.oddExamples) oddExamples.set(count + inFile.rows + row, text);
          for (const [row, text] of part.oddMembers) oddMembers.set(count + inFile.rows + row, text);
          columns.push(part.columns);
          seen.push(...part.seen);
          inFile.rows += part.columns.tokens.length;
          inFile.tokens += sumOf(Array.from(part.columns.tokens));
          inFile.loss_tokens += sumOf(Array.from(part.columns.supervised));
        }
        const tokens = shard.found.flatMap((part) => Array.from(part.columns.tokens));
        const sizes: number[][] = [];
        let first = 0;
        for (const [group, rows] of shard.groups.entries()) {
          places.push({ split, shard: number, group, first: count + first, firstInSplit: inSplit.rows + first, rows });
          sizes.push(tokens.slice(first, first + rows));
          first += rows;
        }
        const misplaced = wrongGroup(sizes);
        if (misplaced !== undefined) {
          const detail = `${data.path}: row group ${misplaced} is not as full as it should be`;
          list.add({ split }, { check: 'schema', rule: ['PUBLISH-6'], detail });
        }
      }
      if (!isSame(inFile, data)) wrong(`${data.path} ${told(inFile)}`, 'LEDGER-2');
      for (const name of SUMS) inSplit[name] += inFile[name];
      count += inFile.rows;
    }
    if (whole.length === own.length && !isSame(inSplit, release.manifest.splits.get(split)))
      wrong(`the split ${told(inSplit)}`, 'LEDGER-2');
  }
  return { columns, places, oddExamples, oddMembers, seen };
}
