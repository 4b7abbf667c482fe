/**
 * The independent checker: proves a release against the events that it was made from, row by row.
 */
import type { Certificate } from '../../schemas/manifest.ts';
import { BrewhouseError } from '../errors.ts';
import { certificateOf } from './certificate.ts';
import { deduplicate } from './events/deduplicate.ts';
import { type EventStream, eventsOfFolder } from './events/event-stream.ts';
import { TIME_UNKNOWN } from './events/raw-times.ts';
import { createFaultList, type FaultList } from './fault-list.ts';
import type { Identity } from './identity/identity.ts';
import { corpusOf } from './reference/tasks.ts';
import { checkIndex } from './release/check-index.ts';
import { checkDerived, checkLabelTables, checkReleaseId } from './release/check-manifest.ts';
import { checkRows } from './release/check-rows.ts';
import { checkSelection, compareCounts, flatCounts } from './release/check-selection.ts';
import { type Expectation, expectRows, type ReleaseCase } from './release/expected-rows.ts';
import { pseudonymsOf } from './release/pseudonyms.ts';
import { checkFiles, openRelease } from './release/release-files.ts';
import { loadReferenceTokenizer } from './tokenizer/load-tokenizer.ts';
import type { ReferenceTokenizer } from './world/tokenizer-port.ts';
import { buildWorld, type World } from './world/world.ts';

/** What a verification is busy with; `total` is 0 where it is not known beforehand. */
export type Progress = (phase: 'files' | 'events' | 'questions' | 'rows', done: number, total: number) => void;

/** What a release is checked against. */
export interface VerifyOptions {
  readonly releaseDir: string;
  /**
   * A folder of event files, or a stream of raw records (copies and records that are no events
   * included).
   */
  readonly events: string | EventStream;
  /** 64 hexadecimal digits: BREWHOUSE_KEY. */
  readonly key: string;
  /**
   * Check about so many rows in full, all others by what needs no rendering; default: every row.
   */
  readonly sample?: number;
  /** Where the tokenizer lies, when not where the recipe says. */
  readonly tokenizerPath?: string;
  readonly report?: Progress;
}

/**
 * Checks a release. Throws `not_found` and `release_broken` where there is no release to check,
 * `key_missing` for another key than the release's, `tokenizer_refused` for another tokenizer,
 * `input_unreadable` where events cannot be read. Everything else that is wrong is a fault of the
 * certificate.
 */
export async function verifyRelease(options: VerifyOptions): Promise<Certificate> {
  const list = createFaultList();
  const release = await openRelease(options.releaseDir);
  const { manifest } = release;
  const pseudonyms = pseudonymsOf(options.key);
  const { keyId } = pseudonyms;
  if (keyId !== manifest.key_id) {
    throw new BrewhouseError('key_missing', `the release was made with key ${manifest.key_id}, this one is ${keyId}`);
  }
  options.report?.('files', 0, manifest.files.length);
  const whole = await checkFiles(release, list);
  checkDerived(release, list);
  const tokenizer = loadReferenceTokenizer(manifest.identity, options.tokenizerPath);
  try {
    const corpus = corpusOf(await worldOf(options, manifest.identity, tokenizer));
    checkLabelTables(release, corpus, list);
    const releaseCase: ReleaseCase = { release, corpus, pseudonyms, list };
    const checked = await checkContents(releaseCase, options, whole);
    const itemsWithoutTime = countUntimed(corpus, manifest.items_without_time, list);
    const { manifestSha256 } = release;
    return certificateOf({ manifestSha256, ...checked, list, assumed: manifest.assumed, itemsWithoutTime });
  } finally {
    await tokenizer.close();
  }
}

/** On its own, so that the events as they were read do not stay in memory beside the world. */
async function worldOf({ events, report }: VerifyOptions, identity: Identity, tokenizer: ReferenceTokenizer) {
  const stream = typeof events === 'string' ? eventsOfFolder(events) : events;
  return buildWorld(await deduplicate(stream(), (done) => report?.('events', done, 0)), identity, tokenizer);
}

/** Rows, selection, indexes and name; `whole`: all files are there as the manifest has them. */
async function checkContents(releaseCase: ReleaseCase, { sample, report }: VerifyOptions, whole: boolean) {
  const { release, list } = releaseCase;
  const expectation = expectRows(releaseCase, (done, total) => report?.('questions', done, total));
  checkLineage(expectation);
  const checked = await checkRows(expectation, (done, total) => report?.('rows', done, total), sample);
  checkSelection(expectation, checked.present);
  if (whole) {
    await checkIndex(release, checked.addresses, list);
    await checkReleaseId(release, checked.addresses, list);
  }
  return checked;
}

/** The lineage's ledger of questions, as of how far the corpus was built (LEDGER-1, LEDGER-2). */
function checkLineage({ release, rows, questions, list }: Expectation): void {
  const { lineage, manifestSha256 } = release;
  if (lineage === undefined) return;
  if (lineage.manifest_sha256 !== manifestSha256) {
    list.add({}, { check: 'manifest', rule: [], detail: 'lineage.json names another manifest' });
  }
  compareCounts(list, 'LEDGER-1', { what: 'questions', told: flatCounts(lineage.questions), wanted: questions });
  const after = [...rows.values()].filter(({ end }) => end === 'after_until').length;
  const late = (count: number) => new Map([['after_until', count]]);
  compareCounts(list, 'LEDGER-2', { what: 'lineage', told: late(lineage.after_until), wanted: late(after) });
}

/** Items none of whose versions has a time: no population holds them (CAND-1). */
function countUntimed({ items }: World, told: number, list: FaultList): number {
  const count = [...items.values()].filter((versions) => versions.every(({ at }) => at === TIME_UNKNOWN)).length;
  const detail = `${told} items without time instead of ${count}`;
  if (count !== told) list.add({}, { check: 'manifest', rule: ['CAND-1'], detail });
  return count;
}
