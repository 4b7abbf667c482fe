/**
 * A release written anew with a fault in its files: same writers, and hashes, counts, index and
 * manifest as they would be.
 */
import { createHash } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '../../schemas/canonical-json.ts';
import type { StoredRow } from '../../schemas/columns.ts';
import type { ReleaseId, Sha256 } from '../../schemas/ids.ts';
import type { Split } from '../../schemas/ledger.ts';
import type { Lineage, Manifest, ReleaseFile } from '../../schemas/manifest.ts';
import { EXAMPLE_INDEX, type ORIGIN, type SIDECAR } from '../../schemas/rows.ts';
import { openDirectoryStore } from '../../src/adapters/filesystem/directory-store.ts';
import { openMemoryScratch } from '../../src/adapters/memory/memory-scratch.ts';
import { HF, IGNORE_INDEX } from '../../src/profiles/hf.ts';
import { writeShards } from '../../src/release/shards.ts';
import type { ShuffledRow, ShuffledRows } from '../../src/release/shuffle.ts';
import { openParquet } from '../../src/shard/parquet-reader.ts';
import { createParquetWriter } from '../../src/shard/parquet-writer.ts';
import { columnSpecs, storedColumns } from '../../src/shard/records.ts';
import { readParquet } from '../integration/brewhouse.ts';

export interface IndexEntry {
  readonly example_id: string;
  readonly split: string;
  readonly shard: number;
  readonly row_group: number;
  readonly row: number;
}

export interface Tampering {
  /** Rows in order of split, then place. */
  readonly rows?: (rows: ShuffledRow[]) => ShuffledRow[];
  readonly exampleIndex?: (entries: IndexEntry[]) => IndexEntry[];
}

/** Facts of a token file that its own rows decide. */
const OWN_FACTS = ['huggingface', 'split', 'rows', 'tokens', 'loss_tokens'];

/** Writes release `from` of a lake once more as `to`; returns its folder. */
export async function tamper(
  lake: string,
  from: string,
  to: string,
  { rows, exampleIndex }: Tampering,
): Promise<string> {
  const [source, target] = [join(lake, 'releases', from), join(lake, 'releases', to)];
  const manifest = JSON.parse(readFileSync(join(source, 'manifest.json'), 'utf8')) as Manifest;
  const data = manifest.files.filter(({ kind }) => kind === 'data');
  const kept: ShuffledRow[] = [];
  for (const { path } of data) kept.push(...(await rowsOf(source, path)));
  const changed = rows === undefined ? kept : rows(kept);
  const files = await writeShards({
    store: openDirectoryStore(lake),
    folder: `releases/${to}`,
    shuffled: shuffled(changed),
    scratch: openMemoryScratch(),
    profile: HF,
    trainShards: data.filter(({ split }) => split === 'train').length,
    facts: await factsOf(join(source, data[0]!.path)),
  });
  if (exampleIndex !== undefined) {
    const index = files.findIndex(({ path }) => path === 'index/examples.parquet');
    files[index] = await rewriteIndex(target, files[index]!, exampleIndex);
  }
  const card = manifest.files.filter(({ kind }) => kind === 'card');
  for (const { path } of card) cpSync(join(source, path), join(target, path));
  publish(source, target, { ...manifest, id: to as ReleaseId, splits: totals(files), files: [...files, ...card] });
  return target;
}

async function rowsOf(release: string, path: string): Promise<ShuffledRow[]> {
  const read = (kind: string) => readParquet(join(release, path.replace(/^data/, kind)));
  const [tokens, metas, origins] = [await read('data'), await read('meta'), await read('origin')];
  return tokens.map((row, i) => {
    const meta = plainNumbers(metas[i]!) as unknown as StoredRow<typeof SIDECAR>;
    const origin = origins[i] as unknown as StoredRow<typeof ORIGIN>;
    const labels = Array.from(row.labels as Iterable<bigint>, Number);
    return {
      split: meta.split as Split,
      ids: Int32Array.from(row.input_ids as Iterable<number>),
      spans: Int32Array.of(
        labels.findIndex((label) => label !== IGNORE_INDEX),
        labels.length,
      ),
      meta,
      origin: { ...origin, to: Int32Array.from(origin.to) },
    };
  });
}

function plainNumbers(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
  );
}

function shuffled(rows: readonly ShuffledRow[]): ShuffledRows {
  const counts: Partial<Record<Split, number>> = {};
  const tokens: Partial<Record<Split, number>> = {};
  for (const { split, ids } of rows) {
    counts[split] = (counts[split] ?? 0) + 1;
    tokens[split] = (tokens[split] ?? 0) + ids.length;
  }
  return {
    *rows() {
      yield* rows;
    },
    ...{ counts, tokens, digest: '', close: () => undefined },
  };
}

async function factsOf(file: string): Promise<Record<string, string>> {
  const bytes = readFileSync(file);
  const { keyValues } = await openParquet({ size: bytes.length, read: async (from, to) => bytes.subarray(from, to) });
  return Object.fromEntries(Object.entries(keyValues).filter(([name]) => !OWN_FACTS.includes(name)));
}

async function rewriteIndex(
  release: string,
  file: ReleaseFile,
  change: (entries: IndexEntry[]) => IndexEntry[],
): Promise<ReleaseFile> {
  const entries = change((await readParquet(join(release, file.path))) as unknown as IndexEntry[]);
  const chunks: Uint8Array[] = [];
  const columns = columnSpecs(EXAMPLE_INDEX);
  const writer = createParquetWriter({ columns, keyValues: {}, write: (chunk) => chunks.push(chunk.slice()) });
  writer.writeRowGroup(storedColumns(EXAMPLE_INDEX, entries), entries.length);
  writer.finish();
  const bytes = Buffer.concat(chunks);
  writeFileSync(join(release, file.path), bytes);
  return { ...file, rows: entries.length, bytes: bytes.length, sha256: sha256(bytes) };
}

/** Manifest and lineage: everything that counts or names the rows says what they are now. */
function publish(source: string, target: string, manifest: Manifest): void {
  const text = canonicalJson(manifest);
  const lineage = JSON.parse(readFileSync(join(source, 'lineage.json'), 'utf8')) as Lineage;
  writeFileSync(join(target, 'manifest.json'), text);
  writeFileSync(join(target, 'lineage.json'), canonicalJson({ ...lineage, manifest_sha256: sha256(text) }));
}

function totals(files: readonly ReleaseFile[]): Manifest['splits'] {
  const splits: Manifest['splits'] = {};
  for (const { kind, split, rows, tokens, loss_tokens } of files) {
    if (kind !== 'data') continue;
    const sum = splits[split] ?? { rows: 0, tokens: 0, loss_tokens: 0 };
    splits[split] = {
      rows: sum.rows + rows,
      tokens: sum.tokens + tokens,
      loss_tokens: sum.loss_tokens + loss_tokens,
    };
  }
  return splits;
}

function sha256(bytes: Uint8Array | string): Sha256 {
  return createHash('sha256').update(bytes).digest('hex') as Sha256;
}
