/**
 * Bundles: records of a chain that lie in one file beside their own, since to open a long chain is
 * to read hundreds of them. They say nothing that the records do not.
 */
import { canonicalJson } from '../../schemas/canonical-json.ts';
import { BUNDLE_EVERY, type CommitRecord } from '../../schemas/commit.ts';
import type { Sha256 } from '../../schemas/ids.ts';
import { RecordBundle } from '../../schemas/record-bundle.ts';
import { nth } from '../checked.ts';
import { sha256Hex } from '../content-hash.ts';
import { parsedJson } from '../parsed-json.ts';
import { brokenFile } from './broken-file.ts';
import type { ObjectStore } from './object-store.ts';
import type { Committed } from './read-record.ts';

/** Where the files of a chain lie. */
interface ChainFiles {
  readonly store: ObjectStore;
  readonly folder: string;
}

/** The record before which the bundle is written that record `seq` is in. */
export function bundleEnd(seq: number): number {
  return (Math.floor(seq / BUNDLE_EVERY) + 1) * BUNDLE_EVERY;
}

/** Whether a bundle begins with the record of this number. */
export function isBundleStart(seq: number): boolean {
  return seq === 1 || seq % BUNDLE_EVERY === 0;
}

/** The key of the bundle that ends before record `end`. */
export function bundleKey(folder: string, end: number): string {
  return `${folder}/bundles/${String(end).padStart(20, '0')}.json`;
}

/**
 * Writes the bundle that ends before record `end`; its records are in the chain, so whoever writes
 * it writes the same bytes. Throws as the store does.
 */
export async function writeBundle(
  { store, folder }: ChainFiles,
  end: number,
  records: readonly CommitRecord[],
): Promise<void> {
  // A record that a reader would refuse is a bug of ours and must not get into a bundle.
  const bundle = RecordBundle.parse({ records, sha256: hashOf(records.map(canonicalJson)) });
  await store.put(bundleKey(folder, end), Buffer.from(canonicalJson(bundle), 'utf8'));
}

/**
 * The records of the bundle that ends before record `end`, or null where there is none. Throws
 * `lake_broken` where it is no bundle, or one of other records.
 */
export async function readBundle({ store, folder }: ChainFiles, end: number): Promise<Committed[] | null> {
  const key = bundleKey(folder, end);
  const bytes = await store.get(key);
  if (bytes === null) return null;
  const { data } = RecordBundle.safeParse(parsedJson(bytes));
  const texts = data?.records.map(canonicalJson) ?? [];
  if (data === undefined || hashOf(texts) !== data.sha256) throw brokenFile(key, 'is no bundle of records');
  if (data.records.at(-1)?.seq !== end - 1) throw brokenFile(key, 'is a bundle of other records');
  return data.records.map((record, i) => ({ seq: record.seq, sha256: sha256Hex(nth(texts, i)), record }));
}

/** Of a list of records that are canonical JSON already: each is made so once. */
function hashOf(texts: readonly string[]): Sha256 {
  return sha256Hex(`[${texts.join()}]`);
}
