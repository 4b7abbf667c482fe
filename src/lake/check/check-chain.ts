/** Walks a whole chain, from its first record to its head, and goes on past what is wrong. */
import { canonicalJson } from '../../../schemas/canonical-json.ts';
import { Checkpoint } from '../../../schemas/checkpoint.ts';
import { CHECKPOINT_EVERY, type CommitRecord, type WorkRecord } from '../../../schemas/commit.ts';
import type { AttemptId } from '../../../schemas/ids.ts';
import type { Effects } from '../../effects.ts';
import { brokenFile } from '../broken-file.ts';
import { type ChainState, EMPTY, stateAfter } from '../chain-state.ts';
import { checkpointKey, recordKey } from '../commit-log.ts';
import type { ObjectStore } from '../object-store.ts';
import { type Committed, type RecordRef, readRecord } from '../read-record.ts';
import { bundleKey, bundleText, isBundleStart } from '../record-bundles.ts';
import type { LakeFaults } from './lake-faults.ts';
import { brokenBy, checkFile, keyOfFile, namedFiles } from './named-files.ts';

/** A record with work, and the chain before it. */
export interface Visited {
  readonly folder: string;
  readonly seq: number;
  readonly record: WorkRecord;
  /** Undefined behind what is wrong: then nobody knows. */
  readonly before: ChainState | undefined;
}

/** How a chain is walked. */
export interface ChainWalk {
  readonly store: ObjectStore;
  readonly folder: string;
  readonly faults: LakeFaults;
  /** Called in order where all files of a record are there, each with its bytes. */
  readonly visit: (visited: Visited) => Promise<void>;
}

/** What a chain was found to be. */
export interface WalkedChain {
  /** Names of the records that read. */
  readonly records: ReadonlyMap<number, RecordRef['sha256']>;
  /** Undefined behind what is wrong. */
  readonly state: ChainState | undefined;
}

/** Reads that are under way at once: hides the latency of a bucket. */
const READ_AHEAD = 32;
const RECORD_NAME = /^(\d{20})\.json$/;

/**
 * Walks the chain. What cannot be read, or does not follow, is a fault; so is a record that is
 * missing where there is one behind it. Bound: the state of the chain, and a name a record and
 * file. Throws as a store does that does not answer, and the reason of `effects.signal`.
 */
export async function checkChain(walk: ChainWalk, effects: Effects): Promise<WalkedChain> {
  const { store, folder } = walk;
  const last = await lastListed(walk);
  const records = new Map<number, RecordRef['sha256']>();
  const step = stepper(walk);
  for (let first = 1; ; first += READ_AHEAD) {
    effects.signal.throwIfAborted();
    const seqs = Array.from({ length: READ_AHEAD }, (_, i) => first + i);
    const found = await Promise.all(seqs.map((seq) => readOrFlaw(store, recordKey(folder, seq))));
    for (const [i, next] of found.entries()) {
      const seq = first + i;
      // A record that was not listed yet may be there.
      if (next === null && seq > last) return { records, state: step.state() };
      await step.take(seq, next ?? 'is missing, and there are records behind it');
      if (next !== null && typeof next !== 'string') records.set(seq, next.sha256);
    }
  }
}

/** The greatest number that a name says; other names are faults. */
async function lastListed({ store, folder, faults }: ChainWalk): Promise<number> {
  let last = 0;
  for (const name of await store.list(`${folder}/commits/`)) {
    const [, digits] = RECORD_NAME.exec(name) ?? [];
    const seq = Number(digits);
    if (digits !== undefined && Number.isSafeInteger(seq) && seq > 0) last = Math.max(last, seq);
    else faults.add({ check: 'record', file: `${folder}/commits/${name}`, detail: 'is no record by its name' });
  }
  return last;
}

async function readOrFlaw(store: ObjectStore, key: string): Promise<Committed | string | null> {
  return readRecord(store, key).catch(brokenBy);
}

/** Takes records one after another; a text says why there is none. */
function stepper({ store, folder, faults, visit }: ChainWalk) {
  let before: RecordRef | null | undefined = null;
  let owner: AttemptId | null | undefined = null;
  let state: ChainState | undefined = EMPTY;
  /** Those that the next bundle has; undefined where one of them does not read. */
  let unbundled: CommitRecord[] | undefined = [];
  const seen = new Map<string, boolean>();
  const isWhole = async (record: CommitRecord): Promise<boolean> => {
    let whole = true;
    for (const file of namedFiles(folder, record)) {
      const key = keyOfFile(file);
      const isThere = seen.get(key) ?? (await checkFile(store, file, faults));
      seen.set(key, isThere);
      if (!isThere) whole = false;
    }
    return whole;
  };
  return {
    state: () => state,
    async take(seq: number, next: Committed | string): Promise<void> {
      const key = recordKey(folder, seq);
      const wrong = (detail: string) => faults.add({ check: 'record', file: key, detail });
      faults.look('record');
      if (isBundleStart(seq)) {
        if (unbundled !== undefined && seq > 1) await checkBundle({ store, folder, faults }, seq, unbundled);
        unbundled = [];
      }
      if (typeof next === 'string') {
        wrong(next);
        [before, owner, state, unbundled] = [undefined, undefined, undefined, undefined];
        return;
      }
      const { record } = next;
      unbundled?.push(record);
      if (next.seq !== seq) wrong(`says that it is record ${next.seq}`);
      if (before !== undefined && record.previous !== (before?.sha256 ?? null))
        wrong('does not follow the record before it');
      if (record.kind !== 'claim' && owner !== undefined && record.attempt !== owner)
        wrong('was appended without a claim');
      const whole = await isWhole(record);
      await checkMark({ store, folder, faults, seq, record, chain: { before, owner, state } });
      if (record.kind !== 'claim' && whole) await visit({ folder, seq, record, before: state });
      try {
        if (state !== undefined) state = stateAfter(state, next, (what) => brokenFile(key, what));
      } catch (error) {
        wrong(brokenBy(error));
        state = undefined;
      }
      before = { seq, sha256: next.sha256 };
      owner = record.attempt;
    },
  };
}

/** A bundle may be missing; one that is there says what its records do. */
async function checkBundle(
  { store, folder, faults }: Pick<ChainWalk, 'store' | 'folder' | 'faults'>,
  end: number,
  records: readonly CommitRecord[],
): Promise<void> {
  const file = bundleKey(folder, end);
  const bytes = await store.get(file);
  if (bytes === null) return;
  faults.look('bundle');
  if (Buffer.from(bytes).toString('utf8') !== bundleText(records))
    faults.add({ check: 'bundle', file, detail: 'says something else than its records' });
}

interface Mark extends Pick<ChainWalk, 'store' | 'folder' | 'faults'> {
  readonly seq: number;
  readonly record: CommitRecord;
  readonly chain: {
    readonly before: RecordRef | null | undefined;
    readonly owner: AttemptId | null | undefined;
    readonly state: ChainState | undefined;
  };
}

/** Of CHECKPOINT_EVERY records one names a checkpoint: what those before it come to. */
async function checkMark({ store, folder, faults, seq, record, chain }: Mark): Promise<void> {
  const { checkpoint } = record;
  const isDue = seq % CHECKPOINT_EVERY === 0;
  if (!isDue && checkpoint === undefined) return;
  faults.look('checkpoint');
  const file = checkpoint === undefined ? recordKey(folder, seq) : checkpointKey(folder, checkpoint.sha256);
  const wrong = (detail: string) => faults.add({ check: 'checkpoint', file, detail });
  if (!isDue) return wrong(`is named by record ${seq}, which has none`);
  if (checkpoint === undefined) return wrong('names no checkpoint');
  const bytes = await store.get(file);
  // That it is missing its check as a file says.
  const { before, owner, state } = chain;
  if (bytes === null || before === undefined || owner === undefined || state === undefined) return;
  const right = Checkpoint.safeParse({ head: before, owner, state });
  const is = Buffer.from(bytes).toString('utf8');
  if (!right.success || canonicalJson(right.data) !== is) wrong('says something else than the records before it');
}
