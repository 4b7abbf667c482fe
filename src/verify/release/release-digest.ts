/** The digest of all rows, by which a release is named. */
import { createHash } from 'node:crypto';
import { canonicalSha256 } from './canonical-json.ts';
import type { ReadManifest } from './manifest.ts';

/** A row's example id and its digest by the profile (RELEASE-6). */
export interface RowDigest {
  readonly example: string;
  readonly sha256: Uint8Array;
}

/**
 * The id that a release has by default: corpus, and 16 digits of a hash over section, key, what the
 * source says of itself, and rows
 * (RELEASE-6).
 */
export function defaultReleaseId({ manifest, stored }: ReadManifest, rows: readonly RowDigest[]): string {
  const { corpus, key_id: key } = manifest;
  const { release, source } = stored;
  // Pseudonyms are hexadecimal: ASCII, so that their order is that of their bytes.
  const sorted = rows.toSorted((a, b) => (a.example < b.example ? -1 : a.example > b.example ? 1 : 0));
  const digest = createHash('sha256');
  for (const { example, sha256 } of sorted) digest.update(example).update(sha256);
  return `${corpus}-${canonicalSha256({ release, key, source, examples: digest.digest('hex') }).slice(0, 16)}`;
}
