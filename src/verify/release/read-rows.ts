/**
 * Reads the rows of a release: token, sidecar and origin file side by side, one row group of tokens
 * at a time.
 */
import { join } from 'node:path';
import { nth } from '../checked.ts';
import type { FaultList } from '../fault-list.ts';
import type { Profile, Supervised, TokenRow } from '../profiles/profile.ts';
import { checkFlatFile, checkTokenFile } from './check-schema.ts';
import { openParquetTable, type ParquetTable } from './parquet-table.ts';
import { type OpenRelease, type ShardFiles, shardsOf } from './release-files.ts';
import { integers, numbers, type ReleaseRow, type RowCells, releaseRow } from './release-row.ts';

/** A row with where it lies. */
export interface ReadRow {
  readonly row: ReleaseRow;
  readonly shard: ShardFiles;
  readonly group: number;
  readonly inGroup: number;
  readonly inFile: number;
}

/** Rows, tokens and supervised tokens as they were read. */
interface Sums {
  rows: number;
  tokens: number;
  lossTokens: number;
}

const nothing = (): Sums => ({ rows: 0, tokens: 0, lossTokens: 0 });

const told = ({ rows, tokens, lossTokens }: Sums): string =>
  `holds ${rows} rows, ${tokens} tokens, ${lossTokens} of them supervised`;

function isSame(sums: Sums, wanted: { rows: number; tokens: number; loss_tokens: number } | undefined): boolean {
  const { rows, tokens, lossTokens } = sums;
  return wanted?.rows === rows && wanted.tokens === tokens && wanted.loss_tokens === lossTokens;
}

/**
 * All rows in order of split, shard and row, one row group of tokens at a time. Forms of files are
 * checked on the way (`schema`), and what the manifest says of their rows and tokens afterwards
 * (`manifest`).
 */
export async function* readRowGroups(release: OpenRelease, list: FaultList): AsyncGenerator<ReadRow[]> {
  const bySplit = Map.groupBy(shardsOf(release), ({ split }) => split);
  for (const [split, shards] of bySplit) {
    const wrong = (detail: string) => list.add({ split }, { check: 'manifest', rule: ['LEDGER-2'], detail });
    const inSplit = nothing();
    for (const shard of shards) {
      const inFile = nothing();
      for await (const group of groupsOfShard({ release, shard, list }, inSplit.rows)) {
        inFile.rows += group.length;
        for (const { row } of group) {
          inFile.tokens += row.ids.length;
          inFile.lossTokens += row.count;
        }
        yield group;
      }
      if (!isSame(inFile, shard.data)) wrong(`${shard.data.path} ${told(inFile)}`);
      for (const name of ['rows', 'tokens', 'lossTokens'] as const) inSplit[name] += inFile[name];
    }
    if (!isSame(inSplit, release.manifest.splits.get(split))) wrong(`the split ${told(inSplit)}`);
  }
}

/** Whose rows are read. */
interface ShardCase {
  readonly release: OpenRelease;
  readonly shard: ShardFiles;
  readonly list: FaultList;
}

async function* groupsOfShard(shardCase: ShardCase, firstRow: number): AsyncGenerator<ReadRow[]> {
  const { release, shard, list } = shardCase;
  const { split, data } = shard;
  const fault = (detail: string) => list.add({ split }, { check: 'manifest', rule: [], detail });
  const broken = (error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    fault(`${data.path} or its sidecar or origin cannot be read: ${why}`);
  };
  const tables = await openTables(shardCase).catch(broken);
  if (tables === undefined) return;
  try {
    const counts = [tables.data.rows, tables.meta.rows, tables.origin.rows];
    if (new Set(counts).size > 1) {
      return fault(`${data.path}: ${counts.join(', ')} rows of tokens, of sidecar, of origin`);
    }
    for (let group = 0; group + 1 < tables.data.groups.length; group++) {
      const [from, to] = [nth(tables.data.groups, group), nth(tables.data.groups, group + 1)];
      const read = await readGroup(tables, release.manifest.release.profile, [from, to]).catch(broken);
      if (read === undefined) return;
      yield read.map((cells, inGroup) => {
        const row = releaseRow({ split, row: firstRow + from + inGroup }, cells);
        return { row, shard, group, inGroup, inFile: from + inGroup };
      });
    }
  } finally {
    for (const table of Object.values(tables)) table.close();
  }
}

type Tables = Record<'data' | 'meta' | 'origin', ParquetTable>;

/**
 * The tables of a shard, their forms checked; undefined where the manifest names no sidecar or
 * origin.
 */
async function openTables({ release, shard, list }: ShardCase): Promise<Tables | undefined> {
  const { data: file, meta: metaFile, origin: originFile, split } = shard;
  if (metaFile === undefined || originFile === undefined) return undefined;
  const opened: ParquetTable[] = [];
  const open = async ({ path }: { path: string }) => {
    const table = await openParquetTable(join(release.dir, path));
    opened.push(table);
    return table;
  };
  try {
    const [data, meta, origin] = [await open(file), await open(metaFile), await open(originFile)];
    checkTokenFile({ table: data, manifest: release.manifest, file, list });
    for (const [kind, table] of [['meta', meta] as const, ['origin', origin] as const]) {
      list.look('schema');
      checkFlatFile(table, kind, (detail) => list.add({ split }, { check: 'schema', rule: [], detail }));
    }
    return { data, meta, origin };
  } catch (error) {
    for (const table of opened) table.close();
    throw error;
  }
}

/** One column of tokens after another: the library holds every value as an object of its own. */
async function readGroup(
  { data, meta, origin }: Tables,
  profile: Profile,
  [from, to]: readonly [number, number],
): Promise<RowCells[]> {
  const rows: { ids: Int32Array; columns: Record<string, Float64Array> }[] = [];
  for (const { input_ids: ids } of await data.read(from, to, ['input_ids']))
    rows.push({ ids: integers(ids), columns: {} });
  for (const { name } of profile.columns) {
    const read = await data.read(from, to, [name]);
    for (const [index, row] of rows.entries()) row.columns[name] = numbers(nth(read, index)[name]);
  }
  const [metas, origins] = [await meta.read(from, to), await origin.read(from, to)];
  const withSpans = (row: TokenRow): TokenRow & Supervised => ({ ...row, ...profile.supervised(row) });
  return rows.map((row, index) => ({
    tokens: withSpans(row),
    meta: nth(metas, index),
    origin: nth(origins, index),
  }));
}
