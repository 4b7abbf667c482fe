/**
 * Reads the rows of a release: token, sidecar and origin file side by side, one row group of tokens
 * at a time.
 */
import { join } from 'node:path';
import { nth } from '../checked.ts';
import type { FaultList } from '../fault-list.ts';
import type { Profile, Supervised, TokenRow } from '../profiles/profile.ts';
import type { RowAddress } from './check-index.ts';
import { openParquetTable, type ParquetTable } from './parquet-table.ts';
import { type OpenRelease, type ShardFiles, shardsOf } from './release-files.ts';
import { integers, numbers, type ReleaseRow, releaseRow, text } from './release-row.ts';

/** A row with where it lies. */
export interface ReadRow {
  readonly row: ReleaseRow;
  readonly address: RowAddress;
}

const SUMS = ['rows', 'tokens', 'loss_tokens'] as const;

/** Rows, tokens and supervised tokens. */
type Sums = Record<(typeof SUMS)[number], number>;

const nothing = (): Sums => ({ rows: 0, tokens: 0, loss_tokens: 0 });
const told = (sums: Sums) => `holds ${SUMS.map((name) => `${sums[name]} ${name}`).join(', ')}`;
const isSame = (a: Sums, b: Sums | undefined) => SUMS.every((name) => a[name] === b?.[name]);

/**
 * All rows in order of split, shard and row, one row group of tokens at a time. Where row groups
 * end is checked on the way (PUBLISH-6), and afterwards what the manifest says of their rows and
 * tokens (LEDGER-2). Shards with a file that is not `readable` are passed over.
 */
export async function* readRowGroups(
  release: OpenRelease,
  list: FaultList,
  readable: ReadonlySet<string>,
): AsyncGenerator<ReadRow[]> {
  const bySplit = Map.groupBy(shardsOf(release), ({ split }) => split);
  for (const [split, shards] of bySplit) {
    const wrong = (detail: string) => list.add({ split }, { check: 'manifest', rule: ['LEDGER-2'], detail });
    const inSplit = nothing();
    const whole = shards.filter(({ data, meta, origin }) =>
      [data, meta, origin].every((file) => readable.has(file?.path ?? '')),
    );
    for (const shard of whole) {
      const inFile = nothing();
      const sizes: number[][] = [];
      for await (const group of groupsOfShard({ release, shard, list }, inSplit.rows)) {
        for (const { row } of group) {
          inFile.rows++;
          inFile.tokens += row.ids.length;
          inFile.loss_tokens += row.count;
        }
        sizes.push(group.map(({ row }) => row.ids.length));
        yield group;
      }
      const misplaced = wrongGroup(sizes);
      if (misplaced !== undefined) {
        const detail = `${shard.data.path}: row group ${misplaced} is not as full as it should be`;
        list.add({ split }, { check: 'schema', rule: ['PUBLISH-6'], detail });
      }
      if (!isSame(inFile, shard.data)) wrong(`${shard.data.path} ${told(inFile)}`);
      for (const name of SUMS) inSplit[name] += inFile[name];
    }
    if (whole.length === shards.length && !isSame(inSplit, release.manifest.splits.get(split)))
      wrong(`the split ${told(inSplit)}`);
  }
}

const GROUP_ROWS_MAX = 1_000;
const GROUP_TOKENS_MAX = 1_000_000;

/**
 * The first row group that does not end exactly where the next row would be too much; undefined
 * where all do. Takes the tokens of each row, group by group.
 */
export function wrongGroup(groups: readonly (readonly number[])[]): number | undefined {
  const tokensOf = (rows: readonly number[]) => rows.reduce((sum, tokens) => sum + tokens, 0);
  const index = groups.findIndex((rows, at) => {
    const isOver = rows.length > 1 && tokensOf(rows) > GROUP_TOKENS_MAX;
    if (rows.length === 0 || rows.length > GROUP_ROWS_MAX || isOver) return true;
    const next = groups[at + 1]?.[0];
    return next !== undefined && rows.length < GROUP_ROWS_MAX && tokensOf(rows) + next <= GROUP_TOKENS_MAX;
  });
  return index < 0 ? undefined : index;
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
  const fault = (detail: string) => list.add({ split }, { check: 'manifest', rule: ['PUBLISH-6'], detail });
  const opened: ParquetTable[] = [];
  try {
    const [tokens, meta, origin] = await openTables(shardCase, opened);
    if (tokens === undefined || meta === undefined || origin === undefined) return;
    const counts = [tokens.rows, meta.rows, origin.rows];
    if (new Set(counts).size > 1) {
      return fault(`${data.path}: ${counts.join(', ')} rows of tokens, of sidecar, of origin`);
    }
    for (let group = 0; group + 1 < tokens.groups.length; group++) {
      const span: Span = [nth(tokens.groups, group), nth(tokens.groups, group + 1)];
      const rows = await readTokens(tokens, release.manifest.release.profile, span);
      const [metas, origins] = [await meta.read(...span), await origin.read(...span)];
      yield rows.map((cells, inGroup) => {
        const inFile = span[0] + inGroup;
        const beside = { meta: nth(metas, inGroup), origin: nth(origins, inGroup) };
        const row = releaseRow({ split, row: firstRow + inFile }, { ...cells, ...beside });
        const address = { example: row.place.example, member: text(row.meta.member), split };
        return { row, address: { ...address, shard: shard.shard, group, row: inGroup } };
      });
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    fault(`${data.path} or its sidecar or origin cannot be read: ${why}`);
  } finally {
    for (const table of opened) table.close();
  }
}

/** The tables of tokens, sidecar and origin, as far as the manifest names them. */
async function openTables({ release, shard }: ShardCase, opened: ParquetTable[]): Promise<ParquetTable[]> {
  const { data, meta, origin } = shard;
  for (const file of [data, meta, origin]) {
    if (file === undefined) return [];
    opened.push(await openParquetTable(join(release.dir, file.path)));
  }
  return opened;
}

/** From one row to another, which is no part of it. */
type Span = readonly [from: number, to: number];

/** One column of tokens after another: the library holds every value as an object of its own. */
async function readTokens(table: ParquetTable, profile: Profile, span: Span): Promise<(TokenRow & Supervised)[]> {
  const ids = (await table.read(...span, ['input_ids'])).map((cells) => integers(cells.input_ids));
  const rows = ids.map((own) => ({ ids: own, columns: {} as Record<string, Float64Array> }));
  for (const { name } of profile.columns) {
    const read = await table.read(...span, [name]);
    for (const [index, row] of rows.entries()) row.columns[name] = numbers(nth(read, index)[name]);
  }
  return rows.map((row) => ({ ...row, ...profile.supervised(row) }));
}
