/** lake.json: what is fixed when a lake is made. */
import { z } from 'zod';

/** Partitions of a lake that files feed, where nothing else is said. */
export const PARTITIONS_DEFAULT = 16;
/** Most partitions of a lake: a partition's number fits two bytes of a sort key. */
export const PARTITIONS_MAX = 65_536;

/** `partitions` never changes; no clock stands here, so that equal lakes are equal bytes. */
export const LakeFile = z.strictObject({
  format: z.literal(1),
  partitions: z.number().int().min(1).max(PARTITIONS_MAX),
  /** Name and version of the program that made it. */
  created_by: z.string().optional(),
});
export type LakeFile = z.infer<typeof LakeFile>;
