/** Reads one record of a chain from its file, as strictly as it was written. */

import { canonicalJson } from '../../schemas/canonical-json.ts';
import { CommitRecord } from '../../schemas/commit.ts';
import type { Sha256 } from '../../schemas/ids.ts';
import { sha256Hex } from '../content-hash.ts';
import { brokenFile } from './broken-file.ts';
import type { ObjectStore } from './object-store.ts';

/**
 * Names a record of a chain; as a hint it spares the walk over what lies before. `sha256` is that
 * of the record's bytes.
 */
export interface RecordRef {
  readonly seq: number;
  readonly sha256: Sha256;
}

/** A record that is in the store. */
export interface Committed<R extends CommitRecord = CommitRecord> extends RecordRef {
  readonly record: R;
}

/**
 * The record under `key` with the sha256 of its bytes, or null where there is none. Throws
 * `lake_broken` where it is not a record.
 */
export async function readRecord(store: Pick<ObjectStore, 'get'>, key: string): Promise<Committed | null> {
  const bytes = await store.get(key);
  if (bytes === null) return null;
  const record = parseRecord(key, Buffer.from(bytes).toString('utf8'));
  return { seq: record.seq, sha256: sha256Hex(bytes), record };
}

function parseRecord(key: string, text: string): CommitRecord {
  let parsed: ReturnType<typeof CommitRecord.safeParse>;
  try {
    parsed = CommitRecord.safeParse(JSON.parse(text));
  } catch (cause) {
    throw brokenFile(key, 'is no JSON', cause);
  }
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw brokenFile(key, `does not read: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`, parsed.error);
  }
  // Of the last record nothing else tells that a byte was added: no record after it names its
  // hash.
  if (canonicalJson(parsed.data) !== text) throw brokenFile(key, 'is not canonical JSON');
  return parsed.data;
}
