/**
 * The files of a release: what the manifest names, what lies there, and the three files of each
 * shard.
 */
import { createHash, hash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BrewhouseError } from '../../errors.ts';
import type { FaultList, RuleId } from '../fault-list.ts';
import { type ReadManifest, readLineage, readManifest } from './manifest.ts';

/** A release whose manifest is read, and its lineage where it has one. */
export type OpenRelease = Awaited<ReturnType<typeof openRelease>>;

/** Token, sidecar and origin file of one shard. */
export type ShardFiles = ReturnType<typeof shardsOf>[number];

const FOLDERS = ['data', 'meta', 'origin', 'index'];

/**
 * Reads the manifest. Throws `not_found` where there is none, `release_broken` where it is not one.
 */
export async function openRelease(dir: string) {
  const file = join(dir, 'manifest.json');
  if (!existsSync(file))
    throw new BrewhouseError('not_found', 'no release: manifest.json is missing', { place: { file } });
  const bytes = await readFile(file);
  const lineage = join(dir, 'lineage.json');
  return {
    dir,
    manifestSha256: hash('sha256', bytes),
    ...readManifest(jsonOf(bytes, file)),
    lineage: existsSync(lineage) ? readLineage(jsonOf(await readFile(lineage), lineage)) : undefined,
  };
}

function jsonOf(bytes: Buffer, file: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new BrewhouseError('release_broken', 'the file is no JSON', { place: { file }, cause });
  }
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
 * Files are there, as the manifest has them, and no others; names count the shards (RELEASE-4).
 * Returns whether that is so.
 */
export async function checkFiles(release: OpenRelease, list: FaultList): Promise<boolean> {
  const { dir, manifest } = release;
  let whole = true;
  const wrong = (detail: string, ...rule: RuleId[]) => {
    whole = false;
    list.add({}, { check: 'manifest', rule, detail });
  };
  for (const file of manifest.files) {
    list.look('manifest');
    if (!existsSync(join(dir, file.path))) {
      wrong(`${file.path} is missing`);
      continue;
    }
    const { size } = await stat(join(dir, file.path));
    const sha256 = await hashFile(join(dir, file.path));
    if (size !== file.bytes) wrong(`${file.path} has ${size} bytes instead of ${file.bytes}`);
    else if (sha256 !== file.sha256) wrong(`${file.path} has sha256 ${sha256} instead of ${file.sha256}`);
  }
  const named = new Set(manifest.files.map(({ path }) => path));
  for (const path of await filesBelow(dir)) if (!named.has(path)) wrong(`${path} is not in the manifest`);
  for (const { split, data, meta, origin } of shardsOf(release)) {
    const count = manifest.files.filter((file) => file.kind === 'data' && file.split === split).length;
    if (!data.path.endsWith(`-of-${String(count).padStart(5, '0')}.parquet`))
      wrong(`${data.path}: there are ${count} shards`, 'RELEASE-4');
    for (const [kind, file] of [['meta', meta] as const, ['origin', origin] as const]) {
      if (file === undefined) wrong(`${data.path} has no file in ${kind}/`);
      else if (file.rows !== data.rows) wrong(`${file.path} has ${file.rows} rows, ${data.path} ${data.rows}`);
    }
  }
  return whole;
}

async function filesBelow(dir: string): Promise<string[]> {
  const found: string[] = [];
  for (const folder of FOLDERS) {
    if (!existsSync(join(dir, folder))) continue;
    for (const entry of await readdir(join(dir, folder), { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) found.push(join(entry.parentPath, entry.name).slice(join(dir, '/').length));
    }
  }
  return found.sort();
}

async function hashFile(path: string): Promise<string> {
  const digest = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) digest.update(chunk as Buffer);
  return digest.digest('hex');
}
