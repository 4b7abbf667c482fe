/**
 * The three files of a shard in lockstep: tokens, sidecar, origins; same rows, same order, row
 * groups flushed together.
 */
import type { StoredRow } from '../../schemas/columns.ts';
import type { ReleaseFile } from '../../schemas/manifest.ts';
import { ORIGIN, SIDECAR } from '../../schemas/rows.ts';
import { intAt } from '../checked.ts';
import type { FileUnderWay } from '../lake/object-store.ts';
import type { Facts, Profile, TokenRows } from '../profiles/profile.ts';
import { type ColumnSpec, createParquetWriter, type ParquetWriter } from '../shard/parquet-writer.ts';
import { columnSpecs, joinLists, storedColumns } from '../shard/records.ts';
import { mustFlushRowGroup } from '../shard/row-groups.ts';

/** A row of a release with what lies beside it, values as the files hold them. */
export interface ReleasedRow {
  readonly ids: Int32Array;
  /** Supervised [from, to) pairs. */
  readonly spans: Int32Array;
  readonly meta: StoredRow<typeof SIDECAR>;
  readonly origin: StoredRow<typeof ORIGIN>;
}

/** What the files are written by, and where their bytes go. */
export interface RowFilesOptions {
  readonly profile: Profile;
  /** Facts of the token file's footer, asked for when all rows are written. */
  readonly facts: (totals: RowTotals) => Facts;
  readonly files: Readonly<Record<'data' | 'meta' | 'origin', Sink>>;
}

type Sink = Pick<FileUnderWay, 'write'>;

/** What a shard's rows come to. */
export type RowTotals = Pick<ReleaseFile, 'rows' | 'tokens' | 'loss_tokens'>;

/** The three files while they are written. */
export interface RowFiles {
  /** Row group and row in it that the next row gets. */
  next(tokens: number): { rowGroup: number; row: number };
  add(row: ReleasedRow): void;
  finish(): RowTotals;
}

/** Bound: one row group (row-groups.ts) in memory. */
export function createRowFiles({ profile, facts, files }: RowFilesOptions): RowFiles {
  // Read by the writer when it writes the footer: only then are the totals known.
  const keyValues: Record<string, string> = {};
  const tables = {
    data: writerOf(files.data, profile.columns, keyValues),
    meta: writerOf(files.meta, columnSpecs(SIDECAR)),
    origin: writerOf(files.origin, columnSpecs(ORIGIN)),
  };
  let group: ReleasedRow[] = [];
  let tokens = 0;
  let flushed = 0;
  const total = { rows: 0, tokens: 0, loss_tokens: 0 };
  const flush = () => {
    const rows = group.length;
    if (rows === 0) return;
    const [metas, origins] = [group.map((row) => row.meta), group.map((row) => row.origin)];
    tables.data.writeRowGroup(profile.chunks(packRows(group)), rows);
    tables.meta.writeRowGroup(storedColumns(SIDECAR, metas), rows);
    tables.origin.writeRowGroup(storedColumns(ORIGIN, origins), rows);
    group = [];
    tokens = 0;
    flushed++;
  };
  const isFull = (next: number) => mustFlushRowGroup({ rows: group.length, tokens }, next);
  return {
    next: (next) => (isFull(next) ? { rowGroup: flushed + 1, row: 0 } : { rowGroup: flushed, row: group.length }),
    add(row) {
      if (isFull(row.ids.length)) flush();
      group.push(row);
      tokens += row.ids.length;
      total.rows++;
      total.tokens += row.ids.length;
      total.loss_tokens += supervised(row.spans);
    },
    finish() {
      flush();
      Object.assign(keyValues, profile.keyValues(facts(total)));
      for (const writer of Object.values(tables)) writer.finish();
      return total;
    },
  };
}

function supervised(spans: Int32Array): number {
  let tokens = 0;
  for (let i = 0; i < spans.length; i += 2) tokens += intAt(spans, i + 1) - intAt(spans, i);
  return tokens;
}

function writerOf(file: Sink, columns: readonly ColumnSpec[], keyValues: Facts = {}): ParquetWriter {
  return createParquetWriter({ columns, keyValues, write: (chunk) => file.write(chunk) });
}

/** Copies the rows of a group side by side. */
function packRows(group: readonly ReleasedRow[]): TokenRows {
  const { values: ids, offsets } = joinLists(group.map((row) => row.ids));
  const { values: spans, offsets: spanOffsets } = joinLists(group.map((row) => row.spans));
  return { rows: group.length, ids, offsets, spans, spanOffsets };
}
