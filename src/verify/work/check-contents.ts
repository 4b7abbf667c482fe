/**
 * Rows, selection, lineage, indexes, footers, card and name of a release: read in threads, and told
 * in one order whatever threads there were.
 */
import { spilledRecords } from '../events/spill.ts';
import { createFaultList, createRowFaultList, type FaultList, mergeFaults } from '../fault-list.ts';
import { flawOf, type ReaderAddress } from '../reader.ts';
import type { Corpus } from '../reference/tasks.ts';
import { choosingToldRow } from '../release/card-row.ts';
import { checkCard, readCard } from '../release/check-card.ts';
import { checkChanges, chooseChanged, namedChanges } from '../release/check-changes.ts';
import { checkForms } from '../release/check-forms.ts';
import { checkLineage } from '../release/check-lineage.ts';
import { checkReleaseId } from '../release/check-manifest.ts';
import { type FoundQuestion, strangeFinding } from '../release/check-row.ts';
import { checkSelection } from '../release/check-selection.ts';
import { shareFinding } from '../release/check-sidecar.ts';
import { checkTables } from '../release/check-tables.ts';
import type { CheckedShare } from '../release/checked-share.ts';
import type { EventSide } from '../release/event-side.ts';
import { DIGEST_BUCKETS, eventsDigest } from '../release/events-digest.ts';
import { tableRows } from '../release/expected-table.ts';
import type { LateEvents } from '../release/notes.ts';
import { pastOf, unseenRows } from '../release/past.ts';
import { changesDigest, defaultReleaseId, type NamedChange } from '../release/release-digest.ts';
import { lineageOf, type OpenRelease } from '../release/release-files.ts';
import { rowTableOf, shareRows } from '../release/row-table.ts';
import { mergeTallies } from '../release/tallies.ts';
import type { OwnTokenizer } from '../tokenizer/load-tokenizer.ts';
import { chooseRows } from './choose-rows.ts';
import { type ReadPast, readChanges, readPast } from './past.ts';
import type { Pool } from './pool.ts';
import { stepsOf } from './read-events.ts';
import { readRelease, rowsOf } from './read-release.ts';
import { sumOfFacts } from './records.ts';
import type { TakenIn } from './take-in.ts';

/** What the contents of a release are checked with. */
export interface ContentCase {
  readonly release: OpenRelease;
  /** Without items and members. */
  readonly corpus: Corpus;
  readonly tokenizer: OwnTokenizer;
  readonly pool: Pool;
  readonly threads: number;
  readonly taken: TakenIn;
  /** All files are there as the manifest has them. */
  readonly whole: boolean;
  readonly sample: number | undefined;
  readonly deadRows: EventSide['dead_rows'];
  /** Releases that an increment goes on from, the newest first; undefined: not all are there. */
  readonly before: readonly OpenRelease[] | undefined;
  /** By what they are read. */
  readonly at: ReaderAddress;
  readonly report: ((phase: 'questions' | 'rows', done: number, total: number) => void) | undefined;
}

/** What was found, to be told after what comes before it. */
export interface FoundContents {
  readonly late: LateEvents;
  readonly eventsSha256: string;
  /** Adds all faults. Returns how much was checked, and the default id of the rows. */
  report(list: FaultList): CheckedShare & { readonly name: string };
}

/** Reads and checks a release. */
export async function checkContents(contents: ContentCase): Promise<FoundContents> {
  const gathered = await gather(contents);
  const { late, eventsSha256 } = gathered;
  return { late, eventsSha256, report: (list) => tell(contents, gathered, list) };
}

type Gathered = Awaited<ReturnType<typeof gather>>;

/** All that threads find. */
async function gather(contents: ContentCase) {
  const { release, tokenizer, pool, taken, report } = contents;
  const { manifest } = release;
  const [ofLineage, ofRows] = [createFaultList(), createFaultList()];
  const lineage = await lineageOf(release, ofLineage);
  const card = await readCard(release.files);
  const scope = { release, vocabularySize: tokenizer.vocabularySize };
  const { every, total } = sampleOf(contents);
  const read = await readRelease(scope, pool, (done) => report?.('rows', done, total));
  const hasTables = read.origins !== undefined;
  const readable = new Set(
    [...read.forms].flatMap(([path, { isReadable }]) => (hasTables && isReadable ? [path] : [])),
  );
  const all = rowsOf(release, read, { readable, list: ofRows });
  const { rows, repeated } = shareRows(all.columns, all.places, all);
  const table = rowTableOf(rows);
  const corpusUntil = Math.max(lineage?.corpus_until ?? Number.POSITIVE_INFINITY, manifest.until);
  const lines = { descriptors: pool.scratch, pointers: new BigInt64Array(new SharedArrayBuffer(8 * taken.versions)) };
  const parts = read.shards.flatMap((shard) => shard.parts.slice(0, 1));
  const before = await readBefore(contents, ofRows);
  const past = before?.layers;
  await pool.everywhere('share', () => [{ rows, lines, parts, corpusUntil, every, past }]);
  const steps = stepsOf(taken.members, contents.threads);
  const [members, index] = await Promise.all([lookAtMembers(contents, steps), pool.run('checkIndex')]);
  const expected = tableRows(members.map((found) => found.expected));
  const strangers = unmatched(table, repeated);
  const explained = await explain(strangers, { contents, table, steps });
  const known = before && { past: pastOf(before.layers), first: before.first };
  const trainShards =
    manifest.since === undefined
      ? await chooseRows(expected, manifest, { pool, members: taken.members })
      : chooseChanged(expected, manifest, { table, known });
  const facts = sumOfFacts([taken.items, ...members.map(({ records }) => records)]);
  const { used, duplicate, dropped, versions, interactions } = facts;
  const dead = facts.dead + taken.dead;
  const records = { used, others: taken.isWhole ? { read: taken.read, duplicate, dead, dropped } : undefined };
  return {
    ...{ ofLineage, ofRows, lineage, card, read, table, repeated, seen: all.seen, members, index, expected, strangers },
    ...{
      explained,
      trainShards,
      known,
      changes: await toldChanges(release),
      records,
      late: { versions, interactions },
      eventsSha256: await digestOf(pool),
    },
  };
}

/** One row in `every` is made anew. */
function sampleOf({ release, sample }: ContentCase) {
  const total = release.manifest.splits.values().reduce((sum, { rows }) => sum + rows, 0);
  return { every: sample === undefined ? 1 : Math.max(1, Math.ceil(total / Math.max(sample, 1))), total };
}

/** What releases before an increment come to; undefined where they cannot be read. */
async function readBefore({ before, at, pool }: ContentCase, list: FaultList): Promise<ReadPast | undefined> {
  if (before === undefined || before.length === 0) return undefined;
  try {
    return await readPast({ releases: before, at }, (shard) => pool.run('readPastShard', shard));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const detail = `a release before it cannot be read: ${error.message}`;
    list.add({}, { check: 'changes', rule: ['INCREMENT-7'], detail });
    return undefined;
  }
}

function lookAtMembers(contents: ContentCase, steps: ReturnType<typeof stepsOf>) {
  const { pool, report } = contents;
  const { total } = sampleOf(contents);
  let done = 0;
  return Promise.all(
    steps.map(async (step) => {
      const found = await pool.run('checkMembers', step);
      // As many as are in the release: nobody knows beforehand how many questions there are.
      done += found.expected.rows.filter((row) => row >= 0).length;
      report?.('questions', done, total);
      return found;
    }),
  );
}

/** Adds all faults, in an order that no thread changes. */
function tell(contents: ContentCase, gathered: Gathered, list: FaultList): ReturnType<FoundContents['report']> {
  const { release, corpus, tokenizer, whole, sample, deadRows } = contents;
  const { lineage, table, members, expected, records, trainShards, index } = gathered;
  const { manifest, manifestSha256 } = release;
  mergeFaults(list, [gathered.ofLineage]);
  const { readable, ids } = checkForms(release, new Map([...gathered.read.forms, ...index.checked]), list);
  const isWhole = whole && readable.size === manifest.files.length - 1;
  // What is wrong with an entry explains the rows that have it.
  if (isWhole && gathered.read.origins !== undefined)
    checkTables(gathered.read.origins, manifest.identity.domain, list);
  mergeFaults(list, [gathered.ofRows]);
  tellRows(gathered, sampleOf(contents).every, list);
  checkSelection({ manifest, corpus, list, rows: expected, table, trainShards, whole: isWhole });
  const changes = changesOf(contents, gathered, isWhole);
  if (changes !== undefined) checkChanges({ ...changes, known: gathered.known, list });
  const questions = mergeTallies(members.map((found) => found.questions));
  const alike = mergeTallies(members.map((found) => found.alike));
  const afterUntil = expected.reduce((sum, { end }) => sum + (end === 'after_until' ? 1 : 0), 0);
  const { until } = manifest;
  if (lineage !== undefined)
    checkLineage(lineage, { manifestSha256, until, records, deadRows, questions, alike, afterUntil, list });
  const name = defaultReleaseId(release, table, changes && changesDigest(namedChanges(changes)));
  if (isWhole) {
    mergeFaults(list, [index.found]);
    checkReleaseId(release, { id: name, told: ids }, list);
    if (gathered.card === undefined) throw new Error('a release that is whole has no card');
    checkCard(
      release,
      { told: gathered.card, id: name, row: choosingToldRow(gathered.seen).chosen(), decode: tokenizer.decode },
      list,
    );
  }
  const sum = (of: 'rows' | 'tokens') => members.reduce((before, found) => before + found[of], 0);
  const latestCloseMs = members.reduce((most, found) => Math.max(most, found.latestCloseMs), 0);
  const sampled = sample === undefined ? undefined : sampleOf(contents);
  return {
    rows: sum('rows'),
    tokens: sum('tokens'),
    latestCloseMs,
    sample: sampled,
    name,
    since: sinceOf(contents, gathered),
  };
}

/** What an increment lists; undefined where a release is none, or the list cannot be read. */
async function toldChanges(release: OpenRelease): Promise<NamedChange[] | undefined> {
  if (release.manifest.since === undefined) return undefined;
  return readChanges(release).catch((error: unknown) => {
    // What is wrong with the file its form says.
    flawOf(error);
    return undefined;
  });
}

/** What an increment says has changed; undefined where a release is none, or it cannot be read. */
function changesOf({ release }: ContentCase, { expected, table, changes: told }: Gathered, isWhole: boolean) {
  const { manifest } = release;
  const { since } = manifest;
  if (since === undefined || told === undefined || !isWhole) return undefined;
  return { manifest: { ...manifest, since }, rows: expected, table, told };
}

/** What of an increment was held to the past. */
function sinceOf({ release, before }: ContentCase, { known }: Gathered): CheckedShare['since'] {
  const { since } = release.manifest;
  if (since === undefined) return undefined;
  const unseen = known === undefined ? 0 : unseenRows(known.first.manifest);
  return { id: since.id, releases: known === undefined ? 0 : (before?.length ?? 0), unseen };
}

/**
 * Faults of rows: of those that are there twice, of those that the rules make, and of the others.
 */
function tellRows(
  { table, repeated, members, expected, strangers, explained }: Gathered,
  every: number,
  list: FaultList,
) {
  list.look('repeat', table.count);
  list.look('question', table.count);
  for (const row of repeated) {
    const detail = 'the same question is here twice';
    list.add(table.positionOf(row), { check: 'repeat', rule: ['OPEN-4', 'EVENT-3'], detail });
  }
  mergeFaults(list, [...members.map(({ faults }) => faults), wrongShares(expected, { table, every })], true);
  for (const row of strangers) {
    const [example, isVariant] = [table.exampleOf(row), explained.variants.has(row)];
    list.add(table.positionOf(row), strangeFinding(isVariant, explained.found.get(example)));
  }
}

/** Rows of the release that the rules do not make. */
function unmatched(table: ReturnType<typeof rowTableOf>, repeated: readonly number[]): number[] {
  const twice = new Set(repeated);
  return Array.from(table.matched.keys()).filter((row) => table.matched[row] === 0 && !twice.has(row));
}

interface ExplainCase {
  readonly contents: ContentCase;
  readonly table: ReturnType<typeof rowTableOf>;
  readonly steps: ReturnType<typeof stepsOf>;
}

/** The questions that strangers are of, and which of them call themselves variants. */
async function explain(strangers: readonly number[], { contents, table, steps }: ExplainCase) {
  const found = new Map<string, FoundQuestion>();
  if (strangers.length === 0) return { found, variants: new Set<number>() };
  const { pool } = contents;
  const unknown = new Set(strangers.map((row) => table.exampleOf(row)));
  const explained = await Promise.all(steps.map((step) => pool.run('explainRows', step, unknown)));
  for (const some of explained) for (const [example, question] of some) found.set(example, question);
  return { found, variants: await pool.run('variantsAmong', strangers) };
}

/** Where the share kept of a label is another one (RELEASE-2). */
function wrongShares(
  expected: ReturnType<typeof tableRows>,
  { table, every }: { readonly table: ReturnType<typeof rowTableOf>; readonly every: number },
): FaultList {
  const list = createRowFaultList();
  for (const { row, keepShare } of expected) {
    if (row < 0 || row % every !== 0) continue;
    const finding = shareFinding(table.keepShares[row] ?? Number.NaN, keepShare);
    if (finding !== undefined) list.add(table.positionOf(row), finding);
  }
  return list;
}

async function digestOf(pool: Pool): Promise<string> {
  const spilled = await pool.everywhere('digests', () => []);
  const buckets = Array.from({ length: DIGEST_BUCKETS }, (_, bucket) =>
    spilledRecords(spilled.flatMap((extents) => extents[bucket] ?? [])).map(({ bytes }) => bytes),
  );
  return eventsDigest(buckets);
}
