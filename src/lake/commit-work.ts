/** The one way in which work gets into a chain. */

import type { NewRecord } from '../../schemas/commit.ts';
import type { AttemptId } from '../../schemas/ids.ts';
import type { Effects } from '../effects.ts';
import { BrewhouseError } from '../errors.ts';
import { appendRecord, type Chain, catchUp, claimChain } from './commit-log.ts';
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
 * ONE WRITER PER PARTITION: claims the chain and appends the record after the claim. Throws
 * `fenced` where other work was committed since `from`, or another attempt claims before the record
 * is there; then nothing was appended. Throws as `catchUp` does. After an error the chain must not
 * be used.
 */
export async function commitWork(chain: Chain, { attempt, from, record }: Work): Promise<RecordRef> {
  await catchUp(chain);
  const newest = chain.state.kind === 'empty' ? undefined : chain.state.newest;
  if (newest?.sha256 !== from?.sha256) {
    throw new BrewhouseError('fenced', `another writer has committed to ${chain.folder} in the meantime`);
  }
  await claimChain(chain, attempt);
  return appendRecord(chain, attempt, record);
}
