/**
 * The commit log of one partition: an append-only chain of records in the store, each won by one
 * writer (docs/lake.md, The commit protocol).
 */

import { canonicalJson } from '../../schemas/canonical-json.ts';
import { CommitRecord, type NewRecord, type WorkRecord } from '../../schemas/commit.ts';
import type { AttemptId, Sha256 } from '../../schemas/ids.ts';
import { sha256Hex } from '../content-hash.ts';
import { BrewhouseError } from '../errors.ts';
import { brokenFile } from './broken-file.ts';
import type { ObjectStore } from './object-store.ts';
import { type Committed, type RecordRef, readRecord } from './read-record.ts';

/**
 * A chain as one reader or writer knows it; it changes through `catchUp`, `claimChain` and
 * `appendRecord` alone, one at a time. Bound: all records with work in memory, a few hundred bytes
 * and 300 for each file that they name.
 */
export interface Chain {
  readonly store: ObjectStore;
  /** Folder of the chain, such as `timelines/3`; its records lie in `commits/` below. */
  readonly folder: string;
  /** The newest record known, or null where the chain is empty. */
  head: RecordRef | null;
  /** Attempt of the newest claim known: it alone may append. Null where there is no claim. */
  owner: string | null;
  /**
   * Records with work, in order, from the beginning or from the hint on; chain-records.ts tells
   * them apart.
   */
  readonly work: Committed<WorkRecord>[];
}

/** A chain longer than this is read from a hint; without one, a walk is a mistake. */
const WALK_MAX = 1_000_000;
/** Claims of others that may win before ours: more writers than a partition ever has. */
const CLAIM_TRIES_MAX = 100;

/** The key of a record. */
export function recordKey(folder: string, seq: number): string {
  return `${folder}/commits/${String(seq).padStart(20, '0')}.json`;
}

/**
 * Opens a chain and finds its head as `catchUp` does, from the hint on, or from record 1. Throws
 * `lake_broken` naming the first bad file, and as the store does.
 */
export async function openChain(store: ObjectStore, folder: string, hint?: RecordRef): Promise<Chain> {
  const chain: Chain = { store, folder, head: null, owner: null, work: [] };
  if (hint !== undefined) {
    const at = await readRecord(store, recordKey(folder, hint.seq));
    if (at === null || at.sha256 !== hint.sha256 || at.record.seq !== hint.seq)
      throw brokenFile(recordKey(chain.folder, hint.seq), 'is not the record that was here before');
    advance(chain, at);
  }
  return catchUp(chain);
}

/**
 * Walks forward from the head until a record is absent, and verifies what it walks over: schema,
 * seq, hash of the record before, and that no record was appended by an attempt that did not hold
 * the chain. Returns the chain. Not for a chain that work was begun on: it would hide that another
 * writer was faster. Throws as `openChain` does.
 */
export async function catchUp(chain: Chain): Promise<Chain> {
  for (let walked = 0; walked < WALK_MAX; walked++) {
    const next = await readRecord(chain.store, recordKey(chain.folder, nextSeq(chain)));
    if (next === null) return chain;
    follow(chain, next);
  }
  throw new Error(`${chain.folder}: more than ${WALK_MAX} records behind the one that was known`);
}

/**
 * Takes the chain over for `attempt`: whoever held it loses its next append. Claims of others that
 * came in between are passed. Throws `fenced` where another writer has committed work since `chain`
 * was read: what is about to be made from it is old.
 */
export async function claimChain(chain: Chain, attempt: AttemptId): Promise<RecordRef> {
  for (let tries = 0; tries < CLAIM_TRIES_MAX; tries++) {
    const { ref, other } = await putNext(chain, { kind: 'claim', ...linkTo(chain, attempt) });
    if (other === null) return ref;
    if (other.record.kind !== 'claim') throw fenced(chain, nextSeq(chain));
    follow(chain, other);
  }
  throw fenced(chain, nextSeq(chain));
}

/**
 * COMMIT AFTER WRITE: every file that `record` names lies in the store before. Returns the name of
 * the record. Throws `fenced` where `attempt` does not hold the newest claim; then nothing was
 * appended, and `chain` must not be used again.
 */
export async function appendRecord(chain: Chain, attempt: AttemptId, record: NewRecord): Promise<RecordRef> {
  if (chain.owner !== attempt) throw fenced(chain, nextSeq(chain));
  const { ref, other } = await putNext(chain, { ...record, ...linkTo(chain, attempt) });
  if (other !== null) throw fenced(chain, nextSeq(chain));
  return ref;
}

/**
 * Puts the record at head + 1. `other` null: it is there, and the chain goes on after it; else the
 * record of another that is there.
 */
async function putNext(chain: Chain, record: CommitRecord): Promise<{ ref: RecordRef; other: Committed | null }> {
  // A record that a reader would refuse is a bug of ours and must not get into a chain.
  const bytes = Buffer.from(canonicalJson(CommitRecord.parse(record)), 'utf8');
  const sha256 = sha256Hex(bytes);
  const key = recordKey(chain.folder, record.seq);
  if (!(await chain.store.putIfAbsent(key, bytes))) {
    const there = await readRecord(chain.store, key);
    if (there === null) throw brokenFile(recordKey(chain.folder, record.seq), 'was there and is gone');
    // An answer that was lost makes our own record look like another's: the attempt in it tells.
    if (there.sha256 !== sha256) return { ref: there, other: there };
  }
  const ref = { seq: record.seq, sha256 };
  advance(chain, { ...ref, record });
  return { ref, other: null };
}

function linkTo(chain: Chain, attempt: AttemptId): { seq: number; previous: Sha256 | null; attempt: AttemptId } {
  return { seq: nextSeq(chain), previous: chain.head?.sha256 ?? null, attempt };
}

function nextSeq(chain: Chain): number {
  return (chain.head?.seq ?? 0) + 1;
}

/**
 * Takes in a record that was found after the head. Throws `lake_broken` where it does not follow.
 */
function follow(chain: Chain, next: Committed): void {
  const { seq, previous, kind, attempt } = next.record;
  const expected = nextSeq(chain);
  const key = recordKey(chain.folder, expected);
  if (seq !== expected) throw brokenFile(key, `says that it is record ${seq}`);
  if (previous !== (chain.head?.sha256 ?? null)) throw brokenFile(key, 'does not follow the record before it');
  if (kind !== 'claim' && attempt !== chain.owner) throw brokenFile(key, 'was appended without a claim');
  advance(chain, next);
}

function advance(chain: Chain, { seq, sha256, record }: Committed): void {
  chain.head = { seq, sha256 };
  // Work is appended by the holder alone, so the newest record, claim or work, tells who holds the
  // chain.
  chain.owner = record.attempt;
  if (record.kind !== 'claim') chain.work.push({ seq, sha256, record });
}

function fenced(chain: Chain, seq: number): BrewhouseError {
  return new BrewhouseError('fenced', `another writer took over ${chain.folder} (record ${seq})`);
}
