/**
 * What a release says, apart from how its files are written: digests by split of ids, labels,
 * sidecars and origins, read with hyparquet.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import { originsOf, type TellOrigin } from './told-origins.ts';

/** Counts and SHA-256 (first 16 digits) of one split, rows in the order in which they lie. */
export interface SplitContent {
  readonly rows: number;
  readonly tokens: number;
  readonly input_ids: string;
  readonly labels: string;
  /** All columns of the sidecar: example ids, pseudonyms, times, items, split, draws. */
  readonly meta: string;
  /**
   * What origins say once their numbers are looked up: role, event, version, field runs and level
   * of every segment, and the cut ledger.
   */
  readonly origin: string;
}

const GOLDEN = join(import.meta.dirname, '..', 'golden', 'releases.json');

/**
 * Content by split that the release `name` has under the law as RULES.md has it, as
 * test/golden/releases.json keeps it: the shipped recipes in full (pseudonym key of the demo), and
 * the smaller ones that `npm test` builds. undefined where none is kept. Where UPDATE_GOLDEN=1 says
 * so, `content` is kept under the name first.
 */
export function goldenContent(
  name: string,
  content: Record<string, SplitContent>,
): Record<string, SplitContent> | undefined {
  const kept = JSON.parse(readFileSync(GOLDEN, 'utf8')) as Record<string, Record<string, SplitContent>>;
  if (process.env.UPDATE_GOLDEN === '1') {
    kept[name] = content;
    writeFileSync(GOLDEN, `${JSON.stringify(kept, null, 2)}\n`);
  }
  return kept[name];
}

/** Content by split. Bound: one shard's columns, and the tables of the origins, in memory. */
export async function releaseContent(release: string): Promise<Record<string, SplitContent>> {
  const { splits } = JSON.parse(readFileSync(join(release, 'manifest.json'), 'utf8')) as { splits: object };
  const content: Record<string, SplitContent> = {};
  const tell = await originsOf(release);
  for (const split of Object.keys(splits).sort()) content[split] = await splitContent(release, split, tell);
  return content;
}

async function splitContent(release: string, split: string, tell: TellOrigin): Promise<SplitContent> {
  const hashes = { input_ids: createHash('sha256'), labels: createHash('sha256') };
  const total = { rows: 0, tokens: 0 };
  for (const file of shardsOf(release, 'data', split)) {
    await eachRow(file, (row) => {
      const ids = Array.from(row.input_ids as ArrayLike<number>, Number);
      hashes.input_ids.update(`${ids.join()}\n`);
      hashes.labels.update(`${Array.from(row.labels as ArrayLike<bigint>, Number).join()}\n`);
      total.rows++;
      total.tokens += ids.length;
    });
  }
  const beside = await besideDigests(release, split, tell);
  return { ...total, input_ids: digits(hashes.input_ids), labels: digits(hashes.labels), ...beside };
}

async function besideDigests(release: string, split: string, tell: TellOrigin) {
  const hashes = { meta: createHash('sha256'), origin: createHash('sha256') };
  const origins = shardsOf(release, 'origin', split);
  for (const [shard, file] of shardsOf(release, 'meta', split).entries()) {
    const metas: Record<string, unknown>[] = [];
    await eachRow(file, (row) => {
      hashes.meta.update(`${JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? Number(value) : value))}\n`);
      metas.push(row);
    });
    let at = 0;
    await eachRow(origins[shard]!, (row) => {
      hashes.origin.update(`${JSON.stringify(tell(row, metas[at++]!))}\n`);
    });
  }
  return { meta: digits(hashes.meta), origin: digits(hashes.origin) };
}

/** Files of one kind of one split; `split` is a pattern. */
export function shardsOf(release: string, kind: string, split: string): string[] {
  const folder = join(release, kind);
  const ofSplit = new RegExp(`^${split}-\\d{5}-of-\\d{5}\\.parquet$`);
  return readdirSync(folder)
    .filter((name) => ofSplit.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/** Rows read at once: a million tokens of the longest kind. */
const ROWS_AT_ONCE = 1_000;

/** Visits the rows of a Parquet file. Bound: ROWS_AT_ONCE rows. */
export async function eachRow(path: string, visit: (row: Record<string, unknown>) => void): Promise<void> {
  const bytes = readFileSync(path);
  const slice = (from: number, to = bytes.length) => new Uint8Array(bytes.subarray(from, to)).buffer;
  const file = { byteLength: bytes.length, slice };
  const compressors = { ZSTD: (input: Uint8Array) => new Uint8Array(zstdDecompressSync(input)) };
  for (let rowStart = 0; ; rowStart += ROWS_AT_ONCE) {
    const rows = await parquetReadObjects({ file, compressors, rowStart, rowEnd: rowStart + ROWS_AT_ONCE });
    rows.forEach(visit);
    if (rows.length < ROWS_AT_ONCE) return;
  }
}

function digits(hash: ReturnType<typeof createHash>): string {
  return hash.digest('hex').slice(0, 16);
}
