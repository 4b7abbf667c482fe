/** The one way in which work gets into a chain. */

import type { NewRecord } from '../../schemas/commit.ts';
import type { AttemptId } from '../../schemas/ids.ts';
import type { Effects } from '../effects.ts';
import { BrewhouseError } from '../errors.ts';
import { appendRecord, claimChain, openChain } from './commit-log.ts';
import type { ObjectStore } from './object-store.ts';
import type { RecordRef } from './read-record.ts';

/** A new id of one run of one writer. */
export function newAttempt(effects: Effects): AttemptId {
  return effects.newId() as AttemptId;
}

/** What a writer made, ready to be committed. */
export interface Work {
  /** A new id of this run of this writer. */
  readonly attempt: AttemptId;
  /**
   * The newest work in the chain when this was begun, which it continues; null where there was
   * none.
   */
  readonly from: RecordRef | null;
  readonly record: NewRecord;
}

/**
 * COMMIT AFTER WRITE: every file that the record names lies in the store before.
 * ONE WRITER PER PARTITION: claims the chain in `folder` and appends the record after the claim.
 * Throws `fenced` where other work was committed since `from`, or another attempt claims before the
 * record is there; then nothing was appended. Throws as `openChain` does.
 */
export async function commitWork(store: ObjectStore, folder: string, work: Work): Promise<RecordRef> {
  const { attempt, from, record } = work;
  const chain = await openChain(store, folder, from ?? undefined);
  const newest = chain.work.at(-1);
  if (newest?.sha256 !== from?.sha256) {
    throw new BrewhouseError('fenced', `another writer has committed to ${folder} in the meantime`);
  }
  await claimChain(chain, attempt);
  return appendRecord(chain, attempt, record);
}
