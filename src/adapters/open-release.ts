/** From where a release is said to lie to its rows, and to the lake around it. */
import { realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Manifest } from '../../schemas/manifest.ts';
import { PROCESS_EFFECTS } from '../effects.ts';
import { openLake } from '../lake/lake.ts';
import { readLakeFile } from '../lake/lake-file.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import { type Mask, maskOf, NOBODY_MASKED } from '../release/masked-members.ts';
import { type PseudonymKey, parsePseudonymKey } from '../release/pseudonyms.ts';
import { type ReleaseReader, readRelease } from '../release/release-reader.ts';
import { orNull } from './filesystem/file-errors.ts';
import { isOnS3, keyFileBeside, openStore } from './open-store.ts';

/**
 * Opens the release in a folder, or at `s3://BUCKET/FOLDER`. In `releases/` of a lake the rows of
 * members whom that lake has erased since are masked. Throws `usage` for what is neither,
 * `not_found`, `release_broken`, as `maskOf`, and as a store does.
 */
export async function openRelease(location: string, effects = PROCESS_EFFECTS): Promise<ReleaseReader> {
  const store = openStore(location, effects);
  return readRelease(store, (manifest) => maskIn(location, { store, manifest }, effects));
}

async function maskIn(
  location: string,
  release: { readonly store: ObjectStore; readonly manifest: Manifest },
  effects: typeof PROCESS_EFFECTS,
): Promise<Mask> {
  const lakeAt = await lakeAround(location);
  const store = lakeAt === undefined ? undefined : openStore(lakeAt, effects);
  if (lakeAt === undefined || store === undefined || (await readLakeFile(store)) === null) return NOBODY_MASKED;
  return maskOf(await openLake(store, effects), { ...release, key: () => knownKey(lakeAt) });
}

/**
 * Where the lake lies whose `releases/` the location is in, whatever links lead there; undefined
 * where there is no such folder.
 */
async function lakeAround(location: string): Promise<string | undefined> {
  const path = isOnS3(location)
    ? location.replace(/\/+$/, '')
    : await orNull('read', location, (path) => realpath(path));
  if (path === null) return undefined;
  const above = isOnS3(path) ? path.slice(0, path.lastIndexOf('/')) : dirname(path);
  if (basename(above) !== 'releases') return undefined;
  return isOnS3(above) ? above.slice(0, above.lastIndexOf('/')) : dirname(above);
}

/** The key of the environment, else that beside the lake; undefined where there is neither. */
async function knownKey(lakeAt: string): Promise<PseudonymKey | undefined> {
  const { BREWHOUSE_KEY: text } = process.env;
  if (text !== undefined && text !== '') return parsePseudonymKey(text, 'BREWHOUSE_KEY');
  const file = keyFileBeside(lakeAt);
  const found = (await file?.read()) ?? null;
  return file === undefined || found === null ? undefined : parsePseudonymKey(found, file.name);
}
