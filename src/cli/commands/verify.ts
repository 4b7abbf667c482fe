/** `brewhouse verify`: the independent checker; writes the certificate beside the manifest and exits 1 where a row is wrong. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { lakeRecords } from '../../../pipelines/lake-records.ts';
import { canonicalJson } from '../../../schemas/canonical-json.ts';
import type { Certificate } from '../../../schemas/manifest.ts';
import { keyFileOf } from '../../adapters/filesystem/key-file.ts';
import { BrewhouseError, EXIT } from '../../errors.ts';
import { sha256Hex } from '../../lake/content-hash.ts';
import { verifyRelease } from '../../verify/verify-release.ts';
import type { OptionValues } from '../command.ts';
import { optionalText, wholeOf } from '../options.ts';
import { grouped, type Output, peakMemory, table } from '../output.ts';

export async function run(options: OptionValues, args: readonly string[], output: Output): Promise<number> {
  const releaseDir = args[0]!;
  const events = optionalText(options, 'events');
  const lake = optionalText(options, 'lake');
  if ((events === undefined) === (lake === undefined)) {
    throw new BrewhouseError('usage', 'verify needs the events: either --events DIR or --lake LAKE', {
      remedy: 'name the folder that the release was built from, or the lake',
    });
  }
  const sample = wholeOf(options, 'sample', 1);
  const tokenizerPath = optionalText(options, 'tokenizer');
  const certificate = await verifyRelease({
    releaseDir,
    events: events ?? lakeRecords(lake!),
    key: releaseKey(releaseDir, process.env.BREWHOUSE_KEY),
    ...(sample === undefined ? {} : { sample }),
    ...(tokenizerPath === undefined ? {} : { tokenizerPath }),
    report: (phase, done, total) => output.progress(`verifying ${phase}`, done, total, { count: done, unit: phase }),
  });
  output.settle();
  const text = canonicalJson(certificate);
  writeCertificate(join(releaseDir, 'certificate.json'), text, output);
  output.result(verifyResult(certificate, sha256Hex(text)));
  output.print(verifyTable(certificate));
  return certificate.ok ? EXIT.done : EXIT.fault;
}

/** The key of the environment, else the key file beside the lake that the release lies in. */
function releaseKey(releaseDir: string, text: string | undefined): string {
  if (text !== undefined && text !== '') return text.trim();
  const file = keyFileOf(dirname(dirname(resolve(releaseDir))));
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  throw new BrewhouseError('key_missing', 'the release holds pseudonyms, and their key is not known', {
    remedy: `set BREWHOUSE_KEY to the key that the release was made with (or bring back ${file})`,
  });
}

/** A release that lies on a read-only disk can be verified all the same. */
function writeCertificate(file: string, text: string, output: Output): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    output.warn(`the certificate could not be written to ${file}: ${(error as Error).message}`);
  }
}

function verifyResult(certificate: Certificate, certificateSha256: string): object {
  const { ok, rows_checked, tokens_checked, faults, fault_counts, checks, sampled, sentence } = certificate;
  return {
    ok,
    rows_checked,
    tokens_checked,
    faults,
    certificate_sha256: certificateSha256,
    fault_counts,
    checks,
    sampled,
    sentence,
    peak_memory_bytes: peakMemory().bytes,
  };
}

export function verifyTable(certificate: Certificate): string {
  const { checks, fault_counts: counts, faults, assumed, sampled } = certificate;
  const lines = [
    table([
      ['check', 'looked at', 'faults'],
      ...Object.entries(checks).map(([check, looked]) => [check, grouped(looked), grouped(counts[check] ?? 0)]),
    ]),
    ...faults
      .slice(0, FAULTS_SHOWN)
      .map(({ check, split, row, detail }) => `  ${check}${split === '' ? '' : ` ${split} row ${row}`}: ${detail}`),
    ...(faults.length > FAULTS_SHOWN ? [`  and ${grouped(faults.length - FAULTS_SHOWN)} more`] : []),
    ...assumed.map(({ type, attribute, because }) => `  assumed ${type}.${attribute}: ${because}`),
    `${grouped(certificate.rows_checked)} rows and ${grouped(certificate.tokens_checked)} tokens checked${sampled ? ' (a sample)' : ''}`,
    `peak memory ${peakMemory().text}`,
    `${certificate.ok ? 'verified' : 'FAULTS FOUND'}: ${certificate.sentence}`,
  ];
  return lines.join('\n');
}

/** More than a screen of faults helps nobody; the certificate holds them. */
const FAULTS_SHOWN = 20;
