/** lake.json: what is fixed when a lake is made. */
import { z } from 'zod';
import { DeadRows, SourceFacts } from './source.ts';

/** Partitions of a lake that is built from files, unless a number is given. */
export const PARTITIONS_DEFAULT = 16;
/** The most partitions of a lake: their numbers fit two bytes of a sort key. */
export const PARTITIONS_MAX = 65_536;

/**
 * Raised when the same event files would be taken in, or rows would lie, otherwise; that of 0.1.0
 * was 1.
 */
export const LAKE_FORMAT = 6;

/**
 * `partitions` never changes, `source` where somebody says so alone; there is no time in it, so
 * that equal lakes have equal bytes.
 */
export const LakeFile = z.strictObject({
  format: z.literal(LAKE_FORMAT),
  partitions: z.number().int().min(1).max(PARTITIONS_MAX),
  /** What the source of the events says of itself: part of every manifest and card. */
  source: SourceFacts,
  /** Rows of tables that became no event, where an import counted them. */
  dead_rows: DeadRows,
});
export type LakeFile = z.infer<typeof LakeFile>;
