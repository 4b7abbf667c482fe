/** The digest of all rows, by which a release is named. */
import { createHash } from 'node:crypto';
import { canonicalSha256 } from './canonical-json.ts';
import type { ReadManifest } from './manifest.ts';

/** The rows of a release: how many, and of each its example id and its digest by the profile. */
export interface DigestedRows {
  readonly count: number;
  exampleOf(row: number): string;
  digestOf(row: number): Uint8Array;
}

/**
 * The id that a release has by default: corpus, and 16 digits of a hash over section, key, what the
 * source says of itself, and rows
 * (RELEASE-6).
 */
export function defaultReleaseId({ manifest, stored }: ReadManifest, rows: DigestedRows): string {
  const { corpus, key_id: key } = manifest;
  const { release, source } = stored;
  const examples = Array.from({ length: rows.count }, (_, row) => ({ row, example: rows.exampleOf(row) }));
  // Pseudonyms are hexadecimal: ASCII, so that their order is that of their bytes.
  examples.sort((a, b) => (a.example < b.example ? -1 : a.example > b.example ? 1 : 0));
  const digest = createHash('sha256');
  for (const { row, example } of examples) digest.update(example).update(rows.digestOf(row));
  return `${corpus}-${canonicalSha256({ release, key, source, examples: digest.digest('hex') }).slice(0, 16)}`;
}
