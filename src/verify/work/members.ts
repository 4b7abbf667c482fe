/** Works out what the rules make of the members of a bucket, and holds the release's rows to it. */
import { numberAt } from '../checked.ts';
import type { CheckedEvent } from '../events/checked-event.ts';
import type { Extent } from '../events/spill.ts';
import { createFaultList, createRowFaultList, type FaultList, type FoundFaults } from '../fault-list.ts';
import { rowDigest } from '../profiles/profile.ts';
import { type ReferenceQuestion, referenceQuestions } from '../reference/questions.ts';
import { alikeAfterCut, exampleId, prepareLines, referenceRow, templatesOf } from '../reference/rows.ts';
import type { Corpus } from '../reference/tasks.ts';
import { checkLaw } from '../release/check-law.ts';
import { checkRow, checkSameRow, type FoundQuestion, foundQuestion } from '../release/check-row.ts';
import { explainEvents } from '../release/check-tables.ts';
import { checkColumns } from '../release/check-tokens.ts';
import { type Compared, type ExpectedColumns, expectedColumns, type FoundRow } from '../release/expected-table.ts';
import { lateOf } from '../release/notes.ts';
import type { SharedOrigins } from '../release/origin-tables.ts';
import type { Past } from '../release/past.ts';
import type { Pseudonyms } from '../release/pseudonyms.ts';
import type { OpenRelease } from '../release/release-files.ts';
import type { ReleaseRow } from '../release/release-row.ts';
import type { RowTable } from '../release/row-table.ts';
import { type ExpectedRow, expectedRow, type RowEnd, splitOf, variantSplit } from '../release/selection.ts';
import { countUp } from '../release/tallies.ts';
import { inOrder, type Timeline } from '../world/timeline.ts';
import { timelinesOf } from '../world/world.ts';
import { type RecordFacts, takeInBucket } from './records.ts';
import { wantedContent } from './wanted-content.ts';

/** A bucket by its number. */
export interface MemberBucket {
  readonly bucket: number;
  readonly extents: readonly Extent[];
}

/** What the members of buckets come to. */
export interface MembersFound {
  readonly records: RecordFacts;
  readonly questions: ReadonlyMap<string, number>;
  readonly alike: ReadonlyMap<string, number>;
  readonly expected: ExpectedColumns;
  readonly faults: FoundFaults;
  /** Rows that were made anew, and their tokens. */
  readonly rows: number;
  readonly tokens: number;
  readonly latestCloseMs: number;
}

/** What members are looked at with. */
export interface MemberScope {
  readonly corpus: Corpus;
  /** Those of the corpus: of one member after the other. */
  readonly timelines: Map<string, Timeline>;
  readonly release: OpenRelease;
  readonly pseudonyms: Pseudonyms;
  readonly table: RowTable;
  /** Undefined where they could not be read. */
  readonly origins: SharedOrigins | undefined;
  /** How far the corpus was built, epoch ms. */
  readonly corpusUntil: number;
  /** One row in so many is made anew. */
  readonly every: number;
  /** What releases before an increment have; undefined where there are none, or not all. */
  readonly past: Past | undefined;
  /** Reads rows of the release, in their order. */
  readonly readRows: (rows: readonly number[], see: (row: ReleaseRow, index: number) => void) => Promise<void>;
  readonly seeUsed: (used: readonly CheckedEvent[]) => void;
}

/** Every 97th row is also tokenized as a whole: joined ids must be those of the whole text. */
const WHOLE_EVERY = 97;
/** Rendered questions whose lines are cut side by side. */
const QUESTIONS_MAX = 512;
/** Rows that differ are read again so many at a time. */
const DIFFERENT_MAX = 2_000;
const CONTENT_BYTES = 16;

/**
 * Looks at the members of buckets. Bound: the buckets, and what is kept of a row for each of their
 * rows.
 */
export async function checkMembers(buckets: readonly MemberBucket[], scope: MemberScope): Promise<MembersFound> {
  const { corpus, release } = scope;
  const list = createRowFaultList();
  const [questions, alike] = [new Map<string, number>(), new Map<string, number>()];
  const found: FoundRow[] = [];
  const totals = { used: 0, duplicate: 0, dead: 0, dropped: 0, versions: 0, interactions: 0 };
  const sums = { rows: 0, tokens: 0, latestCloseMs: 0 };
  let different: DifferentRow[] = [];
  // Of several buckets: texts that are encoded together cost less.
  let rendered: RenderedQuestion[] = [];
  const render = async () => {
    prepareLines(
      corpus,
      rendered.flatMap(({ question, rows }) => (rows.some((row) => isRendered(row, scope)) ? [question] : [])),
    );
    const own = rendered.map(({ question }) => question);
    for (const { task } of alikeAfterCut(corpus, own)) countUp(alike, task.name);
    for (const { rows, bucket } of rendered) {
      for (const row of rows) {
        const checked = checkExpected(row, { scope, list, sums });
        found.push(foundRow(row, { bucket, tokens: checked.tokens, compared: comparedToPast(row, scope) }));
        if (checked.different !== undefined) different.push(checked.different);
      }
    }
    rendered = [];
    if (different.length > DIFFERENT_MAX) different = await recheck(different, scope, list);
  };
  const see = (timeline: Timeline) => explainMember(timeline, scope);
  for (const { bucket, extents } of buckets) {
    const { events, used, counts } = takeInBucket(extents);
    scope.seeUsed(used);
    const late = lateOf(used, corpus, release.manifest.until);
    for (const [name, count] of Object.entries({ ...counts, ...late })) totals[name as keyof typeof totals] += count;
    for (const question of questionsOf(events, { ...scope, see }, scope.corpusUntil)) {
      countUp(questions, question.task.name, question.fate, question.ledgerLabel);
      if (question.fate !== 'rendered') continue;
      rendered.push({ question, bucket, rows: rowsOf(question, scope) });
      if (rendered.length === QUESTIONS_MAX) await render();
    }
  }
  await render();
  await recheck(different, scope, list);
  const { faults, counts, looked } = list;
  return {
    records: totals,
    questions,
    alike,
    expected: expectedColumns(found),
    faults: { faults, counts, looked },
    ...sums,
  };
}

/** All questions of the members whose events these are. */
function* questionsOf(
  events: readonly CheckedEvent[],
  { corpus, timelines, see }: Pick<MemberScope, 'corpus' | 'timelines'> & { see?: (timeline: Timeline) => void },
  until: number,
): Generator<ReferenceQuestion> {
  for (const [member, timeline] of timelinesOf(events, corpus)) {
    see?.(timeline);
    timelines.set(member, timeline);
    yield* referenceQuestions(corpus, member, until);
    timelines.delete(member);
  }
}

/** Explains the entries that the tables of origins have of a member (ORIGIN-6). */
function explainMember({ member, profiles, interactions }: Timeline, { origins, pseudonyms }: MemberScope): void {
  if (origins === undefined) return;
  explainEvents(origins.events, pseudonyms.of('member', member), function* () {
    const both: CheckedEvent[] = [...profiles, ...interactions];
    for (const { id } of both.sort(inOrder)) yield pseudonyms.of('event', id);
  });
}

interface RenderedQuestion {
  readonly question: ReferenceQuestion;
  readonly bucket: number;
  readonly rows: readonly OwnRow[];
}

interface OwnRow extends Pick<FoundRow, 'example' | 'shuffle' | 'row'> {
  readonly expected: ExpectedRow;
}

/** Without its question, which holds all of its member. */
function foundRow({ expected, ...own }: OwnRow, found: Pick<FoundRow, 'bucket' | 'tokens' | 'compared'>): FoundRow {
  const { question, template: _, ...row } = expected;
  return { ...row, ...own, ...found, askedAt: question.askedAt, closesAt: question.closesAt };
}

/** The rows of a rendered question, with where they lie in the release. */
function rowsOf(question: ReferenceQuestion, { release, pseudonyms, table }: MemberScope): OwnRow[] {
  const split = splitOf(question, release.manifest);
  return templatesOf(question).map((row) => {
    const expected = expectedRow(question, row, row.variant === '' ? split : variantSplit(split));
    const example = pseudonyms.of('example', expected.id);
    const index = table.find(example);
    const shuffle = index < 0 ? 0 : question.world.draws.number('shuffle', [...question.key, row.variant]);
    return { expected, example, shuffle, row: index };
  });
}

/** Whether a row is in the release, and is one of those that are made anew. */
function isMadeAnew(row: number, { every }: Pick<MemberScope, 'every'>): boolean {
  return row >= 0 && row % every === 0;
}

/** Whether a row is made anew for what it is itself, or for what it was before. */
function isRendered(own: OwnRow, scope: MemberScope): boolean {
  return isMadeAnew(own.row, scope) || (pastDigest(own, scope) !== undefined && isSampled(own, scope));
}

/** Ends of rows that are in the train of an increment only where they changed. */
const UNCHANGED: ReadonlySet<RowEnd> = new Set(['before_since', 'replay']);

/** What releases before have of a row that counts where it has changed; of others nobody asks. */
function pastDigest({ expected, example }: OwnRow, { past }: MemberScope): Uint8Array | undefined {
  return UNCHANGED.has(expected.end) ? past?.digestOf(example) : undefined;
}

/** Whether a row that the release does not hold is one of those that are made anew all the same. */
function isSampled({ row, example }: OwnRow, { every }: MemberScope): boolean {
  return row < 0 && Number.parseInt(example.slice(0, SAMPLE_DIGITS), 16) % every === 0;
}

const SAMPLE_DIGITS = 12;

/** How a row is beside that which releases before have (INCREMENT-2). */
function comparedToPast(own: OwnRow, scope: MemberScope): Compared {
  const before = pastDigest(own, scope);
  if (before === undefined) return 'unknown';
  if (own.row >= 0) return isSameBytes(before, scope.table.digestOf(own.row)) ? 'same' : 'other';
  if (!isSampled(own, scope)) return 'sampled_out';
  const { ids, answerFrom } = referenceRow(own.expected.question, own.expected.template);
  return isSameBytes(before, rowDigest(ids, [answerFrom, ids.length])) ? 'same' : 'other';
}

function isSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

interface DifferentRow {
  readonly row: number;
  readonly expected: ExpectedRow;
}

interface CheckCase {
  readonly scope: MemberScope;
  readonly list: FaultList;
  readonly sums: { rows: number; tokens: number; latestCloseMs: number };
}

/** Holds a row of the release to the one that the rules make; different ones are read again. */
function checkExpected(
  { expected, row }: OwnRow,
  { scope, list, sums }: CheckCase,
): { readonly tokens: number | undefined; readonly different?: DifferentRow } {
  if (row < 0) return { tokens: undefined };
  const { table, release, corpus, pseudonyms } = scope;
  const { question, template } = expected;
  table.matched[row] = 1;
  const place = table.positionOf(row);
  const { closesAt, askedAt, window } = question;
  const settledAt = numberAt(table.settledAt, row);
  const { until, since, release: section } = release.manifest;
  checkLaw({ place, settledAt, closesAt, until, t1: since === undefined ? section.splits.t1 : until, list });
  sums.latestCloseMs = Math.max(sums.latestCloseMs, closesAt - askedAt - window);
  if (!isMadeAnew(row, scope)) return { tokens: numberAt(table.tokens, row) };
  sums.rows++;
  sums.tokens += numberAt(table.tokens, row);
  // The budget is worked out with the rules' own tokens, not with those of a row that may be wrong.
  const reference = referenceRow(question, template);
  const tokens = reference.ids.length;
  const content = wantedContent({ expected, reference, pseudonyms, place });
  const from = row * CONTENT_BYTES;
  if (!content.equals(table.contents.subarray(from, from + CONTENT_BYTES)))
    return { tokens, different: { row, expected } };
  const same = { place, ids: reference.ids, answerFrom: reference.answerFrom };
  checkSameRow({ corpus, pseudonyms, list, expected, reference, row: same }, row % WHOLE_EVERY === 0);
  return { tokens };
}

/** Reads rows that differ, and says how. Returns none. */
async function recheck(
  different: readonly DifferentRow[],
  scope: MemberScope,
  list: FaultList,
): Promise<DifferentRow[]> {
  if (different.length === 0) return [];
  const { corpus, pseudonyms, release } = scope;
  const byRow = new Map(different.map((one) => [one.row, one.expected]));
  const rows = [...byRow.keys()].sort((a, b) => a - b);
  await scope.readRows(rows, (row, index) => {
    const expected = byRow.get(index);
    if (expected === undefined) return;
    // What columns say wrong is told by whoever read all rows.
    const maskIsWhole = checkColumns({ row, list: createFaultList(), corpus }, release.manifest.release.profile);
    checkRow({ corpus, pseudonyms, list }, row, { expected, maskIsWhole, whole: index % WHOLE_EVERY === 0 });
  });
  return [];
}

/** Of example ids those that a question of the members has, rendered or not, with what it is. */
export function explainRows(
  buckets: readonly MemberBucket[],
  scope: MemberScope,
  unknown: ReadonlySet<string>,
): Map<string, FoundQuestion> {
  const found = new Map<string, FoundQuestion>();
  for (const { extents } of buckets) {
    for (const question of questionsOf(takeInBucket(extents).events, scope, scope.release.manifest.until)) {
      const variants = ['', ...question.task.heldOut.map(({ id }) => `template:${id}`)];
      for (const variant of variants) {
        const id = scope.pseudonyms.of('example', exampleId(question, variant));
        if (unknown.has(id)) found.set(id, foundQuestion(question, variant !== ''));
      }
    }
  }
  return found;
}

/** The tokens of rows of the members, by example id. */
export function countTokens(
  buckets: readonly MemberBucket[],
  scope: MemberScope,
  wanted: ReadonlySet<string>,
): Map<string, number> {
  const tokens = new Map<string, number>();
  for (const { extents } of buckets) {
    for (const question of questionsOf(takeInBucket(extents).events, scope, scope.corpusUntil)) {
      if (question.fate !== 'rendered') continue;
      for (const { template, variant } of templatesOf(question)) {
        const id = scope.pseudonyms.of('example', exampleId(question, variant));
        if (wanted.has(id)) tokens.set(id, referenceRow(question, template).ids.length);
      }
    }
  }
  return tokens;
}
