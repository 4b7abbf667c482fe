/** Three files in lockstep, same rows, same order: tokens, sidecar, origins; row groups are flushed together. */
import type { StoredRow } from '../../schemas/columns.ts';
import { PART_TOKENS } from '../../schemas/rows.ts';
import { createParquetWriter, type ParquetWriter } from './parquet-writer.ts';
import { columnSpecs, type FileTable, storedColumns } from './records.ts';
import { encodeHfRowGroup, HF_COLUMNS, mustFlushRowGroup, type TokenRows } from './token-rows.ts';

/** How rows of tokens become columns: `part` (ids and supervised spans, small) or the trainer's `hf`. */
export type TokenLayout = 'part' | 'hf';

/** A row with what lies beside it, values as the files hold them. */
export interface TokenRow<M extends FileTable, O extends FileTable> {
  readonly ids: Int32Array;
  /** Supervised [from, to) pairs. */
  readonly spans: Int32Array;
  readonly meta: StoredRow<M>;
  readonly origin: StoredRow<O>;
}

/** What the three files are, and where their bytes go. */
export interface RowFilesOptions<M extends FileTable, O extends FileTable> {
  readonly layout: TokenLayout;
  readonly meta: M;
  readonly origin: O;
  /** Footer key-values of the token file, asked for when all rows are written. */
  readonly keyValues: (totals: RowTotals) => Readonly<Record<string, string>>;
  /** Sinks of the three files. */
  readonly sinks: Readonly<Record<'tokens' | 'meta' | 'origin', (chunk: Uint8Array) => void>>;
}

/** What a file's rows come to. */
export interface RowTotals {
  readonly rows: number;
  readonly tokens: number;
  readonly lossTokens: number;
}

/** The three files while they are written. */
export interface RowFiles<M extends FileTable, O extends FileTable> {
  /** Row group and row in it that the next row gets. */
  place(nextTokens: number): { rowGroup: number; row: number };
  add(row: TokenRow<M, O>): void;
  finish(): RowTotals;
}

/** Bound: one row group (token-rows.ts) in memory. */
export function createRowFiles<M extends FileTable, O extends FileTable>(
  options: RowFilesOptions<M, O>,
): RowFiles<M, O> {
  const { sinks } = options;
  // Read by the writer when it writes the footer: only then are the totals known.
  const facts: Record<string, string> = {};
  const writers = {
    tokens: createParquetWriter({
      columns: options.layout === 'hf' ? HF_COLUMNS : columnSpecs(PART_TOKENS),
      keyValues: facts,
      write: sinks.tokens,
    }),
    meta: createParquetWriter({ columns: columnSpecs(options.meta), keyValues: {}, write: sinks.meta }),
    origin: createParquetWriter({ columns: columnSpecs(options.origin), keyValues: {}, write: sinks.origin }),
  };
  let group: TokenRow<M, O>[] = [];
  let tokens = 0;
  let flushed = 0;
  const total = { rows: 0, tokens: 0, lossTokens: 0 };
  const flush = () => {
    if (group.length === 0) return;
    writeTokens(writers.tokens, options.layout, packRows(group));
    writers.meta.writeRowGroup(
      storedColumns(
        options.meta,
        group.map((row) => row.meta),
      ),
      group.length,
    );
    writers.origin.writeRowGroup(
      storedColumns(
        options.origin,
        group.map((row) => row.origin),
      ),
      group.length,
    );
    group = [];
    tokens = 0;
    flushed++;
  };
  const full = (next: number) => mustFlushRowGroup({ rows: group.length, tokens }, next);
  return {
    place: (next) => (full(next) ? { rowGroup: flushed + 1, row: 0 } : { rowGroup: flushed, row: group.length }),
    add(row) {
      if (full(row.ids.length)) flush();
      group.push(row);
      tokens += row.ids.length;
      total.rows++;
      total.tokens += row.ids.length;
      for (let i = 0; i < row.spans.length; i += 2) total.lossTokens += row.spans[i + 1]! - row.spans[i]!;
    },
    finish() {
      flush();
      Object.assign(facts, options.keyValues(total));
      for (const writer of Object.values(writers)) writer.finish();
      return total;
    },
  };
}

function writeTokens(writer: ParquetWriter, layout: TokenLayout, rows: TokenRows): void {
  if (layout === 'hf') encodeHfRowGroup(writer, rows);
  else {
    const { ids, offsets, spans, spanOffsets } = rows;
    writer.writeRowGroup(
      [
        { values: ids, offsets },
        { values: spans, offsets: spanOffsets },
      ],
      rows.rows,
    );
  }
}

/** Copies the rows of a group side by side. */
function packRows(group: readonly { ids: Int32Array; spans: Int32Array }[]): TokenRows {
  const offsets = new Int32Array(group.length + 1);
  const spanOffsets = new Int32Array(group.length + 1);
  group.forEach((row, i) => {
    offsets[i + 1] = offsets[i]! + row.ids.length;
    spanOffsets[i + 1] = spanOffsets[i]! + row.spans.length;
  });
  const ids = new Int32Array(offsets[group.length]!);
  const spans = new Int32Array(spanOffsets[group.length]!);
  group.forEach((row, i) => {
    ids.set(row.ids, offsets[i]!);
    spans.set(row.spans, spanOffsets[i]!);
  });
  return { rows: group.length, ids, offsets, spans, spanOffsets };
}
