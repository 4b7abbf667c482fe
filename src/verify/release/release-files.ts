/**
 * The files of a release: what the manifest names, what lies there, and the three files of each
 * shard.
 */
import { createHash, hash } from 'node:crypto';
import { BrewhouseError } from '../../errors.ts';
import { certificateFlaw } from '../certificate-form.ts';
import type { FaultList, RuleId } from '../fault-list.ts';
import { chunksOf, flawOf, isNamed, isOfStore, type OpenFile, type Reader, readWhole, withFile } from '../reader.ts';
import { compareBytes } from '../world/draws.ts';
import { canonicalJson } from './canonical-json.ts';
import { type Lineage, readLineage } from './lineage.ts';
import {
  type Manifest,
  type ReadManifest,
  type ReleaseFile,
  readManifest,
  SPLITS,
  TABLES,
  tableOf,
} from './manifest.ts';

/** A release whose manifest is read. */
export interface OpenRelease extends ReadManifest {
  readonly files: Reader;
  readonly manifestSha256: string;
  /** Whether the manifest is written as canonical JSON. */
  readonly isCanonical: boolean;
}

/** Token, sidecar and origin file of one shard. */
export type ShardFiles = ReturnType<typeof shardsOf>[number];

/**
 * Reads the manifest. Throws `not_found` where there is none, `release_broken` where it is not one.
 */
export async function openRelease(files: Reader): Promise<OpenRelease> {
  const file = files.pathOf('manifest.json');
  const bytes = await readWhole(files, 'manifest.json');
  if (bytes === undefined) {
    // A pipe, or a link.
    throw (await isNamed(files, 'manifest.json'))
      ? new BrewhouseError('release_broken', 'manifest.json is no file', { place: { file } })
      : new BrewhouseError('not_found', 'no release: manifest.json is missing', { place: { file } });
  }
  try {
    const json: unknown = JSON.parse(bytes.toString('utf8'));
    const manifestSha256 = hash('sha256', bytes);
    return { ...{ files, manifestSha256, isCanonical: isCanonical(bytes, json) }, ...readManifest(json) };
  } catch (cause) {
    if (cause instanceof BrewhouseError) throw cause;
    throw new BrewhouseError('release_broken', 'the file is no JSON', { place: { file }, cause });
  }
}

function isCanonical(bytes: Buffer, json: unknown): boolean {
  return Buffer.from(canonicalJson(json)).equals(bytes);
}

/** The shards in order of split and number, from the names `data/SPLIT-NNNNN-of-NNNNN.parquet`. */
export function shardsOf({ manifest }: ReadManifest) {
  const byPath = new Map(manifest.files.map((file) => [file.path, file]));
  const shards = manifest.files
    .filter(({ kind }) => kind === 'data')
    .map((data) => ({
      split: data.split,
      shard: Number(/-(\d{5})-of-\d{5}\.parquet$/.exec(data.path)?.[1] ?? 0),
      data,
      meta: byPath.get(data.path.replace(/^data\//, 'meta/')),
      origin: byPath.get(data.path.replace(/^data\//, 'origin/')),
    }));
  return shards.sort((a, b) => (a.split < b.split ? -1 : a.split > b.split ? 1 : a.shard - b.shard));
}

/**
 * Files are there, as the manifest has them, and no others (PUBLISH-2); names count the shards
 * (RELEASE-4). Returns whether those that it names are so.
 */
export async function checkFiles(release: OpenRelease, list: FaultList): Promise<boolean> {
  const { files, manifest, isCanonical: canonical } = release;
  let whole = true;
  const wrong = (detail: string, ...rule: RuleId[]) =>
    list.add({}, { check: 'manifest', rule: [...rule, 'PUBLISH-2'], detail });
  const broken = (detail: string, ...rule: RuleId[]) => {
    whole = false;
    wrong(detail, ...rule);
  };
  if (!canonical)
    list.add({}, { check: 'manifest', rule: ['PUBLISH-3', 'NAME-1'], detail: 'manifest.json is no canonical JSON' });
  for (const what of wrongPaths(manifest)) broken(what, 'RELEASE-4');
  for (const what of wrongCounts(manifest)) broken(what, 'LEDGER-2');
  for (const what of await strays(release)) wrong(what);
  for (const file of manifest.files) {
    list.look('manifest');
    const found = await withFile(files, file.path, hashOf).catch(flawOf);
    if (found === undefined) broken(`${file.path} is missing`);
    else if (typeof found === 'string') broken(`${file.path} cannot be read: ${found}`);
    else if (found.bytes !== file.bytes) broken(`${file.path} has ${found.bytes} bytes instead of ${file.bytes}`);
    else if (found.sha256 !== file.sha256) broken(`${file.path} has sha256 ${found.sha256} instead of ${file.sha256}`);
  }
  return whole;
}

/** What has changed since the release that an increment goes on from (INCREMENT-3). */
export const CHANGES = 'changes.parquet';

/** Paths that are not those that there should be, in order, and kinds that a path does not say. */
function wrongPaths({ files, since }: Manifest): string[] {
  const wrongKinds = files.flatMap(({ path, kind, split }) => {
    const beside = path === CHANGES ? 'changes' : 'card';
    const [, folder = beside, , own = ''] = /^(\w+)\/((\w+)-\d)?/.exec(path) ?? [];
    const wanted = tableOf(path) === undefined ? own : '';
    return kind === folder && split === wanted
      ? []
      : [`${path} is called a file of ${kind} and of the split "${split}"`];
  });
  const shards = SPLITS.flatMap((split) =>
    namesOf(split, files.filter((file) => file.kind === 'data' && file.split === split).length),
  );
  const tables = TABLES.flatMap((table) => namesOf(table, files.filter(({ path }) => tableOf(path) === table).length));
  const paths = [
    ...shards.flatMap((name) => [`data/${name}`, `meta/${name}`, `origin/${name}`]),
    ...tables.map((name) => `origin/${name}`),
    ...['index/examples.parquet', 'index/members.parquet', ...(since === undefined ? [] : [CHANGES]), 'README.md'],
  ];
  const index = Array.from({ length: Math.max(paths.length, files.length) }, (_, i) => i).find(
    (i) => paths[i] !== files[i]?.path,
  );
  if (index === undefined) return wrongKinds;
  const there = `${files[index]?.path ?? 'nothing'} instead of ${paths[index] ?? 'nothing'}`;
  return [...wrongKinds, `the files of the manifest are others, or in another order: ${there}`];
}

/** The names of so many files. */
function namesOf(name: string, count: number): string[] {
  const number = (one: number) => String(one).padStart(5, '0');
  return Array.from({ length: count }, (_, file) => `${name}-${number(file)}-of-${number(count)}.parquet`);
}

/** Rows of each file of a table but the last (ORIGIN-6). */
const TABLE_ROWS = 2_097_152;

/** Rows of files that lie beside others, and tokens where there are none. */
function wrongCounts({ files, since }: Manifest): string[] {
  const data = new Map(files.flatMap((file) => (file.kind === 'data' ? [[file.path, file.rows]] : [])));
  const total = [...data.values()].reduce((sum, rows) => sum + rows, 0);
  const rowsOf = ({ kind, path, rows }: ReleaseFile) => {
    if (kind === 'index') return total;
    if (kind === 'changes') return (since?.changes.removed ?? 0) + (since?.changes.replaced ?? 0);
    if (tableOf(path) !== undefined) return isLast(path) ? Math.min(Math.max(rows, 1), TABLE_ROWS) : TABLE_ROWS;
    return kind === 'card' ? 0 : kind === 'data' ? rows : data.get(path.replace(/^\w+/, 'data'));
  };
  return files.flatMap((file) => {
    const { path, rows, tokens, loss_tokens: supervised } = file;
    const wrong = rows === rowsOf(file) ? [] : [`${path} has ${rows} rows instead of ${rowsOf(file)}`];
    return file.kind === 'data' || tokens + supervised === 0 ? wrong : [...wrong, `${path} has no tokens to count`];
  });
}

/** Whether a file is the last of its name. */
function isLast(path: string): boolean {
  const [, file, count] = /-(\d{5})-of-(\d{5})\.parquet$/.exec(path) ?? [];
  return Number(file) + 1 === Number(count);
}

/** The files beside those that the manifest names: lineage and certificate. */
const BESIDE = ['manifest.json', 'lineage.json', 'certificate.json'];

/** What lies in a release and is none of its files. */
async function strays({ files, manifest, manifestSha256 }: OpenRelease): Promise<string[]> {
  const named = new Set([...BESIDE, ...manifest.files.map(({ path }) => path)]);
  const folders = new Set(
    manifest.files.flatMap(({ path }) => (path.includes('/') ? [path.slice(0, path.indexOf('/'))] : [])),
  );
  const wrong: string[] = [];
  const list = async (folder: string) => {
    try {
      return (await files.list(folder)).names.sort((a, b) => compareBytes(a.name, b.name));
    } catch (error) {
      wrong.push(`a folder cannot be read: ${flawOf(error)}`);
      return [];
    }
  };
  for (const { name, kind } of await list('')) {
    if (folders.has(name) && kind === 'folder') {
      for (const inner of await list(`${name}/`))
        if (!named.has(`${name}/${inner.name}`) || inner.kind !== 'file')
          wrong.push(`${name}/${inner.name} is no file of the release`);
    } else if (!named.has(name) || kind !== 'file') wrong.push(`${name} is no file of the release`);
  }
  const flaw = await certificateFlaw(files, manifestSha256);
  return flaw === undefined ? wrong : [...wrong, flaw];
}

/** The lineage; undefined, with a fault, where there is none that can be read (PUBLISH-7). */
export async function lineageOf({ files }: OpenRelease, list: FaultList): Promise<Lineage | undefined> {
  const wrong = (detail: string) => list.add({}, { check: 'manifest', rule: ['PUBLISH-7'], detail });
  list.look('manifest');
  try {
    const bytes = await readWhole(files, 'lineage.json');
    if (bytes === undefined) {
      wrong('lineage.json is missing');
      return undefined;
    }
    const json: unknown = JSON.parse(bytes.toString('utf8'));
    const lineage = readLineage(json);
    if (!isCanonical(bytes, json)) wrong('lineage.json is no canonical JSON');
    return lineage;
  } catch (error) {
    if (isOfStore(error)) throw error;
    const field = error instanceof BrewhouseError ? error.message : 'it is no JSON';
    wrong(`lineage.json cannot be read: ${field}`);
    return undefined;
  }
}

async function hashOf(file: OpenFile): Promise<{ bytes: number; sha256: string }> {
  const digest = createHash('sha256');
  let bytes = 0;
  for await (const chunk of chunksOf(file)(0)) {
    digest.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: digest.digest('hex') };
}
