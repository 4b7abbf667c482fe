/**
 * The independent checker: proves a release against the events that it was made from, row by row.
 */
import type { Certificate } from '../../schemas/manifest.ts';
import { BrewhouseError } from '../errors.ts';
import { certificateOf } from './certificate.ts';
import { checkerVersion } from './checker-version.ts';
import type { EventStream } from './events/event-stream.ts';
import { TIME_UNKNOWN } from './events/raw-times.ts';
import { createFaultList, type FaultList } from './fault-list.ts';
import { recipeFaults } from './reference/recipe-law.ts';
import { corpusOf } from './reference/tasks.ts';
import { checkCard } from './release/check-card.ts';
import { checkForms } from './release/check-forms.ts';
import { checkIndex } from './release/check-index.ts';
import { checkLineage, type RecordCounts } from './release/check-lineage.ts';
import {
  checkDerived,
  checkEventSide,
  checkNotes,
  checkReleaseId,
  checkSplits,
  checkTasks,
} from './release/check-manifest.ts';
import { checkPins, type Pinned } from './release/check-pins.ts';
import { checkRows } from './release/check-rows.ts';
import { checkSelection } from './release/check-selection.ts';
import { type EventSide, eventSideOf, NOTHING_SAID } from './release/event-side.ts';
import { expectRows, type ReleaseCase } from './release/expected-rows.ts';
import { lateOf, noteFactsOf } from './release/notes.ts';
import { pseudonymsOf } from './release/pseudonyms.ts';
import { defaultReleaseId } from './release/release-digest.ts';
import { checkFiles, lineageOf, openRelease } from './release/release-files.ts';
import { takeIn } from './release/take-in.ts';
import { type LoadedReferenceTokenizer, loadReferenceTokenizer } from './tokenizer/load-tokenizer.ts';
import { buildWorld, type World } from './world/world.ts';

export type { Pinned } from './release/check-pins.ts';
export type { EventSide } from './release/event-side.ts';

/** What a verification is busy with; `total` is 0 where it is not known beforehand. */
export type Progress = (phase: 'files' | 'events' | 'questions' | 'rows', done: number, total: number) => void;

/** What a release is checked against. */
export interface VerifyOptions {
  readonly releaseDir: string;
  /**
   * A folder of event files, or a stream of the records that are used.
   */
  readonly events: string | EventStream;
  /** What was said beside a stream of events; a folder says it itself. */
  readonly eventSide?: EventSide;
  /** Where the source of a folder says what it is, when not beside its events. */
  readonly sourceFile?: string;
  /** 64 hexadecimal digits: BREWHOUSE_KEY. */
  readonly key: string;
  /** What the release should be of, so that its own word is not taken for it (PUBLISH-1). */
  readonly pinned?: Pinned;
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
  const { events, pinned = {}, report } = options;
  const list = createFaultList();
  const release = openRelease(options.releaseDir);
  const { manifest, manifestSha256 } = release;
  const pseudonyms = pseudonymsOf(options.key);
  const { keyId } = pseudonyms;
  if (keyId !== manifest.key_id) {
    throw new BrewhouseError('key_missing', `the release was made with key ${manifest.key_id}, this one is ${keyId}`);
  }
  report?.('files', 0, manifest.files.length);
  const whole = await checkFiles(release, list);
  checkDerived(release, list);
  checkSplits(release, list);
  const side =
    options.eventSide ?? (typeof events === 'string' ? eventSideOf(events, options.sourceFile) : NOTHING_SAID);
  checkEventSide(release, side, list);
  const word = checkPins(release, pinned, list);
  const tokenizer = loadReferenceTokenizer(manifest.identity, options.tokenizerPath);
  try {
    const taken = await takeIn(events, (done) => report?.('events', done, 0));
    const corpus = corpusOf(buildWorld(taken.events, manifest.identity, tokenizer));
    for (const finding of recipeFaults(corpus)) list.add({}, finding);
    checkTasks(release, corpus, list);
    const itemsWithoutTime = countUntimed(corpus, manifest.items_without_time, list);
    const late = lateOf(taken.used, corpus, manifest.until);
    const assumes = side.source.assumed.length > 0;
    checkNotes(release, noteFactsOf(corpus, manifest.fates, { itemsWithoutTime, late, assumes }), list);
    const releaseCase: ReleaseCase = { release, corpus, pseudonyms, list };
    const { dead_rows: deadRows, dead_rows_in: deadRowsIn } = side;
    const facts = { whole, records: taken.records, deadRows, tokenizer };
    const { name, ...checked } = await checkContents(releaseCase, options, facts);
    return certificateOf({
      ...{
        ...checked,
        list,
        assumed: side.source.assumed,
        dated: side.source.dated,
        deadRows,
        deadRowsIn,
        itemsWithoutTime,
      },
      named: {
        ...{ manifest_sha256: manifestSha256, events_sha256: taken.digest, checker_version: checkerVersion() },
        ...{ recipe_sha256: manifest.recipe_sha256, domain_sha256: manifest.domain_sha256 },
        ...{ templates_sha256: manifest.templates_sha256, tokenizer_sha256: manifest.identity.tokenizer.sha256 },
        taken_on_word: [...word, ...(name === manifest.id ? [] : (['name'] as const)), 'versions', 'lineage'],
      },
    });
  } finally {
    await tokenizer.close();
  }
}

/** What was found out before the rows. */
interface ContentFacts {
  /** All files are there as the manifest has them. */
  readonly whole: boolean;
  readonly records: RecordCounts;
  readonly deadRows: EventSide['dead_rows'];
  readonly tokenizer: LoadedReferenceTokenizer;
}

/**
 * Rows, selection, lineage, indexes, footers, card and name, which is the default id of the rows.
 */
async function checkContents(
  releaseCase: ReleaseCase,
  { sample, report }: VerifyOptions,
  { whole, records, deadRows, tokenizer }: ContentFacts,
) {
  const { release, list } = releaseCase;
  const { manifestSha256, manifest } = release;
  const lineage = lineageOf(release, list);
  const { readable, ids } = checkForms(release, tokenizer.vocabularySize, list);
  const isWhole = whole && readable.size === manifest.files.length - 1;
  const saying = (phase: 'questions' | 'rows') => (done: number, total: number) => report?.(phase, done, total);
  const expectation = expectRows(releaseCase, saying('questions'), lineage?.corpus_until);
  const checked = await checkRows(expectation, readable, { sample, report: saying('rows') });
  checkSelection(expectation, checked.present, isWhole);
  if (lineage !== undefined)
    checkLineage(lineage, { manifestSha256, until: manifest.until, records, deadRows, expectation, list });
  const name = defaultReleaseId(release, checked.addresses);
  if (isWhole) {
    await checkIndex(release, checked.addresses, list);
    checkReleaseId(release, { id: name, told: ids }, list);
    checkCard(release, { id: name, row: checked.told.chosen(), decode: tokenizer.decode }, list);
  }
  return { ...checked, name };
}

/** Items none of whose versions has a time: no population holds them (CAND-1). */
function countUntimed({ items }: World, told: number, list: FaultList): number {
  const count = [...items.values()].filter((versions) => versions.every(({ at }) => at === TIME_UNKNOWN)).length;
  const detail = `${told} items without time instead of ${count}`;
  if (count !== told) list.add({}, { check: 'manifest', rule: ['CAND-1'], detail });
  return count;
}
