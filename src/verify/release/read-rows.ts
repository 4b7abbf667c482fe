/** Reads the rows of a release: token, sidecar and origin file side by side, one row group of tokens at a time. */
import { join } from 'node:path';
import type { FaultList } from '../fault-list.ts';
import { checkFlatFile, checkTokenFile } from './check-schema.ts';
import { openParquetTable, type ParquetTable, type TableRow } from './parquet-table.ts';
import { type OpenRelease, type ShardFiles, shardsOf } from './release-files.ts';
import { numbers, type ReleaseRow, releaseRow } from './release-row.ts';

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
 * All rows in order of split, shard and row. Forms of files are checked on the way (`schema`), and what the manifest says
 * of their rows and tokens behind them (`manifest`). Holds one row group at a time.
 */
export async function* readRows(release: OpenRelease, list: FaultList): AsyncGenerator<ReadRow> {
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
    for await (const read of rowsOfShard(release, shard, rowInSplit, list)) {
      inFile.tokens += read.row.ids.length;
      inFile.lossTokens += read.row.labels.reduce((count, label) => count + (label === -100 ? 0 : 1), 0);
      inFile.rows++;
      yield read;
    }
    rowInSplit += inFile.rows;
    checkFile(shard, inFile, list);
    sums.tokens += inFile.tokens;
    sums.lossTokens += inFile.lossTokens;
    sums.rows += inFile.rows;
  }
  checkSplit(release, split, sums, list);
}

async function* rowsOfShard(
  release: OpenRelease,
  shard: ShardFiles,
  firstRow: number,
  list: FaultList,
): AsyncGenerator<ReadRow> {
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
    checkTokenFile(data, release.manifest, split, list);
    checkFlatFile(meta, 'meta', split, list);
    checkFlatFile(origin, 'origin', split, list);
    if (meta.rows !== data.rows || origin.rows !== data.rows) {
      const counts = `${data.rows} rows of tokens, ${meta.rows} of sidecar, ${origin.rows} of origin`;
      list.add('manifest', { split }, `${shard.data.path}: ${counts}`);
      return;
    }
    for (let group = 0; group + 1 < data.groups.length; group++) {
      const [from, to] = [data.groups[group]!, data.groups[group + 1]!];
      const read = await Promise.all(tables.map((table) => table.read(from, to))).catch(broken);
      if (read === undefined) return;
      const [tokens, sidecar, origins] = read as [TableRow[], TableRow[], TableRow[]];
      for (const [index, cells] of tokens.entries()) {
        const row = releaseRow({ split, row: firstRow + from + index }, cells, sidecar[index]!, origins[index]!);
        checkAttention(row, numbers(cells.attention_mask), list);
        yield { row, shard, group, inGroup: index, inFile: from + index };
      }
    }
  } finally {
    for (const table of tables) table.close();
  }
}

/** The attention mask is all ones, as long as the ids. */
function checkAttention(row: ReleaseRow, mask: readonly number[], list: FaultList): void {
  if (mask.length !== row.ids.length || mask.some((one) => one !== 1)) {
    list.add('schema', row.place, 'attention_mask is not all ones');
  }
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
