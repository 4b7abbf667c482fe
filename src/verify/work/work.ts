/**
 * What a thread does of a verification: each step by its name. A thread has a scratch file of its
 * own, items of its own, and the rows of the release in shared memory.
 */
import { present } from '../checked.ts';
import { TIME_UNKNOWN } from '../events/raw-times.ts';
import { Appender, type Extent, Spill } from '../events/spill.ts';
import { createFaultList, type FoundFaults } from '../fault-list.ts';
import type { CheckedParquet } from '../parquet/check-parquet.ts';
import { type ReaderAddress, readerAt } from '../reader.ts';
import { keepLines } from '../reference/rows.ts';
import { type Corpus, corpusOf } from '../reference/tasks.ts';
import { checkIndex } from '../release/check-index.ts';
import { DIGEST_BUCKETS } from '../release/events-digest.ts';
import { type OriginMarker, originMarker } from '../release/mark-origins.ts';
import { lateOf } from '../release/notes.ts';
import type { SharedOrigins } from '../release/origin-tables.ts';
import { pastOf, type SharedPast } from '../release/past.ts';
import { pseudonymsOf } from '../release/pseudonyms.ts';
import { openRelease } from '../release/release-files.ts';
import { text } from '../release/release-row.ts';
import { type RowTable, rowTableOf, type SharedRows } from '../release/row-table.ts';
import type { LoadedReferenceTokenizer } from '../tokenizer/load-tokenizer.ts';
import type { Timeline } from '../world/timeline.ts';
import { worldOf } from '../world/world.ts';
import { loadItems } from './item-table.ts';
import { lineStoreOf, type SharedLines } from './line-store.ts';
import { checkMembers, countTokens, explainRows, type MemberBucket, type MemberScope } from './members.ts';
import { type PastRows, type PastShard, readPastShard } from './past.ts';
import { putDigests, type RecordFacts, sumOfFacts } from './records.ts';
import { ITEM_BUCKETS, MEMBER_BUCKETS, type RecordBlock, type RouteCounts, routeBlock } from './routing.ts';
import { checkFile, type PartToRead, readPart, rereadRows } from './shards.ts';
import { type FoundTables, readTables } from './tables.ts';

/** What a thread works with. */
export interface WorkSetup {
  readonly release: ReaderAddress;
  readonly key: string;
  /** Which thread it is, from 0 on, and its scratch file. */
  readonly thread: number;
  readonly scratch: number;
}

/** What members are held to. */
export interface SharedFacts {
  readonly rows: SharedRows;
  readonly lines: SharedLines;
  readonly parts: readonly PartToRead[];
  readonly corpusUntil: number;
  readonly every: number;
  readonly past: SharedPast | undefined;
}

/** What the items come to. */
export interface ItemsFound {
  /** Versions of all items. */
  readonly versions: number;
  /** Items none of whose versions has a time: no population holds them (CAND-1). */
  readonly untimed: number;
  readonly records: RecordFacts;
}

/** The steps of a thread. */
export type Work = Awaited<ReturnType<typeof workOf>>;

/** What a thread keeps from step to step. */
interface State extends Pick<MemberScope, 'release' | 'pseudonyms' | 'timelines'> {
  readonly tokenizer: LoadedReferenceTokenizer;
  readonly thread: number;
  readonly aside: Appender;
  readonly digests: Spill;
  /** With no items until they are loaded. */
  corpus: Corpus;
  origins?: SharedOrigins;
  marker?: OriginMarker;
  table?: RowTable;
  scope?: MemberScope;
}

/** The steps of a thread, or of the caller's own where there is none. */
export async function workOf({ release: at, key, thread, scratch }: WorkSetup, tokenizer: LoadedReferenceTokenizer) {
  const release = await openRelease(await readerAt(at));
  const aside = new Appender(scratch);
  const timelines = new Map<string, Timeline>();
  const state: State = {
    ...{ release, tokenizer, thread, aside, timelines, pseudonyms: pseudonymsOf(key) },
    digests: new Spill(aside, DIGEST_BUCKETS),
    corpus: corpusOf(worldOf({ items: new Map(), timelines }, release.manifest.identity, tokenizer)),
  };
  return { ...fileSteps(state), ...eventSteps(state), ...memberSteps(state) };
}

/** The indexes: their own form, and what is wrong in them. */
interface FoundIndexes {
  readonly checked: ReadonlyMap<string, CheckedParquet>;
  readonly found: FoundFaults;
}

function originsOf({ origins }: State): SharedOrigins {
  return present(origins, 'the tables of origins');
}

function fileSteps(state: State) {
  const { release, tokenizer } = state;
  const { vocabularySize } = tokenizer;
  return {
    /** The tables that origins number, which all threads then take. */
    readTables: (): Promise<FoundTables> => readTables({ release, vocabularySize }),
    takeTables(shared: SharedOrigins): void {
      state.origins = shared;
      state.marker = originMarker(shared);
    },
    /** Reads row groups of a shard. */
    readPart(part: PartToRead) {
      const { corpus } = state;
      const marker = present(state.marker, 'the tables of origins');
      return readPart(part, { release, corpus, vocabularySize, origins: originsOf(state), marker });
    },
    /** Reads a shard of a release before an increment. */
    readPastShard: (shard: PastShard): Promise<PastRows> => readPastShard(shard, vocabularySize),
    /** The form of a file that no part has. */
    checkFile: (path: string): Promise<CheckedParquet> => checkFile({ release, vocabularySize }, path),
    /** The indexes, and their own form. */
    async checkIndex(): Promise<FoundIndexes> {
      const list = createFaultList();
      const checked = await checkIndex(release, present(state.table, 'the rows'), list);
      const { faults, counts, looked } = list;
      return { checked, found: { faults, counts, looked } };
    },
  };
}

function eventSteps(state: State) {
  const { aside, digests, release, timelines, tokenizer } = state;
  const routed: RouteCounts = { read: 0, dead: 0 };
  let spill: Spill | undefined;
  return {
    /** Puts records aside. Returns how many. */
    route(block: RecordBlock): number {
      const before = routed.read;
      spill ??= new Spill(aside, MEMBER_BUCKETS + ITEM_BUCKETS);
      routeBlock(block, spill, routed);
      return routed.read - before;
    },
    /** Where the records lie that were put aside, by bucket, and how many there were. */
    routed(): RouteCounts & { readonly extents: readonly Extent[][] } {
      spill?.flush();
      const extents = spill?.extents ?? [];
      spill = undefined;
      return { ...routed, extents };
    },
    /** Loads the items; one thread counts what their records come to. */
    loadItems(buckets: readonly (readonly Extent[])[], counts: boolean): ItemsFound {
      const facts: RecordFacts[] = [];
      const { corpus } = state;
      const { items, count } = loadItems(buckets, {
        world: corpus,
        aside,
        see({ used, counts: own }) {
          if (!counts) return;
          putDigests(used, digests);
          facts.push({ ...own, ...lateOf(used, corpus, release.manifest.until) });
        },
      });
      state.corpus = corpusOf(worldOf({ items, timelines }, release.manifest.identity, tokenizer));
      const isUntimed = (versions: readonly { readonly at: number }[]) =>
        versions.every(({ at }) => at === TIME_UNKNOWN);
      const untimed = items.values().reduce((sum, versions) => sum + (isUntimed(versions) ? 1 : 0), 0);
      return { versions: count, untimed, records: sumOfFacts(facts) };
    },
    /** Where digests of events lie, by their first byte. */
    digests(): Extent[][] {
      digests.flush();
      return digests.extents;
    },
  };
}

function memberSteps(state: State) {
  const { release, tokenizer, timelines, pseudonyms, aside, digests, thread } = state;
  const members = () => present(state.scope, 'what members are held to');
  return {
    /** Takes what members are held to. */
    share({ rows, lines, parts, corpusUntil, every, past }: SharedFacts): void {
      const { corpus } = state;
      // All rows are read.
      delete state.marker;
      const table = rowTableOf(rows);
      state.table = table;
      keepLines(corpus, lineStoreOf(lines, thread, aside));
      const partOf = (split: string, shard: number) => {
        const name = `data/${split}-${String(shard).padStart(5, '0')}-of-`;
        return present(
          parts.find(({ paths }) => paths.data.startsWith(name)),
          'a shard that was read',
        );
      };
      const shards = { release, corpus, vocabularySize: tokenizer.vocabularySize, table, partOf };
      const { origins } = state;
      state.scope = {
        ...{ corpus, timelines, release, pseudonyms, table, origins, corpusUntil, every },
        past: past && pastOf(past),
        readRows: (wanted, see) => rereadRows(wanted, { ...shards, origins: originsOf(state) }, see),
        seeUsed: (used) => putDigests(used, digests),
      };
    },
    checkMembers: (buckets: readonly MemberBucket[]) => checkMembers(buckets, members()),
    explainRows: (buckets: readonly MemberBucket[], unknown: ReadonlySet<string>) =>
      explainRows(buckets, members(), unknown),
    countTokens: (buckets: readonly MemberBucket[], wanted: ReadonlySet<string>) =>
      countTokens(buckets, members(), wanted),
    /** Of rows those whose sidecar calls them variants. */
    async variantsAmong(rows: readonly number[]): Promise<Set<number>> {
      const variants = new Set<number>();
      await members().readRows(rows, ({ meta }, index) => {
        if (text(meta.variant) !== '') variants.add(index);
      });
      return variants;
    },
  };
}
