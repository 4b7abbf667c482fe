/** The digest of all rows, by which a release is named (trainer-contract.md, "What the bytes depend on"). */
import { createHash, hash } from 'node:crypto';
import type { Manifest } from '../../../schemas/manifest.ts';
import { canonicalSha256 } from './canonical-json.ts';
import type { ReleaseRow } from './release-row.ts';

/** A row's example id and the SHA-256 of its input_ids (int32) followed by its labels (int64), both little-endian. */
export interface RowDigest {
  readonly example: string;
  readonly sha256: Uint8Array;
}

export function rowDigest({ place, ids, labels }: Pick<ReleaseRow, 'place' | 'ids' | 'labels'>): RowDigest {
  // Typed arrays are little-endian on every machine that Node 24 runs on but s390x.
  const words = new Int32Array(ids.length + labels.length * 2);
  words.set(ids);
  for (let i = 0, at = ids.length; i < labels.length; i++) {
    words[at++] = labels[i]! | 0;
    words[at++] = Math.floor(labels[i]! / 2 ** 32);
  }
  return { example: place.example, sha256: hash('sha256', words, 'buffer') };
}

/** The id that a release has by default: corpus, and 16 digits of a hash over release section, key and rows. */
export function defaultReleaseId(
  { corpus, release, key_id: key }: Pick<Manifest, 'corpus' | 'release' | 'key_id'>,
  rows: readonly RowDigest[],
): string {
  // Pseudonyms are hexadecimal: ASCII, so that their order is that of their bytes.
  const sorted = rows.toSorted((a, b) => (a.example < b.example ? -1 : a.example > b.example ? 1 : 0));
  const digest = createHash('sha256');
  for (const { example, sha256 } of sorted) digest.update(example).update(sha256);
  return `${corpus}-${canonicalSha256({ release, key, examples: digest.digest('hex') }).slice(0, 16)}`;
}
