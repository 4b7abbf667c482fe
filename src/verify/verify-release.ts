/** The independent checker: proves a release against the events that it was made from, row by row. */
import type { Certificate, CorpusIdentity } from '../../schemas/manifest.ts';
import type { ReleaseSection } from '../../schemas/recipe.ts';
import { BrewhouseError } from '../errors.ts';
import { type CheckedShare, certificateOf } from './certificate.ts';
import { deduplicate } from './events/deduplicate.ts';
import { type EventStream, eventsOfFolder } from './events/event-stream.ts';
import { TIME_UNKNOWN } from './events/raw-times.ts';
import { createFaultList, type FaultList } from './fault-list.ts';
import { referenceRow } from './reference/rows.ts';
import type { ReferenceTokenizer } from './reference/tokenizer-port.ts';
import { buildWorld, type World } from './reference/world.ts';
import { checkIndex } from './release/check-index.ts';
import { checkDerived, checkLabelTables, checkReleaseId } from './release/check-manifest.ts';
import { checkRows } from './release/check-rows.ts';
import { checkSelection, compareCounts } from './release/check-selection.ts';
import { type Expectation, expectRows } from './release/expected-rows.ts';
import { pseudonymsOf } from './release/pseudonyms.ts';
import { checkFiles, type OpenRelease, openRelease } from './release/release-files.ts';
import type { ExpectedRow, ReleaseRules } from './release/selection.ts';
import { loadReferenceTokenizer } from './tokenizer/load-tokenizer.ts';

/** What a verification is busy with; `total` is 0 where it is not known beforehand. */
export type Progress = (phase: 'files' | 'events' | 'questions' | 'rows', done: number, total: number) => void;

export interface VerifyOptions {
  readonly releaseDir: string;
  /** A folder of event files, or a stream of raw records (copies and records that are no events included). */
  readonly events: string | EventStream;
  /** 64 hexadecimal digits: BREWHOUSE_KEY. */
  readonly key: string;
  /** Check about so many rows in full, all others by what needs no rendering; default: every row. */
  readonly sample?: number;
  /** Where the tokenizer lies, when not where the recipe says. */
  readonly tokenizerPath?: string;
  readonly report?: Progress;
}

/**
 * Checks a release. Throws `not_found` and `release_broken` where there is no release to check, `key_missing` for another
 * key than the release's, `tokenizer_refused` for another tokenizer, `input_unreadable` where events cannot be read.
 * Everything else that is wrong is a fault of the certificate.
 */
export async function verifyRelease(options: VerifyOptions): Promise<Certificate> {
  const report = options.report ?? (() => undefined);
  const list = createFaultList();
  const release = await openRelease(options.releaseDir);
  const { manifest } = release;
  const pseudonyms = pseudonymsOf(options.key);
  if (pseudonyms.keyId !== manifest.key_id) {
    throw new BrewhouseError(
      'key_missing',
      `the release was made with key ${manifest.key_id}, this one is ${pseudonyms.keyId}`,
      {
        remedy: 'set BREWHOUSE_KEY to the key that the release was made with',
      },
    );
  }
  report('files', 0, manifest.files.length);
  const whole = await checkFiles(release, list);
  checkDerived(release, list);
  const tokenizer = loadReferenceTokenizer(manifest.identity, options.tokenizerPath);
  try {
    const world = await worldOf(options, manifest.identity, tokenizer);
    checkLabelTables(release, world, list);
    const sums = await checkContents({ release, world, list, pseudonyms, whole, options, report });
    return certificateOf({
      manifestSha256: release.manifestSha256,
      ...sums,
      list,
      assumed: manifest.assumed,
      itemsWithoutTime: countUntimed(world, manifest.items_without_time, list),
    });
  } finally {
    await tokenizer.close();
  }
}

/** On its own, so that the events as they were read do not stay in memory beside the world. */
async function worldOf(
  { events, report = () => undefined }: VerifyOptions,
  identity: CorpusIdentity,
  tokenizer: ReferenceTokenizer,
): Promise<World> {
  const stream = typeof events === 'string' ? eventsOfFolder(events) : events;
  return buildWorld(await deduplicate(stream(), (done) => report('events', done, 0)), identity, tokenizer);
}

interface Contents {
  readonly release: OpenRelease;
  readonly world: World;
  readonly list: FaultList;
  readonly pseudonyms: ReturnType<typeof pseudonymsOf>;
  /** Whether all files are there as the manifest has them. */
  readonly whole: boolean;
  readonly options: VerifyOptions;
  readonly report: Progress;
}

async function checkContents(contents: Contents): Promise<CheckedShare> {
  const { release, world, list, pseudonyms, options, report } = contents;
  const rules: ReleaseRules = {
    section: release.manifest.release as unknown as ReleaseSection,
    until: release.manifest.until,
  };
  const corpusUntil = release.lineage?.corpus_until ?? Number.POSITIVE_INFINITY;
  const expectation = expectRows(world, pseudonyms, rules, {
    corpusUntil: Math.max(corpusUntil, rules.until),
    report: (done, total) => report('questions', done, total),
  });
  checkLineage(release, expectation, list);
  const checked = await checkRows({
    ...{ release, world, list, pseudonyms, expectation, rules },
    sample: options.sample,
    report: (done, total) => report('rows', done, total),
  });
  checkSelection({
    ...{ world, release, rules, expectation, list, present: checked.present },
    tokensOf: (row) => tokensOf(world, row),
  });
  if (contents.whole) {
    await checkIndex(release, checked.places, list);
    await checkReleaseId(release, checked.digests, list);
  }
  const { rows, tokens, every, total } = checked;
  return { rows, tokens, sample: options.sample === undefined ? undefined : { every, total } };
}

/** Tokens of a row that the release does not hold. */
function tokensOf(world: World, row: ExpectedRow): number {
  if (row.tokens === undefined) {
    const template = world.identity.templates.find(
      ({ id, form }) => id === row.templateId && form === row.question.task.form,
    );
    row.tokens = referenceRow(world, row.question, template!, row.variant).ids.length;
  }
  return row.tokens;
}

/** The lineage's ledger of questions, as of how far the corpus was built. */
function checkLineage({ lineage, manifestSha256 }: OpenRelease, expectation: Expectation, list: FaultList): void {
  if (lineage === undefined) return;
  if (lineage.manifest_sha256 !== manifestSha256) list.add('manifest', {}, 'lineage.json names another manifest');
  compareCounts('questions', flatCounts(lineage.questions), flatCounts(expectation.questions), list);
  const after = [...expectation.rows.values()].filter(({ end }) => end === 'after_until').length;
  compareCounts('lineage', { after_until: lineage.after_until }, { after_until: after }, list);
}

function flatCounts(counts: Record<string, Record<string, Record<string, number>>>): Record<string, number> {
  const flat: Record<string, number> = {};
  for (const [task, byFate] of Object.entries(counts)) {
    for (const [fate, byLabel] of Object.entries(byFate)) {
      for (const [label, count] of Object.entries(byLabel)) flat[`${task} ${fate} ${label}`] = count;
    }
  }
  return flat;
}

/** Items none of whose versions has a time. */
function countUntimed(world: World, told: number, list: FaultList): number {
  let count = 0;
  for (const versions of world.items.values()) if (versions.every(({ at }) => at === TIME_UNKNOWN)) count++;
  if (count !== told) list.add('manifest', {}, `${told} items without time instead of ${count}`);
  return count;
}
