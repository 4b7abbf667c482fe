/**
 * The three files of a shard in lockstep: tokens, sidecar, origins; same rows, same order, row
 * groups added together.
 */
import type { ReleaseFile } from '../../schemas/manifest.ts';
import { ORIGIN, SIDECAR } from '../../schemas/rows.ts';
import type { FileUnderWay } from '../lake/object-store.ts';
import type { Facts, Profile } from '../profiles/profile.ts';
import { type ColumnSpec, createParquetWriter, type ParquetWriter } from '../shard/parquet-writer.ts';
import { columnSpecs } from '../shard/records.ts';
import type { JoinedGroup } from './join-rows.ts';

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
  add(group: JoinedGroup): void;
  finish(): RowTotals;
}

/** Bound: what footers say of each row group. */
export function createRowFiles({ profile, facts, files }: RowFilesOptions): RowFiles {
  // Read by the writer when it writes the footer: only then are the totals known.
  const keyValues: Record<string, string> = {};
  const tables = {
    data: writerOf(files.data, profile.columns, keyValues),
    meta: writerOf(files.meta, columnSpecs(SIDECAR)),
    origin: writerOf(files.origin, columnSpecs(ORIGIN)),
  };
  const total = { rows: 0, tokens: 0, loss_tokens: 0 };
  return {
    add(group) {
      tables.data.addRowGroup(group.data);
      tables.meta.addRowGroup(group.meta);
      tables.origin.addRowGroup(group.origin);
      total.rows += group.data.rows;
      total.tokens += group.tokens;
      total.loss_tokens += group.lossTokens;
    },
    finish() {
      Object.assign(keyValues, profile.keyValues(facts(total)));
      for (const writer of Object.values(tables)) writer.finish();
      return total;
    },
  };
}

function writerOf(file: Sink, columns: readonly ColumnSpec[], keyValues: Facts = {}): ParquetWriter {
  return createParquetWriter({ columns, keyValues, write: (chunk) => file.write(chunk) });
}
