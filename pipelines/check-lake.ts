/**
 * All of a lake: every record of every chain from the first on, the files and records that they
 * name, and the sums that they say.
 */
import { CorpusId } from '../schemas/ids.ts';
import { Lineage } from '../schemas/manifest.ts';
import { checkParts } from '../src/corpus/check-parts.ts';
import type { Effects } from '../src/effects.ts';
import { BrewhouseError } from '../src/errors.ts';
import { isOfAnotherVersion } from '../src/forms/identity.ts';
import { type ChainWalk, checkChain, type Visited, type WalkedChain } from '../src/lake/check/check-chain.ts';
import { type CheckedAt, checkCounts, checkEvents } from '../src/lake/check/check-events.ts';
import { createLakeFaults, type LakeFaults } from '../src/lake/check/lake-faults.ts';
import { brokenBy } from '../src/lake/check/named-files.ts';
import { recordKey } from '../src/lake/commit-log.ts';
import { corpusFolder, corpusNameOf, identityKey } from '../src/lake/corpus-records.ts';
import { readLakeFile } from '../src/lake/lake-file.ts';
import type { ObjectStore } from '../src/lake/object-store.ts';
import { type RecordRef, readRecord } from '../src/lake/read-record.ts';
import { sideBySide } from '../src/lake/side-by-side.ts';
import { ITEMS_FOLDER, timelineFolder } from '../src/lake/timeline-records.ts';
import { parsedJson } from '../src/parsed-json.ts';

/** What was looked at, and what is wrong. */
export interface LakeCheckup {
  readonly chains: number;
  readonly records: number;
  /** Members and items. */
  readonly entities: number;
  /** Rows of corpora that count. */
  readonly rows: number;
  readonly faults: LakeFaults;
}

/** Hides the latency of a bucket; each holds a file of lines unpacked, or columns of a part. */
const CHAINS_AT_ONCE = 4;

interface LakeCase extends CheckedAt {
  readonly effects: Effects;
  /** Called when a chain is done. */
  readonly told: () => void;
  /** Chains that are done, by folder. */
  readonly walked: Map<string, WalkedChain>;
  readonly sums: { chains: number; records: number; entities: number; rows: number };
}

/**
 * Checks a lake; nothing that is wrong ends it but a `lake.json` that does not read
 * (`lake_broken`). Throws `not_found` where there is no lake, and as a store does that
 * does not answer. Bound: the state of CHAINS_AT_ONCE chains, and a name a record and file.
 */
export async function checkLake(store: ObjectStore, effects: Effects): Promise<LakeCheckup> {
  const lake = await readLakeFile(store);
  if (lake === null) {
    throw new BrewhouseError('not_found', `there is no lake at ${store.location}`, {
      remedy: 'name the folder of a lake: brewhouse build makes one',
    });
  }
  const partitions = Array.from({ length: lake.partitions }, (_, partition) => partition);
  const faults = createLakeFaults();
  const corpora = await findCorpora(store, faults);
  const eventChains = [...partitions.map(timelineFolder), ITEMS_FOLDER];
  const total = eventChains.length + corpora.length * partitions.length;
  const sums = { chains: 0, records: 0, entities: 0, rows: 0 };
  const told = () => effects.observe({ kind: 'progress', step: 'checking chains', done: ++sums.chains, total });
  const of: LakeCase = { store, faults, effects, told, walked: new Map(), sums };
  const many = { atOnce: CHAINS_AT_ONCE, effects };
  await sideBySide(eventChains, (folder) => checkEventChain(folder, of), many);
  for (const corpus of corpora)
    await sideBySide(partitions, (partition) => checkCorpusChain(partition, corpusFolder(corpus, partition), of), many);
  await checkLineages(of);
  return { ...sums, faults };
}

/** All corpora but those of other versions, whose records may be others, too. */
async function findCorpora(store: ObjectStore, faults: LakeFaults): Promise<CorpusId[]> {
  const found: CorpusId[] = [];
  for (const folder of await store.list('corpora/')) {
    const { data: corpus } = CorpusId.safeParse(folder.replace(/\/$/, ''));
    if (corpus === undefined) continue;
    const file = identityKey(corpus);
    const bytes = await store.get(file);
    faults.look('identity');
    const wrong = (detail: string) => faults.add({ check: 'identity', file, detail });
    if (bytes === null) wrong('is missing');
    else if (corpusNameOf(bytes) !== corpus) wrong('says something else than what its name is the hash of');
    else if (isOfAnotherVersion(parsedJson(bytes))) continue;
    found.push(corpus);
  }
  return found;
}

async function checkEventChain(folder: string, of: LakeCase): Promise<void> {
  const { faults, effects } = of;
  let newest: Visited | undefined;
  const visit: ChainWalk['visit'] = async (visited) => {
    if (visited.record.kind !== 'timeline') return;
    checkCounts(visited, visited.record, faults);
    newest = visited;
  };
  const walked = await walk(folder, visit, of);
  // Where the newest has a file that is missing, older ones say nothing of what there is now.
  const { state } = walked;
  if (newest?.record.kind === 'timeline' && state?.kind === 'timeline' && newest.seq === state.newest.seq) {
    const { seq, record } = newest;
    await telling(recordKey(folder, seq), of, async () => {
      const entities = await checkEvents({ folder, seq, record, isStream: state.stream !== null }, of, effects);
      of.sums.entities += entities;
    });
  }
  of.told();
}

async function checkCorpusChain(partition: number, folder: string, of: LakeCase): Promise<void> {
  const visit: ChainWalk['visit'] = async (visited) => {
    const { record, seq } = visited;
    if (record.kind === 'timeline') return;
    const named = [
      { chain: timelineFolder(partition), ...record.timeline },
      ...record.items.map((ref) => ({ chain: ITEMS_FOLDER, ...ref })),
    ];
    for (const ref of named) await checkLink(ref, recordKey(folder, seq), of);
    await telling(recordKey(folder, seq), of, () => checkParts(visited, record, of));
  };
  const { state } = await walk(folder, visit, of);
  if (state?.kind === 'corpus') of.sums.rows += state.parts.reduce((sum, { live }) => sum + live.rows, 0);
  of.told();
}

async function walk(folder: string, visit: ChainWalk['visit'], of: LakeCase): Promise<WalkedChain> {
  const walked = await checkChain({ store: of.store, folder, faults: of.faults, visit }, of.effects);
  of.sums.records += walked.records.size;
  of.walked.set(folder, walked);
  return walked;
}

/** Files whose bytes are right, and that read as nothing all the same. */
async function telling(file: string, { faults }: LakeCase, work: () => Promise<void>): Promise<void> {
  await work().catch((error: unknown) => faults.add({ check: 'counts', file, detail: brokenBy(error) }));
}

/** A record that another one names must be in its chain. */
async function checkLink(
  { chain, seq, sha256 }: RecordRef & { readonly chain: string },
  from: string,
  { store, faults, walked }: LakeCase,
): Promise<void> {
  faults.look('link');
  if (walked.get(chain)?.records.get(seq) === sha256) return;
  // It may have come after the chain was walked; of one that does not read that was told.
  const found = await readRecord(store, recordKey(chain, seq)).catch((error: unknown) => void brokenBy(error));
  if (found === undefined || found?.sha256 === sha256) return;
  const detail = `names record ${seq} of ${chain}, which is ${found === null ? 'not there' : 'another one'}`;
  faults.add({ check: 'link', file: from, detail });
}

/** Increments, and who masks members, go on from the records that a release was made from. */
async function checkLineages(of: LakeCase): Promise<void> {
  const { store, effects } = of;
  for (const name of await store.list('releases/')) {
    effects.signal.throwIfAborted();
    if (!name.endsWith('/')) continue;
    const key = `releases/${name}lineage.json`;
    const manifest = parsedJson(await store.get(`releases/${name}manifest.json`));
    const { data: lineage } = Lineage.safeParse(parsedJson(await store.get(key)));
    // A release that is not whole is none yet, and what is wrong with one `verify RELEASE` says.
    if (lineage === undefined || typeof manifest !== 'object' || manifest === null || !('corpus' in manifest)) continue;
    const { corpus } = manifest;
    const chains = [
      ...lineage.timelines.map(({ partition, ...ref }) => ({ chain: timelineFolder(partition), ...ref })),
      ...lineage.items.map((ref) => ({ chain: ITEMS_FOLDER, ...ref })),
      ...lineage.corpus.map(({ partition, ...ref }) => ({ chain: `corpora/${String(corpus)}/${partition}`, ...ref })),
    ];
    for (const ref of chains) await checkLink(ref, key, of);
  }
}
