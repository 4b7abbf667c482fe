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
 * source says of itself, and rows (RELEASE-6); of an increment also `changed` (INCREMENT-6).
 */
export function defaultReleaseId({ manifest, stored }: ReadManifest, rows: DigestedRows, changed?: string): string {
  const { corpus, key_id: key } = manifest;
  const { release, source } = stored;
  const { changes: _, ...since } = { changes: undefined, ...stored.since };
  const more = changed === undefined ? {} : { since, changes: changed };
  const examples = Array.from({ length: rows.count }, (_, row) => ({ row, example: rows.exampleOf(row) }));
  // Pseudonyms are hexadecimal: ASCII, so that their order is that of their bytes.
  examples.sort((a, b) => (a.example < b.example ? -1 : a.example > b.example ? 1 : 0));
  const digest = createHash('sha256');
  for (const { row, example } of examples) digest.update(example).update(rows.digestOf(row));
  const named = { release, key, source, examples: digest.digest('hex'), ...more };
  return `${corpus}-${canonicalSha256(named).slice(0, 16)}`;
}

/** An example, and what became of it. */
export interface NamedChange {
  readonly example: string;
  readonly word: string;
}

/** What an increment is named by beside its rows (INCREMENT-6). */
export function changesDigest(changes: readonly NamedChange[]): string {
  const digest = createHash('sha256');
  for (const { example, word } of changes.toSorted((a, b) => (a.example < b.example ? -1 : 1)))
    digest.update(example).update(word);
  return digest.digest('hex');
}
