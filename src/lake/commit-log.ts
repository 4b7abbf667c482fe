/** The commit log of one partition: an append-only chain of records in the store, each won by one writer (delivery.md, Claim and Commit). */
import { canonicalJson } from '../../schemas/canonical-json.ts';
import { CommitRecord, type NewRecord, type WorkRecord } from '../../schemas/commit.ts';
import { BrewhouseError } from '../errors.ts';
import { sha256Hex } from './content-hash.ts';
import type { ObjectStore } from './object-store.ts';
import { readRecord } from './read-record.ts';

/** A place in a chain; as a hint it spares the walk over what lies before. `sha256` is that of the record's bytes. */
export interface ChainPlace {
  readonly seq: number;
  readonly sha256: string;
}

/** A record as it stands in the store. */
export interface Committed<R extends CommitRecord = CommitRecord> extends ChainPlace {
  readonly record: R;
}

/**
 * A chain as one writer knows it; it changes through `claimChain` and `appendRecord` alone. Bound: all records with work in memory,
 * a few hundred bytes and 300 for each file that they name.
 */
export interface Chain {
  readonly store: ObjectStore;
  /** Folder of the chain, such as `timelines/3`; its records lie in `commits/` below. */
  readonly folder: string;
  /** The newest record known, or null where the chain is empty. */
  head: ChainPlace | null;
  /** Attempt of the newest claim known: it alone may append. Null: nobody has claimed. */
  owner: string | null;
  /** Records with work, in order, from the beginning or from the hint on; chain-records.ts tells them apart. */
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
 * Finds the head by walking forward until a record is absent, and verifies what it walks over: schema, seq, hash of the record
 * before, and that no record was appended by an attempt that did not hold the chain. Without a hint it walks from 1.
 * Throws `lake_broken` naming the first bad file, and as the store does.
 */
export async function openChain(store: ObjectStore, folder: string, hint?: ChainPlace): Promise<Chain> {
  const chain: Chain = { store, folder, head: null, owner: null, work: [] };
  if (hint !== undefined) {
    const at = await readRecord(store, recordKey(folder, hint.seq));
    if (at === null || at.sha256 !== hint.sha256 || at.record.seq !== hint.seq)
      throw broken(chain, hint.seq, 'is not the record that was here before');
    advance(chain, at);
  }
  for (let walked = 0; walked < WALK_MAX; walked++) {
    const next = await readRecord(store, recordKey(folder, nextSeq(chain)));
    if (next === null) return chain;
    follow(chain, next);
  }
  throw new Error(
    `${folder}: more than ${WALK_MAX} records behind ${hint === undefined ? 'the beginning' : 'the hint'}`,
  );
}

/**
 * Takes the chain over for `attempt`: whoever held it loses its next append. Claims of others that came in between are passed.
 * Throws `fenced` where another writer has committed work since `chain` was read: what is about to be made from it is old.
 */
export async function claimChain(chain: Chain, attempt: string): Promise<ChainPlace> {
  for (let tries = 0; tries < CLAIM_TRIES_MAX; tries++) {
    const other = await putNext(chain, { kind: 'claim', ...linkTo(chain, attempt) });
    if (other === null) return chain.head!;
    if (other.record.kind !== 'claim') throw fenced(chain, nextSeq(chain));
    follow(chain, other);
  }
  throw fenced(chain, nextSeq(chain));
}

/**
 * COMMIT AFTER WRITE: every file that `record` names lies in the store before. Returns the place of the record.
 * Throws `fenced` where `attempt` does not hold the newest claim; then nothing was appended, and `chain` must not be used again.
 */
export async function appendRecord(chain: Chain, attempt: string, record: NewRecord): Promise<ChainPlace> {
  if (chain.owner !== attempt) throw fenced(chain, nextSeq(chain));
  const other = await putNext(chain, { ...record, ...linkTo(chain, attempt) });
  if (other !== null) throw fenced(chain, nextSeq(chain));
  return chain.head!;
}

/** Puts the record at head + 1. Null: it stands, and the chain goes on behind it; else the record of another that stands there. */
async function putNext(chain: Chain, record: CommitRecord): Promise<Committed | null> {
  // A record that a reader would refuse is a bug of ours and must not get into a chain.
  const bytes = Buffer.from(canonicalJson(CommitRecord.parse(record)), 'utf8');
  const sha256 = sha256Hex(bytes);
  const key = recordKey(chain.folder, record.seq);
  if (!(await chain.store.putIfAbsent(key, bytes))) {
    const there = await readRecord(chain.store, key);
    if (there === null) throw broken(chain, record.seq, 'was there and is gone');
    // An answer that was lost on the way makes our own record look like another's: its bytes, the attempt in them, tell.
    if (there.sha256 !== sha256) return there;
  }
  advance(chain, { seq: record.seq, sha256, record });
  return null;
}

function linkTo(chain: Chain, attempt: string): { seq: number; previous: string | null; attempt: string } {
  return { seq: nextSeq(chain), previous: chain.head?.sha256 ?? null, attempt };
}

function nextSeq(chain: Chain): number {
  return (chain.head?.seq ?? 0) + 1;
}

/** Takes in a record that was found behind the head. Throws `lake_broken` where it does not follow. */
function follow(chain: Chain, next: Committed): void {
  const { seq, previous, kind, attempt } = next.record;
  const expected = nextSeq(chain);
  if (seq !== expected) throw broken(chain, expected, `says that it is record ${seq}`);
  if (previous !== (chain.head?.sha256 ?? null)) throw broken(chain, expected, 'does not follow the record before it');
  if (kind !== 'claim' && attempt !== chain.owner) throw broken(chain, expected, 'was appended without a claim');
  advance(chain, next);
}

function advance(chain: Chain, { seq, sha256, record }: Committed): void {
  chain.head = { seq, sha256 };
  // Work is appended by the holder alone, so the newest record, claim or work, tells who holds the chain.
  chain.owner = record.attempt;
  if (record.kind !== 'claim') chain.work.push({ seq, sha256, record });
}

function broken(chain: Chain, seq: number, what: string): BrewhouseError {
  const key = recordKey(chain.folder, seq);
  return new BrewhouseError('lake_broken', `the record ${key} ${what}`, {
    place: { file: key },
    remedy: 'restore the file, or make the lake again from the event files',
  });
}

function fenced(chain: Chain, seq: number): BrewhouseError {
  return new BrewhouseError('fenced', `another writer took over ${chain.folder} (record ${seq})`, {
    remedy: 'two commands work on one lake: let the other one end, then run this one again',
  });
}
