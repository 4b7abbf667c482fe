/**
 * The independent checker: proves a release against the events that it was made from, row by row.
 */
import { availableParallelism } from 'node:os';
import type { Certificate, TakenOnWord } from '../../schemas/manifest.ts';
import { BrewhouseError } from '../errors.ts';
import { certificateOf } from './certificate.ts';
import { checkerVersion } from './checker-version.ts';
import type { EventStream } from './events/event-stream.ts';
import { createFaultList } from './fault-list.ts';
import { type Reader, type ReaderAddress, readerAt } from './reader.ts';
import { recipeFaults } from './reference/recipe-law.ts';
import { corpusOf } from './reference/tasks.ts';
import { checkDerived, checkEventSide, checkNotes, checkSplits, checkTasks } from './release/check-manifest.ts';
import { checkPins, type Pinned } from './release/check-pins.ts';
import type { CheckedShare } from './release/checked-share.ts';
import { type EventSide, eventSideOf, NOTHING_SAID } from './release/event-side.ts';
import type { Manifest } from './release/manifest.ts';
import { noteFactsOf } from './release/notes.ts';
import { pseudonymsOf } from './release/pseudonyms.ts';
import { checkFiles, openRelease } from './release/release-files.ts';
import { releasesBefore } from './release/releases-before.ts';
import { loadReferenceTokenizer } from './tokenizer/load-tokenizer.ts';
import { checkContents } from './work/check-contents.ts';
import { startPool } from './work/pool.ts';
import { takeIn } from './work/take-in.ts';
import { worldOf } from './world/world.ts';

export type { Pinned } from './release/check-pins.ts';
export type { EventSide } from './release/event-side.ts';

/** What a verification is busy with; `total` is 0 where it is not known beforehand. */
export type Progress = (phase: 'files' | 'events' | 'questions' | 'rows', done: number, total: number) => void;

/** What a release is checked against. */
export interface VerifyOptions {
  /** Where its files are read. */
  readonly release: ReaderAddress;
  /** Where event files are read, or a stream of the records that are used. */
  readonly events: ReaderAddress | EventStream;
  /** What was said beside a stream of events; files have it beside them. */
  readonly eventSide?: EventSide;
  /** The file in which the source says what it is, when not beside its events. */
  readonly sourceFile?: { readonly at: ReaderAddress; readonly name: string };
  /** 64 hexadecimal digits: BREWHOUSE_KEY. */
  readonly key: string;
  /** What the release should be of, so that its own word is not taken for it (PUBLISH-1). */
  readonly pinned?: Pinned;
  /**
   * Check about so many rows in full, all others by what needs no rendering; default: every row.
   */
  readonly sample?: number;
  /**
   * The release that an increment goes on from, or the folder of that and those before it; default:
   * those beside it (INCREMENT-7).
   */
  readonly since?: string;
  /** Where the tokenizer lies, when not where the recipe says. */
  readonly tokenizerPath?: string;
  /**
   * Threads beside the caller's own, at most THREADS_MAX; with 0 there is none. Default: one a
   * core, and none for a small release. No fault and no certificate depends on it.
   */
  readonly threads?: number;
  readonly report?: Progress;
}

/** More threads than this take more memory than they are worth. */
const THREADS_MAX = 8;
/** A release of fewer tokens is checked before a thread would have started. */
const TOKENS_MIN = 1_000_000;

/**
 * Checks a release. Throws `not_found` and `release_broken` where there is no release to check,
 * `key_missing` for another key than the release's, `tokenizer_refused` for another tokenizer,
 * `input_unreadable` where events cannot be read, `store_refused` where nothing can be put aside.
 * Everything else that is wrong is a fault of the certificate. Bound: some 200 bytes a row, 300
 * bytes a version of an item, and what a thread takes, which no size changes.
 */
export async function verifyRelease(options: VerifyOptions): Promise<Certificate> {
  const { pinned = {}, report, sample } = options;
  const events = typeof options.events === 'function' ? options.events : await readerAt(options.events);
  const list = createFaultList();
  const release = await openRelease(await readerAt(options.release));
  const { manifest, manifestSha256 } = release;
  const { keyId } = pseudonymsOf(options.key);
  if (keyId !== manifest.key_id) {
    throw new BrewhouseError('key_missing', `the release was made with key ${manifest.key_id}, this one is ${keyId}`);
  }
  report?.('files', 0, manifest.files.length);
  const whole = await checkFiles(release, list);
  checkDerived(release, list);
  checkSplits(release, list);
  const side = options.eventSide ?? (await sideOf(events, options.sourceFile));
  checkEventSide(release, side, list);
  const word = checkPins(release, pinned, list);
  const before = await releasesBefore({ release, at: options.release, told: options.since }, list);
  await using opened = new AsyncDisposableStack();
  const tokenizer = loadReferenceTokenizer(manifest.identity, options.tokenizerPath);
  opened.defer(() => tokenizer.close());
  const threads = threadsFor(manifest, options.threads);
  const pool = startPool({ release: options.release, key: options.key }, tokenizer, threads);
  opened.defer(() => pool.close());
  const taken = await takeIn(events, pool, (done) => report?.('events', done, 0));
  const corpus = corpusOf(worldOf({ items: new Map(), timelines: new Map() }, manifest.identity, tokenizer));
  const contents = {
    release,
    corpus,
    tokenizer,
    pool,
    threads,
    taken,
    whole,
    sample,
    deadRows: side.dead_rows,
    before,
    at: options.release,
    report,
  };
  const found = await checkContents(contents);
  for (const finding of recipeFaults(corpus)) list.add({}, finding);
  checkTasks(release, corpus, list);
  const { items_without_time: toldUntimed } = manifest;
  const { untimed: itemsWithoutTime } = taken;
  const detail = `${toldUntimed} items without time instead of ${itemsWithoutTime}`;
  if (itemsWithoutTime !== toldUntimed) list.add({}, { check: 'manifest', rule: ['CAND-1'], detail });
  const assumes = side.source.assumed.length > 0;
  const said = { itemsWithoutTime, late: found.late, assumes };
  checkNotes(release, noteFactsOf(corpus, manifest.fates, said), list);
  const { name, ...checked } = found.report(list);
  return certificateOf({
    ...{ ...checked, list, assumed: side.source.assumed, dated: side.source.dated, itemsWithoutTime },
    ...{ deadRows: side.dead_rows, deadRowsIn: side.dead_rows_in },
    named: {
      ...{ manifest_sha256: manifestSha256, events_sha256: found.eventsSha256, checker_version: checkerVersion() },
      ...{ recipe_sha256: manifest.recipe_sha256, domain_sha256: manifest.domain_sha256 },
      ...{ templates_sha256: manifest.templates_sha256, tokenizer_sha256: manifest.identity.tokenizer.sha256 },
      taken_on_word: [
        ...word,
        ...sinceWords(checked.since),
        ...(name === manifest.id ? [] : (['name'] as const)),
        'versions',
        'lineage',
      ],
    },
  });
}

async function sideOf(events: Reader | EventStream, sourceFile: VerifyOptions['sourceFile']): Promise<EventSide> {
  if (typeof events === 'function') return NOTHING_SAID;
  const named = sourceFile && { files: await readerAt(sourceFile.at), path: sourceFile.name };
  return eventSideOf(events, named);
}

/** What of the past of an increment is taken on its word (INCREMENT-7). */
function sinceWords(since: CheckedShare['since']): TakenOnWord[] {
  if (since === undefined) return [];
  if (since.releases === 0) return ['since'];
  return since.unseen > 0 ? ['unseen'] : [];
}

function threadsFor({ splits }: Pick<Manifest, 'splits'>, wanted: number | undefined): number {
  const tokens = splits.values().reduce((sum, split) => sum + split.tokens, 0);
  return Math.min(wanted ?? (tokens < TOKENS_MIN ? 0 : availableParallelism()), THREADS_MAX);
}
