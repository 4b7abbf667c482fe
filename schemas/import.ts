/** `OUT.dead/tables.json`: which tables made the events of a folder, row by row accounted for. */
import { z } from 'zod';
import { DEAD_REASONS } from './event.ts';
import { Sha256 } from './ids.ts';
import { SourceFacts } from './source.ts';

const Count = z.number().int().nonnegative();

/**
 * Counts of one file of one table: rows = mapped + filtered + equal + dead, where a part of a list
 * counts as a row.
 */
export const RowCounts = z.strictObject({
  rows: Count,
  events: z.strictObject({ member: Count, item: Count, interaction: Count }),
  mapped: Count,
  filtered: Count,
  equal: Count,
  dead: z.partialRecord(z.enum(DEAD_REASONS), Count),
});
export type RowCounts = z.infer<typeof RowCounts>;

/** One file of one table. */
export const ImportedFile = z.strictObject({
  table: z.string(),
  /** Below the folder of tables, with `/` between names. */
  path: z.string(),
  /** Of the unpacked bytes. */
  sha256: Sha256,
  counts: RowCounts,
});
export type ImportedFile = z.infer<typeof ImportedFile>;

/** One table of a mapping as it was when its first file was mapped. */
export const ImportedTable = z.strictObject({
  name: z.string(),
  /** SHA-256 of its part of the mapping, in canonical JSON. */
  mapping: Sha256,
  facts: SourceFacts.pick({ assumed: true, dated: true, left_out: true }),
});
export type ImportedTable = z.infer<typeof ImportedTable>;

/** The whole file. */
export const ImportLedger = z.strictObject({
  format: z.literal(1),
  tables: z.array(ImportedTable),
  files: z.array(ImportedFile),
});
export type ImportLedger = z.infer<typeof ImportLedger>;
