/**
 * A lake, the one face that the rest of the house knows of it: timelines, corpora, events, commits.
 */

import type { FileRef, LateFiles, Run } from '../../schemas/commit.ts';
import type { ItemEvent } from '../../schemas/event.ts';
import type { CorpusId } from '../../schemas/ids.ts';
import type { LakeFile } from '../../schemas/lake.ts';
import type { LabelTable } from '../../schemas/manifest.ts';
import type { DeadRows, SourceFacts } from '../../schemas/source.ts';
import { last, nth } from '../checked.ts';
import { type Effects, PROCESS_EFFECTS } from '../effects.ts';
import { BrewhouseError } from '../errors.ts';
import type { CorpusIdentity } from '../forms/identity.ts';
import { addStats, type TimelineStats } from '../timeline/timeline-stats.ts';
import { brokenFile } from './broken-file.ts';
import { recordsAfter } from './chain-records.ts';
import { type Chain, catchUp, chainAt, openChain, recordKey } from './commit-log.ts';
import { commitWork, type Work } from './commit-work.ts';
import {
  addCorpus,
  type CorpusPartition,
  corpusFolder,
  keepLabelTables,
  type NamedCorpus,
  readCorpora,
  readLabelTables,
} from './corpus-records.ts';
import { type ErasedMembers, readErased } from './erased-members.ts';
import { type LakeWishes, makeLakeFile, readLakeFile } from './lake-file.ts';
import type { ObjectStore } from './object-store.ts';
import { type RecordRef, readRecord } from './read-record.ts';
import { sideBySide } from './side-by-side.ts';
import { type LiveMember, readEvents, readItems, readMembers, type TimelineRuns } from './timeline-events.ts';
import {
  allTimelines,
  type Changes,
  ITEMS_FOLDER,
  readChanges,
  readStats,
  type Timeline,
  type Timelines,
  timelineFolder,
} from './timeline-records.ts';

/**
 * A lake that is open. It keeps the chains that it has read, so that what is asked again costs one
 * look beyond the head of each. Everything throws as the store does, and `lake_broken` where a file
 * or a record of the lake is missing or damaged.
 */
export interface Lake {
  readonly store: ObjectStore;
  readonly partitions: number;
  /** What the source of the events says of itself, as it was when the lake was opened. */
  readonly source: SourceFacts;
  /** Rows of tables that became no event. */
  readonly deadRows: DeadRows;
  /**
   * What was taken in of the members, by partition, and last of the items; undefined where nothing
   * was yet.
   */
  takenIn(): Promise<readonly (Timeline | undefined)[]>;
  /** What was taken in. Throws `lake_broken` where a chain has no record. */
  timelines(): Promise<Timelines>;
  /** What all chains hold together. */
  stats(timelines: Timelines): Promise<TimelineStats>;
  /** What changed in a chain of events after a record of it; undefined: all, from the beginning. */
  changesSince(folder: string, record: RecordRef | null): Promise<Changes | undefined>;
  /** The record of a chain of events that another chain names. Throws `lake_broken`. */
  timelineAt(folder: string, record: RecordRef): Promise<Pick<Timeline, 'folder' | 'record'>>;
  /** Item events, some at a time: every item table of a lake is made of them. */
  items(runs: readonly Run[]): AsyncGenerator<ItemEvent[]>;
  /** The members of one partition. */
  members(of: TimelineRuns): AsyncGenerator<LiveMember>;
  /** Members of a partition whom a delete has erased. */
  erased(of: TimelineRuns): Promise<ErasedMembers>;
  /**
   * What lies beside the events: late logs, also those that were taken up, and dead letters. Chain
   * by chain, members first. Bound: the records of a chain.
   */
  aside(): AsyncGenerator<AsideFiles>;
  /** Every event that was taken in. */
  events(): AsyncGenerator<unknown>;
  /** Every corpus that was begun here. */
  corpora(): Promise<readonly NamedCorpus[]>;
  /** Begins a corpus, or finds that it was begun; returns its name. */
  addCorpus(identity: CorpusIdentity): Promise<CorpusId>;
  /** Keeps the label tables of a corpus, so that its releases need no tokenizer that encodes. */
  keepLabelTables(corpus: CorpusId, tables: readonly LabelTable[]): Promise<void>;
  /** Those that were kept; undefined: none. */
  labelTables(corpus: CorpusId): Promise<readonly LabelTable[] | undefined>;
  /** A corpus, partition by partition. */
  corpus(corpus: CorpusId): Promise<readonly CorpusPartition[]>;
  /**
   * A corpus as it was after one record of each of its chains. Throws `lake_broken` where a chain
   * has another record of that number.
   */
  corpusAt(corpus: CorpusId, records: readonly PartitionRecord[]): Promise<readonly CorpusPartition[]>;
  /** Commits work to the chain in `folder`: commit-work.ts says how. Throws `fenced`. */
  commitWork(folder: string, work: Work): Promise<RecordRef>;
}

/** What a record of a chain of events parked or put into the late log. */
export interface AsideFiles {
  /** Of the chain. */
  readonly folder: string;
  readonly dead: readonly FileRef[];
  /** Undefined where the record is not of a stream. */
  readonly late: LateFiles | undefined;
}

/** A record of a partition's chain. */
export interface PartitionRecord extends RecordRef {
  readonly partition: number;
}

/**
 * Chains that are opened at once: hides the latency of a bucket, within the sockets of a client.
 */
const CHAINS_AT_ONCE_MAX = 32;

/** Opens a lake. Throws `not_found` where there is none, `lake_broken`. */
export async function openLake(store: ObjectStore, effects = PROCESS_EFFECTS): Promise<Lake> {
  const file = await readLakeFile(store);
  if (file !== null) return lakeAt(store, file, effects);
  throw new BrewhouseError('not_found', `there is no lake at ${store.location}`, {
    remedy: 'run brewhouse build first, or name the folder of a lake',
  });
}

/** Opens a lake, or makes one. Throws as `makeLakeFile`. */
export async function makeLake(store: ObjectStore, wishes: LakeWishes = {}, effects = PROCESS_EFFECTS): Promise<Lake> {
  return lakeAt(store, await makeLakeFile(store, wishes), effects);
}

function lakeAt(store: ObjectStore, { partitions, source, dead_rows: deadRows }: LakeFile, effects: Effects): Lake {
  const use = chainUser(store);
  const open = (folder: string) => use(folder, catchUp);
  const numbers = Array.from({ length: partitions }, (_, partition) => partition);
  const many = { atOnce: CHAINS_AT_ONCE_MAX, effects };
  const folders = [...numbers.map(timelineFolder), ITEMS_FOLDER];
  const newestTimeline = async (folder: string): Promise<Timeline | undefined> => {
    const { state } = await open(folder);
    if (state.kind !== 'timeline') return undefined;
    const { newest, inputs, stream, late, replayed, without } = state;
    return { folder, ...newest, inputs, stream, late, replayed, without };
  };
  const corpusPartition = async (corpus: CorpusId, partition: number): Promise<CorpusPartition> => {
    const { state } = await open(corpusFolder(corpus, partition));
    return { partition, state: state.kind === 'corpus' ? state : undefined };
  };
  const takenIn = () => sideBySide(folders, newestTimeline, many);
  const timelines = async (): Promise<Timelines> => {
    const all = (await takenIn()).map((timeline, i) => requireTimeline(timeline, nth(folders, i)));
    return { members: all.slice(0, -1), items: last(all) };
  };
  return {
    store,
    partitions,
    source,
    deadRows,
    takenIn,
    timelines,
    stats: async (of) => addStats(await sideBySide(allTimelines(of), (timeline) => readStats(store, timeline), many)),
    changesSince: async (folder, record) => readChanges(store, folder, await recordsAfter(await open(folder), record)),
    async timelineAt(folder, { seq, sha256 }) {
      const found = await readRecord(store, recordKey(folder, seq));
      if (found?.sha256 === sha256 && found.record.kind === 'timeline') return { folder, record: found.record };
      throw brokenFile(recordKey(folder, seq), 'is not the record that a corpus was made from');
    },
    items: (runs) => readItems(store, runs, effects),
    members: (of) => readMembers(store, of),
    erased: (of) => readErased(store, of),
    async *aside() {
      for (const folder of folders)
        for (const { record } of await recordsAfter(await open(folder), null))
          yield { folder, dead: record.dead, late: record.stream };
    },
    async *events() {
      yield* readEvents(store, await timelines(), effects);
    },
    corpora: () => readCorpora(store),
    addCorpus: (identity) => addCorpus(store, identity),
    keepLabelTables: (corpus, tables) => keepLabelTables(store, corpus, tables),
    labelTables: (corpus) => readLabelTables(store, corpus),
    corpus: (corpus) => sideBySide(numbers, (partition) => corpusPartition(corpus, partition), many),
    corpusAt: (corpus, records) =>
      sideBySide(
        records,
        async ({ partition, ...record }) => {
          const { state } = await chainAt(store, corpusFolder(corpus, partition), record);
          return { partition, state: state.kind === 'corpus' ? state : undefined };
        },
        many,
      ),
    commitWork: (folder, work) => use(folder, (chain) => commitWork(chain, work)),
  };
}

/** Keeps chains, each as it was last seen; one thing is done with a chain at a time. */
function chainUser(store: ObjectStore) {
  const known = new Map<string, Promise<Chain>>();
  return <T>(folder: string, use: (chain: Chain) => Promise<T>): Promise<T> => {
    const open = () => openChain(store, folder);
    // What failed is read anew.
    const opened = known.get(folder)?.catch(open) ?? open();
    const used = opened.then(use);
    const after = Promise.all([opened, used]).then(([chain]) => chain);
    after.catch(() => {});
    known.set(folder, after);
    return used;
  };
}

function requireTimeline(timeline: Timeline | undefined, folder: string): Timeline {
  if (timeline !== undefined) return timeline;
  throw new BrewhouseError('lake_broken', `the lake has no events in ${folder} yet`, {
    remedy: 'the build was interrupted: run the same build command again',
  });
}
