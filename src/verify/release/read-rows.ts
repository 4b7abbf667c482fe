/** Reads the rows of a release: token, sidecar and origin file side by side, one row group of tokens at a time. */
import { join } from 'node:path';
import type { FaultList } from '../fault-list.ts';
import { checkFlatFile, checkTokenFile } from './check-schema.ts';
import { type Cell, openParquetTable, type ParquetTable, type TableRow } from './parquet-table.ts';
import { type OpenRelease, type ShardFiles, shardsOf } from './release-files.ts';
import { IGNORED, integers, numbers, type ReleaseRow, releaseRow } from './release-row.ts';

export interface ReadRow {
  readonly row: ReleaseRow;
  readonly shard: ShardFiles;
  readonly group: number;
  readonly inGroup: number;
  readonly inFile: number;
}

/** Tokens and supervised tokens of a file as they were read. */
export interface FileSums {
  tokens: number;
  lossTokens: number;
  rows: number;
}

/**
 * All rows in order of split, shard and row, one row group of tokens at a time. Forms of files are checked on the way
 * (`schema`), and what the manifest says of their rows and tokens behind them (`manifest`).
 */
export async function* readRowGroups(release: OpenRelease, list: FaultList): AsyncGenerator<ReadRow[]> {
  let split = '';
  let rowInSplit = 0;
  let sums: FileSums = { tokens: 0, lossTokens: 0, rows: 0 };
  for (const shard of shardsOf(release)) {
    if (shard.split !== split) {
      checkSplit(release, split, sums, list);
      split = shard.split;
      rowInSplit = 0;
      sums = { tokens: 0, lossTokens: 0, rows: 0 };
    }
    const inFile: FileSums = { tokens: 0, lossTokens: 0, rows: 0 };
    for await (const group of groupsOfShard(release, shard, rowInSplit, list)) {
      for (const { row } of group) {
        inFile.tokens += row.ids.length;
        for (let i = 0; i < row.labels.length; i++) if (row.labels[i] !== IGNORED) inFile.lossTokens++;
      }
      inFile.rows += group.length;
      yield group;
    }
    rowInSplit += inFile.rows;
    checkFile(shard, inFile, list);
    sums.tokens += inFile.tokens;
    sums.lossTokens += inFile.lossTokens;
    sums.rows += inFile.rows;
  }
  checkSplit(release, split, sums, list);
}

async function* groupsOfShard(
  release: OpenRelease,
  shard: ShardFiles,
  firstRow: number,
  list: FaultList,
): AsyncGenerator<ReadRow[]> {
  const { split } = shard;
  const broken = (error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    list.add('manifest', { split }, `${shard.data.path} or its sidecar or origin cannot be read: ${why}`);
  };
  const tables: ParquetTable[] = [];
  try {
    for (const file of [shard.data, shard.meta, shard.origin]) {
      if (file === undefined) return;
      const table = await openParquetTable(join(release.dir, file.path)).catch(broken);
      if (table === undefined) return;
      tables.push(table);
    }
    const [data, meta, origin] = tables as [ParquetTable, ParquetTable, ParquetTable];
    checkTokenFile(data, release.manifest, shard.data, list);
    checkFlatFile(meta, 'meta', split, list);
    checkFlatFile(origin, 'origin', split, list);
    if (meta.rows !== data.rows || origin.rows !== data.rows) {
      const counts = `${data.rows} rows of tokens, ${meta.rows} of sidecar, ${origin.rows} of origin`;
      list.add('manifest', { split }, `${shard.data.path}: ${counts}`);
      return;
    }
    for (let group = 0; group + 1 < data.groups.length; group++) {
      const [from, to] = [data.groups[group]!, data.groups[group + 1]!];
      const read = await readGroup({ data, meta, origin }, from, to).catch(broken);
      if (read === undefined) return;
      yield read.tokens.map((tokens, index) => {
        const place = { split, row: firstRow + from + index };
        const row = releaseRow(place, tokens, read.sidecar[index]!, read.origins[index]!);
        if (!tokens.attended) list.add('schema', row.place, 'attention_mask is not all ones');
        return { row, shard, group, inGroup: index, inFile: from + index };
      });
    }
  } finally {
    for (const table of tables) table.close();
  }
}

interface GroupTokens {
  readonly ids: Int32Array;
  readonly labels: Float64Array;
  /** Whether the attention mask is all ones, as long as the ids. */
  readonly attended: boolean;
}

/** One column of tokens after another: the library holds every value as an object of its own. */
async function readGroup(
  { data, meta, origin }: Record<'data' | 'meta' | 'origin', ParquetTable>,
  from: number,
  to: number,
): Promise<{ tokens: GroupTokens[]; sidecar: TableRow[]; origins: TableRow[] }> {
  const column = async <T>(name: string, of: (cell: Cell, index: number) => T) =>
    (await data.read(from, to, [name])).map((row, index) => of(row[name], index));
  const ids = await column('input_ids', integers);
  const labels = await column('labels', numbers);
  const attended = await column('attention_mask', (cell, index) => areOnes(integers(cell), ids[index]!.length));
  const tokens = ids.map((own, index) => ({ ids: own, labels: labels[index]!, attended: attended[index]! }));
  return { tokens, sidecar: await meta.read(from, to), origins: await origin.read(from, to) };
}

function areOnes(mask: Int32Array, length: number): boolean {
  for (let i = 0; i < mask.length; i++) if (mask[i] !== 1) return false;
  return mask.length === length;
}

function checkFile({ data }: ShardFiles, sums: FileSums, list: FaultList): void {
  const wrong = sums.rows !== data.rows || sums.tokens !== data.tokens || sums.lossTokens !== data.loss_tokens;
  if (!wrong) return;
  const { rows, tokens, lossTokens } = sums;
  list.add(
    'manifest',
    { split: data.split },
    `${data.path} holds ${rows} rows, ${tokens} tokens, ${lossTokens} of them supervised`,
  );
}

function checkSplit({ manifest }: OpenRelease, split: string, sums: FileSums, list: FaultList): void {
  if (split === '') return;
  const told = manifest.splits[split];
  const right = told?.rows === sums.rows && told.tokens === sums.tokens && told.loss_tokens === sums.lossTokens;
  if (!right)
    list.add(
      'manifest',
      { split },
      `the split holds ${sums.rows} rows, ${sums.tokens} tokens, ${sums.lossTokens} supervised`,
    );
}
