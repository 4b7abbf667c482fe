/**
 * The commit log of one partition: an append-only chain of records in the store, each won by one
 * writer (docs/lake.md, The commit protocol).
 */

import { canonicalJson } from '../../schemas/canonical-json.ts';
import { Checkpoint } from '../../schemas/checkpoint.ts';
import { BUNDLE_EVERY, CHECKPOINT_EVERY, CommitRecord, type NewRecord, type WorkRecord } from '../../schemas/commit.ts';
import type { AttemptId, Sha256 } from '../../schemas/ids.ts';
import { sha256Hex } from '../content-hash.ts';
import { BrewhouseError } from '../errors.ts';
import { parsedJson } from '../parsed-json.ts';
import { brokenFile } from './broken-file.ts';
import { type ChainState, EMPTY, stateAfter } from './chain-state.ts';
import type { ObjectStore } from './object-store.ts';
import { type Committed, type RecordRef, readRecord } from './read-record.ts';
import { bundleEnd, isBundleStart, readBundle, writeBundle } from './record-bundles.ts';

/**
 * A chain as one reader or writer knows it; it changes through `catchUp`, `claimChain` and
 * `appendRecord` alone, one at a time. Bound: its state, and the records with work of which fewer
 * than CHECKPOINT_EVERY were there when it was opened.
 */
export interface Chain {
  readonly store: ObjectStore;
  /** Folder of the chain, such as `timelines/3`; its records lie in `commits/` below. */
  readonly folder: string;
  /** The newest record known, or null where the chain is empty. */
  head: RecordRef | null;
  /** Attempt of the newest claim known: it alone may append. Null where there is no claim. */
  owner: AttemptId | null;
  /** What all records up to the head come to. */
  state: ChainState;
  /** Records with work, in order, from the newest checkpoint on. */
  readonly work: Committed<WorkRecord>[];
  /** Records up to the head that are in no bundle yet: fewer than BUNDLE_EVERY and one. */
  readonly unbundled: CommitRecord[];
}

/** Reads that are under way at once in a walk: hides the latency of a bucket. */
const READ_AHEAD_MAX = 32;
/** Claims of others that may win before ours: more writers than a partition ever has. */
const CLAIM_TRIES_MAX = 100;
/** Checkpoints that are looked for: a chain has fewer records than CHECKPOINT_EVERY times this. */
const CHECKPOINTS_MAX = 2 ** 40;

/** The key of a record. */
export function recordKey(folder: string, seq: number): string {
  return `${folder}/commits/${String(seq).padStart(20, '0')}.json`;
}

/**
 * Opens a chain from its newest checkpoint, or from record 1, and finds its head as `catchUp` does.
 * Throws `lake_broken` naming the first bad file, and as the store does.
 */
export async function openChain(store: ObjectStore, folder: string): Promise<Chain> {
  return catchUp(chainFrom(store, folder, await newestCheckpoint(store, folder)));
}

/** A chain as a checkpoint says; without one, before its first record. */
function chainFrom(store: ObjectStore, folder: string, checkpoint?: Checkpoint): Chain {
  const { head, owner, state } = checkpoint ?? { head: null, owner: null, state: EMPTY };
  return { store, folder, head, owner, state, work: [], unbundled: [] };
}

/**
 * Walks forward from the head until a record is absent, and verifies what it walks over: schema,
 * seq, hash of the record before, and that no record was appended by an attempt that did not hold
 * the chain. Returns the chain. Not for a chain that work was begun on: it would hide that another
 * writer was faster. Throws as `openChain` does.
 */
export async function catchUp(chain: Chain): Promise<Chain> {
  await walk(chain, Number.POSITIVE_INFINITY);
  return chain;
}

/**
 * The chain as it was after one of its records, from the checkpoint at or before it on. Throws
 * `lake_broken` where the chain has no such record, and as `openChain` does.
 */
export async function chainAt(store: ObjectStore, folder: string, { seq, sha256 }: RecordRef): Promise<Chain> {
  const mark = Math.floor(seq / CHECKPOINT_EVERY) * CHECKPOINT_EVERY;
  const chain = chainFrom(store, folder, mark === 0 ? undefined : await checkpointAt(store, folder, mark));
  await walk(chain, seq);
  if (chain.head?.seq === seq && chain.head.sha256 === sha256) return chain;
  throw brokenFile(recordKey(folder, seq), 'is not the record that was named');
}

async function checkpointAt(store: ObjectStore, folder: string, mark: number): Promise<Checkpoint> {
  const found = await readRecord(store, recordKey(folder, mark));
  if (found === null) throw brokenFile(recordKey(folder, mark), 'is missing');
  return readCheckpoint(store, folder, found);
}

/** Walks up to and with record `to`, by bundles where there are some, until a record is absent. */
async function walk(chain: Chain, to: number): Promise<void> {
  let isMore = true;
  while (isMore && nextSeq(chain) <= to) {
    if (isBundleStart(nextSeq(chain))) await walkBundles(chain, to);
    isMore = await walkRecords(chain, Math.min(to, bundleEnd(nextSeq(chain)) - 1));
  }
}

/**
 * Walks over bundles up to record `to`, more and more at once, until one is absent. No step goes
 * beyond the next checkpoint: a reader that began at the newest would find nothing there.
 */
async function walkBundles(chain: Chain, to: number): Promise<void> {
  for (let ahead = 1; nextSeq(chain) <= to; ahead = Math.min(2 * ahead, READ_AHEAD_MAX)) {
    const first = bundleEnd(nextSeq(chain));
    const left = (CHECKPOINT_EVERY - ((first - BUNDLE_EVERY) % CHECKPOINT_EVERY)) / BUNDLE_EVERY;
    const ends = Array.from({ length: Math.min(ahead, left) }, (_, i) => first + i * BUNDLE_EVERY);
    const found = await Promise.all(ends.map((end) => readBundle(chain, end)));
    for (const records of found) {
      if (records === null) return;
      for (const next of records) if (next.seq <= to) follow(chain, next);
    }
  }
}

/** Walks over records up to and with `to`, more and more at once; whether all of them are there. */
async function walkRecords(chain: Chain, to: number): Promise<boolean> {
  for (let ahead = 1; nextSeq(chain) <= to; ahead = Math.min(2 * ahead, READ_AHEAD_MAX)) {
    const first = nextSeq(chain);
    const seqs = Array.from({ length: Math.min(ahead, to - first + 1) }, (_, i) => first + i);
    const found = await Promise.all(seqs.map((seq) => readRecord(chain.store, recordKey(chain.folder, seq))));
    for (const next of found) {
      // What is behind a gap came in while this was read: it is there at the next look.
      if (next === null) return false;
      follow(chain, next);
    }
  }
  return true;
}

/**
 * The newest checkpoint that a record names; undefined where none does. Its records are looked for
 * in steps that double, then between the last two.
 */
async function newestCheckpoint(store: ObjectStore, folder: string): Promise<Checkpoint | undefined> {
  const at = (number: number) => readRecord(store, recordKey(folder, number * CHECKPOINT_EVERY));
  let newest = await at(1);
  if (newest === null) return undefined;
  let [low, high] = [1, 2];
  for (let next = await at(high); next !== null && high < CHECKPOINTS_MAX; next = await at(high)) {
    newest = next;
    [low, high] = [high, 2 * high];
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const found = await at(middle);
    if (found === null) high = middle;
    else [low, newest] = [middle, found];
  }
  return readCheckpoint(store, folder, newest);
}

/** The key of a checkpoint. */
export function checkpointKey(folder: string, sha256: Sha256): string {
  return `${folder}/checkpoints/${sha256}.json`;
}

async function readCheckpoint(store: ObjectStore, folder: string, { seq, record }: Committed): Promise<Checkpoint> {
  const { checkpoint, previous } = record;
  if (checkpoint === undefined) throw brokenFile(recordKey(folder, seq), 'names no checkpoint');
  const key = checkpointKey(folder, checkpoint.sha256);
  const bytes = await store.get(key);
  if (bytes === null) throw brokenFile(key, 'is missing');
  const { data } = Checkpoint.safeParse(parsedJson(bytes));
  if (data === undefined || sha256Hex(bytes) !== checkpoint.sha256) throw brokenFile(key, 'is no checkpoint');
  if (data.head.seq !== seq - 1 || data.head.sha256 !== previous) throw brokenFile(key, 'is of another record');
  return data;
}

/** Writes what the chain comes to; returns what a record names it by. */
async function writeCheckpoint({ store, folder, head, owner, state }: Chain) {
  const file = store.create();
  file.write(Buffer.from(canonicalJson(Checkpoint.parse({ head, owner, state })), 'utf8'));
  const { sha256, bytes } = await file.finish(`${folder}/checkpoints`, '.json');
  return { sha256, bytes };
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
  const isMark = record.seq % CHECKPOINT_EVERY === 0;
  const named = isMark ? { ...record, checkpoint: await writeCheckpoint(chain) } : record;
  // A record that a reader would refuse is a bug of ours and must not get into a chain.
  const bytes = Buffer.from(canonicalJson(CommitRecord.parse(named)), 'utf8');
  const sha256 = sha256Hex(bytes);
  const key = recordKey(chain.folder, record.seq);
  const next = { seq: record.seq, sha256, record: named };
  const after = stateWith(chain, next);
  if (record.seq % BUNDLE_EVERY === 0) await writeBundle(chain, record.seq, chain.unbundled);
  if (!(await chain.store.putIfAbsent(key, bytes))) {
    const there = await readRecord(chain.store, key);
    if (there === null) throw brokenFile(recordKey(chain.folder, record.seq), 'was there and is gone');
    // An answer that was lost makes our own record look like another's: the attempt in it tells.
    if (there.sha256 !== sha256) return { ref: there, other: there };
  }
  advance(chain, next, after);
  return { ref: { seq: record.seq, sha256 }, other: null };
}

function linkTo(chain: Chain, attempt: AttemptId): { seq: number; previous: Sha256 | null; attempt: AttemptId } {
  return { seq: nextSeq(chain), previous: chain.head?.sha256 ?? null, attempt };
}

/** The number of the next record. */
export function nextSeq(chain: Chain): number {
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
  advance(chain, next, stateWith(chain, next));
}

/** What the chain would come to. Throws `lake_broken` where the record cannot follow. */
function stateWith(chain: Chain, next: Committed): ChainState {
  return stateAfter(chain.state, next, (what) => brokenFile(recordKey(chain.folder, next.seq), what));
}

function advance(chain: Chain, { seq, sha256, record }: Committed, state: ChainState): void {
  chain.state = state;
  chain.head = { seq, sha256 };
  if (isBundleStart(seq)) chain.unbundled.length = 0;
  chain.unbundled.push(record);
  // Work is appended by the holder alone, so the newest record, claim or work, tells who holds the
  // chain.
  chain.owner = record.attempt;
  if (record.kind !== 'claim') chain.work.push({ seq, sha256, record });
}

function fenced(chain: Chain, seq: number): BrewhouseError {
  return new BrewhouseError('fenced', `another writer took over ${chain.folder} (record ${seq})`);
}
