/** Records of a chain, one after another in one file: a reader asks once for all (docs/lake.md). */
import { z } from 'zod';
import { CommitRecord } from './commit.ts';
import { Sha256 } from './ids.ts';

/** The records before one that BUNDLE_EVERY divides, from the last such number on. */
export const RecordBundle = z.strictObject({
  records: z.array(CommitRecord),
  /** Of `records` as canonical JSON: no record may be there yet that names the hash of the last. */
  sha256: Sha256,
});
export type RecordBundle = z.infer<typeof RecordBundle>;
