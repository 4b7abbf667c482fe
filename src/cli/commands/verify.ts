/** `brewhouse verify`: the independent checker; writes the certificate beside the manifest. */
import { basename, dirname, resolve } from 'node:path';
import { pinnedParts } from '../../../pipelines/pinned-parts.ts';
import { canonicalJson } from '../../../schemas/canonical-json.ts';
import type { Certificate } from '../../../schemas/manifest.ts';
import { openCertificate } from '../../adapters/certificate-file.ts';
import { eventsAt, openReader, releaseAt } from '../../adapters/checker-reader.ts';
import { openKeyFile } from '../../adapters/filesystem/key-file.ts';
import { refuseErased } from '../../adapters/open-release.ts';
import { isOnS3, openStore } from '../../adapters/open-store.ts';
import { entriesOf } from '../../checked.ts';
import { sha256Hex } from '../../content-hash.ts';
import type { Effects } from '../../effects.ts';
import { BrewhouseError, EXIT, quotedName } from '../../errors.ts';
import { grouped } from '../../grouped.ts';
import { openLake } from '../../lake/lake.ts';
import { noRelease } from '../../release/read-manifest.ts';
import { isNamed } from '../../verify/reader.ts';
import { type VerifyOptions, verifyRelease } from '../../verify/verify-release.ts';
import type { Outcome } from '../command.ts';
import type { CallOf } from '../command-table.ts';
import { peakMemory, table } from '../plain-text.ts';
import { verifyLake } from '../verify-lake.ts';

/**
 * Exits 1 where a row is wrong, or a lake. Throws `usage`, `not_found`, and as `verifyRelease` and
 * `verifyLake` do.
 */
export async function run({ flags, args: [release] }: CallOf<'verify'>, effects: Effects): Promise<Outcome> {
  if (release === undefined) return verifyLake(flags, effects);
  const { sample, since, tokenizer, recipe, domain } = flags;
  const at = releaseAt(release);
  const files = openReader(at);
  // Before the key, which lies beside a lake that is not there either.
  if (!(await isNamed(files, 'manifest.json'))) throw noRelease(release);
  await refuseErased(release, flags.lake, effects);
  const pinned = await pinnedParts(files, { recipe, domain });
  const checked = { ...(await eventsOf(flags, effects)), release: at, key: await releaseKey(release), pinned };
  const sampled = sample === undefined ? {} : { sample };
  const found = { ...(tokenizer && { tokenizerPath: tokenizer }), ...(since && { since }) };
  return verify({ ...checked, ...sampled, ...found }, effects);
}

async function eventsOf(
  { events, lake, source }: CallOf<'verify'>['flags'],
  effects: Effects,
): Promise<Pick<VerifyOptions, 'events' | 'eventSide' | 'sourceFile'>> {
  if (events !== undefined && lake === undefined)
    return { events: eventsAt(events), ...(source === undefined ? {} : { sourceFile: sourceAt(source) }) };
  if (lake !== undefined && events === undefined) {
    if (source !== undefined) throw sourceOfLake();
    const opened = await openLake(openStore(lake, effects), effects);
    return {
      events: opened.events,
      eventSide: { source: opened.source, dead_rows: opened.deadRows, dead_rows_in: 'lake.json' },
    };
  }
  throw new BrewhouseError('usage', 'verify needs the events: either --events DIR or --lake LAKE', {
    remedy: 'name the folder that the release was built from, or the lake',
  });
}

function sourceAt(source: string): NonNullable<VerifyOptions['sourceFile']> {
  return { at: eventsAt(dirname(source)), name: basename(source) };
}

function sourceOfLake(): BrewhouseError {
  return new BrewhouseError('usage', '--source goes with --events: a lake keeps what its source said', {
    remedy: 'leave it out, or name the events in place of the lake',
  });
}

/**
 * Checks a release and leaves the certificate beside its manifest; `sentence` is that of the
 * certificate. Throws as `verifyRelease` does.
 */
export async function verify(
  options: VerifyOptions,
  { observe, signal }: Effects,
): Promise<Outcome & { readonly sentence: string }> {
  const beside = openCertificate(options.release.location);
  beside.removeHalf();
  const certificate = await verifyRelease({
    ...options,
    report: (unit, done, total) => {
      signal.throwIfAborted();
      observe({ kind: 'progress', step: `verifying ${unit}`, done, total, rate: { count: done, unit } });
    },
  });
  const text = canonicalJson(certificate);
  // A release that nobody may write to can be verified all the same.
  await beside.write(text).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    observe({ kind: 'warning', message: `the certificate could not be written to ${beside.path}: ${why}` });
  });
  return {
    exit: certificate.ok ? EXIT.done : EXIT.fault,
    result: verifyResult(certificate, sha256Hex(text)),
    text: verifyTable(certificate),
    sentence: certificate.sentence,
  };
}

/**
 * The key of the environment, else the key file beside the lake that the release lies in; beside a
 * lake on S3 there is none.
 */
async function releaseKey(release: string): Promise<string> {
  const { BREWHOUSE_KEY: text } = process.env;
  if (text !== undefined && text !== '') return text.trim();
  if (isOnS3(release)) throw keyMissing('set BREWHOUSE_KEY to the key that the release was made with');
  const folder = dirname(resolve(release));
  const file = openKeyFile(dirname(folder));
  const found = await file.read();
  if (found !== null) return found.trim();
  // A release that was copied elsewhere has no lake, whose key could be missing.
  const isInLake = basename(folder) === 'releases';
  throw keyMissing(
    `set BREWHOUSE_KEY to the key that the release was made with, or ${
      isInLake ? `bring back ${file.name}` : 'verify it in releases/ of its lake, which has the key file beside it'
    }`,
  );
}

function keyMissing(remedy: string): BrewhouseError {
  return new BrewhouseError('key_missing', 'the release holds pseudonyms, and their key is not known', { remedy });
}

function verifyResult(certificate: Certificate, certificateSha256: string): object {
  const { ok, rows_checked, tokens_checked, faults, fault_counts, checks, sampled, sentence } = certificate;
  const { events_sha256, taken_on_word, latest_close_ms, dead_rows, dead_rows_in } = certificate;
  return {
    ok,
    rows_checked,
    tokens_checked,
    faults,
    certificate_sha256: certificateSha256,
    events_sha256,
    taken_on_word,
    dead_rows,
    dead_rows_in,
    latest_close_ms,
    fault_counts,
    checks,
    sampled,
    sentence,
    peak_memory_bytes: peakMemory().bytes,
  };
}

function verifyTable(certificate: Certificate): string {
  const { checks, fault_counts: counts, faults, assumed, dated, sampled, taken_on_word: word } = certificate;
  const lines = [
    table([
      ['check', 'looked at', 'faults'],
      ...Object.entries(checks).map(([check, looked]) => [check, grouped(looked), grouped(counts[check] ?? 0)]),
    ]),
    ...faults.slice(0, FAULTS_LISTED_MAX).map(({ check, rule, split, row, detail }) => {
      const where = split === '' ? '' : ` ${split} row ${row}`;
      return `  ${check}${where}: ${inOneLine(detail)}${rule.length === 0 ? '' : ` (${rule.join(', ')})`}`;
    }),
    ...(faults.length > FAULTS_LISTED_MAX ? [`  and ${grouped(faults.length - FAULTS_LISTED_MAX)} more`] : []),
    ...assumed.map(({ type, attribute, because }) => inOneLine(`  assumed ${type}.${attribute}: ${because}`)),
    ...dated.map(({ by, because }) => inOneLine(`  dated by ${by}: ${because}`)),
    ...deadLines(certificate),
    `${grouped(certificate.rows_checked)} rows and ${grouped(certificate.tokens_checked)} tokens checked` +
      (sampled ? ' (a sample)' : ''),
    `questions close at most ${grouped(certificate.latest_close_ms)} ms after their label window`,
    ...(word.length === 0 ? [] : [`taken on the release's own word: ${word.join(', ')}`]),
    `peak memory ${peakMemory().text}`,
    `${certificate.ok ? 'verified' : 'FAULTS FOUND'}: ${certificate.sentence}`,
  ];
  return lines.join('\n');
}

/** Rows of tables that became no event, and the file that says which. */
function deadLines({ dead_rows: dead, dead_rows_in: file }: Certificate): string[] {
  const reasons = entriesOf(dead).map(([reason, count]) => `${reason} ${grouped(count)}`);
  return reasons.length === 0 ? [] : [`rows of tables that became no event, by ${file}: ${reasons.join(', ')}`];
}

/** What a release or a source says orders no terminal about, and looks like no line of ours. */
function inOneLine(text: string): string {
  return quotedName(text, LETTERS_MAX);
}

/** The certificate has the whole text. */
const LETTERS_MAX = 2_000;
/** More than a screen of faults helps nobody; the certificate holds them. */
const FAULTS_LISTED_MAX = 20;
