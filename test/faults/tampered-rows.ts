/** Rows and columns of a tampered release, written anew by the builder's own writers. */
import { createHash, hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { StoredRow } from '../../schemas/columns.ts';
import type { Split } from '../../schemas/ledger.ts';
import type { Manifest, ReleaseFile } from '../../schemas/manifest.ts';
import { openDirectoryStore } from '../../src/adapters/filesystem/directory-store.ts';
import { openMemoryScratch } from '../../src/adapters/memory/memory-scratch.ts';
import { HF, IGNORE_INDEX } from '../../src/profiles/hf.ts';
import type { ToldRow } from '../../src/release/card/card.ts';
import { chooseCardRow } from '../../src/release/card/card-row.ts';
import { createRowJoiner } from '../../src/release/join-rows.ts';
import { createRowPacker, type TakenRow } from '../../src/release/packed-rows.ts';
import { writeShards } from '../../src/release/shards.ts';
import type { ShuffledRows } from '../../src/release/shuffle.ts';
import { readTokenTable, writeTokenTable } from '../../src/release/token-table.ts';
import type { ColumnChunk, ColumnSpec } from '../../src/shard/parquet-writer.ts';
import type { FileTable } from '../../src/shard/records.ts';
import type { LoadedTokenizer } from '../../src/tokenize/load-tokenizer.ts';
import { readParquet } from '../integration/read-parquet.ts';
import { openFile, writeFile } from '../shard/parquet-file.ts';
import {
  eventNumbers,
  numberedAnew,
  type Origin,
  type OriginTables,
  originTables,
  storedRows,
  tablesUnderWay,
  writeStored,
} from './origin-tables.ts';
import type { TamperedRelease } from './tampered-release.ts';

/** Facts of a token file that its own rows decide. */
const OWN_FACTS = ['huggingface', 'split', 'rows', 'tokens', 'loss_tokens'];

/** A column of a file with its values in one row group. */
export interface FileColumn {
  readonly spec: ColumnSpec;
  readonly chunk: ColumnChunk;
}

/** A row of a release, its origins by number. */
export interface ReleasedRow extends Omit<TakenRow, 'origin'> {
  readonly origin: Origin;
  readonly split: Split;
  readonly ids: Int32Array;
}

/** The rows of a release in order of split, then place. */
export async function releasedRows(dir: string): Promise<ReleasedRow[]> {
  const { files } = JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8')) as Manifest;
  const rows: ReleasedRow[] = [];
  for (const { kind, path } of files) if (kind === 'data') rows.push(...(await rowsOf(dir, path)));
  return rows;
}

/** The digest of rows by which a release is named (RELEASE-6). */
export function digestOf(rows: readonly ReleasedRow[]): string {
  const sorted = rows.toSorted((a, b) => (a.meta.example_id < b.meta.example_id ? -1 : 1));
  const digest = createHash('sha256');
  for (const { meta, ids, spans } of sorted) {
    const words = Int32Array.from([spans.length / 2, ...spans, ...ids]);
    digest.update(meta.example_id).update(hash('sha256', words, 'buffer'));
  }
  return digest.digest('hex');
}

/** The row that the card of a release tells; ids that the tokenizer does not have are no text. */
export async function toldRowOf(dir: string, tokenizer: LoadedTokenizer): Promise<ToldRow | undefined> {
  const isToken = (id: number) => {
    try {
      return tokenizer.tokenText(id) !== undefined;
    } catch {
      return false;
    }
  };
  const rows = await releasedRows(dir);
  const chosen = chooseCardRow(packed(rows));
  if (chosen === undefined) return undefined;
  const { ids } = rows.filter(({ split }) => split === 'train')[chosen.row]!;
  return { ...chosen, ids, text: tokenizer.decode(ids.filter(isToken)) };
}

function* packed(rows: readonly ReleasedRow[]): Generator<Uint8Array> {
  const packer = createRowPacker();
  for (const row of rows) {
    const events = Int32Array.from(eventNumbers(row.origin));
    yield packer.pack(row.split, { ...row, origin: { ...row.origin, events } });
  }
}

/**
 * Writes the release with other rows: files, indexes, tables of what they still have, and what
 * counts them.
 */
export async function rewriteRows(
  release: TamperedRelease,
  change: (rows: ReleasedRow[]) => ReleasedRow[],
): Promise<void> {
  const { dir, manifest } = release;
  const changed = change(await releasedRows(dir));
  const { rows, tables } = numberedAnew(changed, await originTables(release));
  const [data, others] = [
    manifest.files.filter(({ kind }) => kind === 'data'),
    manifest.files.filter(({ kind }) => kind === 'card'),
  ];
  const facts = await factsOf(release.read(data[0]!.path));
  for (const { kind, path } of manifest.files) if (kind !== 'card') release.remove(path);
  const store = openDirectoryStore(dirname(dir));
  const shuffled = { ...shuffledRows(rows, tables), tables: tablesUnderWay(store, tables) };
  const tokens = readTokenTable(shuffled.tokenTable, shuffled.tokenFile);
  const joiner = createRowJoiner(HF, { tokens, numbers: shuffled.numbers });
  const files = await writeShards({
    ...{ store, shuffled },
    folder: basename(dir),
    scratch: openMemoryScratch(),
    joiner: { atOnce: 0, join: async (group) => joiner.join(group) },
    profile: HF,
    trainShards: data.filter(({ split }) => split === 'train').length,
    facts,
  });
  release.digest = digestOf(rows);
  release.hasOtherRows = true;
  manifest.files = [...files, ...others];
  manifest.splits = totals(files);
}

/** Changes the rows of a flat file of one row group; `more` are columns that it has beside. */
export async function rewriteTable<T extends FileTable>(
  release: TamperedRelease,
  { path, table }: { readonly path: string; readonly table: T },
  change: (rows: StoredRow<T>[]) => readonly StoredRow<T>[],
): Promise<void> {
  writeStored(release, { path, table }, change(await storedRows(release, { path, table })));
  release.hasOtherRows ||= path.startsWith('meta/train-');
}

/** Changes the columns of a file of one row group; footers keep their key-values. */
export async function rewriteColumns(
  release: TamperedRelease,
  path: string,
  change: (columns: FileColumn[], rows: number) => readonly FileColumn[],
): Promise<void> {
  const { columns, rows, keyValues } = await columnsOf(release.read(path));
  const changed = change(columns, rows);
  const chunks = changed.map(({ chunk }) => chunk);
  const specs = changed.map(({ spec }) => spec);
  release.write(path, writeFile(specs, [{ chunks, rows }], keyValues));
}

/** Writes a file of one row group in two, of which the first has `first` rows. */
export async function splitRowGroup(release: TamperedRelease, path: string, first: number): Promise<void> {
  const { columns, rows, keyValues } = await columnsOf(release.read(path));
  const part = (from: number, to: number) => ({
    chunks: columns.map(({ chunk }) => partOf(chunk, from, to)),
    rows: to - from,
  });
  const specs = columns.map(({ spec }) => spec);
  release.write(path, writeFile(specs, [part(0, first), part(first, rows)], keyValues));
}

async function columnsOf(bytes: Buffer) {
  const file = await openFile(bytes);
  const [group, ...more] = file.rowGroups;
  if (group === undefined || more.length > 0) throw new Error('the file has not one row group');
  const read = file.columns.map(async (spec): Promise<FileColumn> => {
    return { spec, chunk: await file.readColumn(0, spec.name) };
  });
  return { columns: await Promise.all(read), rows: group.rows, keyValues: { ...file.keyValues } };
}

function partOf(chunk: ColumnChunk, from: number, to: number): ColumnChunk {
  if ('offsets' in chunk) return { values: chunk.values, offsets: chunk.offsets.subarray(from, to + 1) };
  if ('constant' in chunk) return chunk;
  if ('dictionary' in chunk) return { dictionary: chunk.dictionary, indices: chunk.indices.subarray(from, to) };
  return chunk.slice(from, to);
}

async function rowsOf(release: string, path: string): Promise<ReleasedRow[]> {
  const read = (kind: string) => readParquet(join(release, path.replace(/^data/, kind)));
  const [tokens, metas, origins] = [await read('data'), await read('meta'), await read('origin')];
  return tokens.map((row, i) => {
    const meta = plainNumbers(metas[i]!) as unknown as ReleasedRow['meta'];
    const origin = plainNumbers(origins[i]!) as unknown as ReleasedRow['origin'];
    const labels = Array.from(row.labels as Iterable<bigint>, Number);
    return {
      split: meta.split as Split,
      ids: Int32Array.from(row.input_ids as Iterable<number>),
      spans: Int32Array.of(
        labels.findIndex((label) => label !== IGNORE_INDEX),
        labels.length,
      ),
      meta,
      origin: { ...origin, segments: Int32Array.from(origin.segments), events: Int32Array.from(origin.events) },
    };
  });
}

function plainNumbers(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
  );
}

function shuffledRows(rows: readonly ReleasedRow[], tables: OriginTables): Omit<ShuffledRows, 'tables'> {
  const counts: Partial<Record<Split, number>> = {};
  const tokens: Partial<Record<Split, number>> = {};
  for (const { split, ids } of rows) {
    counts[split] = (counts[split] ?? 0) + 1;
    tokens[split] = (tokens[split] ?? 0) + ids.length;
  }
  return {
    ...tokenTable(rows, tables),
    ...{ counts, tokens, digest: '', close: () => undefined },
    numbers: { segments: itself(tables.segments.length), events: itself(tables.events.length) },
    rows: () => packed(rows),
  };
}

/** Numbers that are the release's already. */
const itself = (size: number) => Uint32Array.from({ length: size }, (_, i) => i);

/** The ids that the rows have of each segment, which has so many tokens in every row. */
function tokenTable(rows: readonly ReleasedRow[], { segments }: OriginTables) {
  const table = writeTokenTable(openMemoryScratch());
  const ids: Int32Array[] = [];
  for (const { ids: own, origin } of rows) {
    let from = 0;
    for (const number of origin.segments) {
      const to = from + segments[number]!.tokens;
      ids[number] = own.subarray(from, to);
      from = to;
    }
  }
  for (const own of ids) table.add(own);
  const { table: finished, file } = table.finish();
  return { tokenTable: finished, tokenFile: file };
}

async function factsOf(bytes: Buffer): Promise<Record<string, string>> {
  const { keyValues } = await openFile(bytes);
  return Object.fromEntries(Object.entries(keyValues).filter(([name]) => !OWN_FACTS.includes(name)));
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
