/**
 * Bundles: records of a chain that lie in one file beside their own, since to open a long chain is
 * to read hundreds of them. They say nothing that the records do not.
 */
import { canonicalJson } from '../../schemas/canonical-json.ts';
import { BUNDLE_EVERY, CommitRecord } from '../../schemas/commit.ts';
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
  return `${folder}/bundles/${String(end).padStart(20, '0')}.ndjson`;
}

/**
 * Writes the bundle that ends before record `end`; its records are in the chain, so whoever writes
 * it writes the same bytes: a line of their SHA-256, then each record as in its own file. Throws as
 * the store does.
 */
export async function writeBundle(
  { store, folder }: ChainFiles,
  end: number,
  records: readonly CommitRecord[],
): Promise<void> {
  await store.put(bundleKey(folder, end), Buffer.from(bundleText(records), 'utf8'));
}

/** All of a bundle. Throws on what is no record. */
export function bundleText(records: readonly CommitRecord[]): string {
  const lines = records.map((record) => canonicalJson(CommitRecord.parse(record))).join('\n');
  return `${sha256Hex(lines)}\n${lines}`;
}

/**
 * The records of the bundle that ends before record `end`, or null where there is none. Throws
 * `lake_broken` where it is no bundle, or one of other records. That they are canonical the hashes
 * tell: each record names that of the one before.
 */
export async function readBundle({ store, folder }: ChainFiles, end: number): Promise<Committed[] | null> {
  const key = bundleKey(folder, end);
  const bytes = await store.get(key);
  if (bytes === null) return null;
  const [sha256, ...lines] = Buffer.from(bytes).toString('utf8').split('\n');
  if (sha256Hex(lines.join('\n')) !== sha256) throw brokenFile(key, 'is no bundle of records');
  const records = lines.map((line): Committed => {
    const { data } = CommitRecord.safeParse(parsedJson(line));
    if (data === undefined) throw brokenFile(key, 'has a line that is no record');
    return { seq: data.seq, sha256: sha256Hex(line), record: data };
  });
  if (records.at(-1)?.seq !== end - 1) throw brokenFile(key, 'is a bundle of other records');
  return records;
}
