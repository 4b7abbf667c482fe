/** From where a release is said to lie to its rows, and to the lake around it. */
import { realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Manifest } from '../../schemas/manifest.ts';
import { type Effects, PROCESS_EFFECTS } from '../effects.ts';
import { BrewhouseError } from '../errors.ts';
import { openLake } from '../lake/lake.ts';
import { readLakeFile } from '../lake/lake-file.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import { type Mask, maskOf, NOBODY_MASKED, refuseMasked } from '../release/masked-members.ts';
import { type PseudonymKey, parsePseudonymKey } from '../release/pseudonyms.ts';
import { readManifest } from '../release/read-manifest.ts';
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
  return readRelease(store, async (manifest) => {
    const lakeAt = await lakeAround(location, effects);
    return maskIn(lakeAt, { store, manifest }, effects);
  });
}

/**
 * Throws `inputs_changed` as `refuseMasked` does, for the lake around the release or, where it lies
 * in none, for the one that is named; nothing where there is no lake, or no release that reads.
 * Throws as `maskOf`.
 */
export async function refuseErased(
  location: string,
  lakeNamed: string | undefined,
  effects = PROCESS_EFFECTS,
): Promise<void> {
  const store = openStore(location, effects);
  const manifest = await readManifest(store, '').catch(unlessBroken);
  if (manifest === null) return;
  const lakeAt = (await lakeAround(location, effects)) ?? lakeNamed;
  await refuseMasked(store, await maskIn(lakeAt, { store, manifest }, effects));
}

/** What is wrong with a release is for whoever verifies it to say. */
function unlessBroken(error: unknown): null {
  if (error instanceof BrewhouseError && error.code === 'release_broken') return null;
  throw error;
}

interface OpenedRelease {
  readonly store: ObjectStore;
  readonly manifest: Manifest;
}

async function maskIn(lakeAt: string | undefined, release: OpenedRelease, effects: Effects): Promise<Mask> {
  if (lakeAt === undefined) return NOBODY_MASKED;
  return maskOf(await openLake(openStore(lakeAt, effects), effects), { ...release, key: () => knownKey(lakeAt) });
}

/**
 * Where the lake lies whose `releases/` the location is in, whatever links lead there; undefined
 * where it is in none. Throws `lake_broken` where there is a lake of another version.
 */
async function lakeAround(location: string, effects: Effects): Promise<string | undefined> {
  const path = isOnS3(location)
    ? location.replace(/\/+$/, '')
    : await orNull('read', location, (path) => realpath(path));
  if (path === null) return undefined;
  const above = isOnS3(path) ? path.slice(0, path.lastIndexOf('/')) : dirname(path);
  if (basename(above) !== 'releases') return undefined;
  const lakeAt = isOnS3(above) ? above.slice(0, above.lastIndexOf('/')) : dirname(above);
  const isRoot = isOnS3(lakeAt) && basename(lakeAt) === '';
  return !isRoot && (await readLakeFile(openStore(lakeAt, effects))) !== null ? lakeAt : undefined;
}

/** The key of the environment, else that beside the lake; undefined where there is neither. */
async function knownKey(lakeAt: string): Promise<PseudonymKey | undefined> {
  const { BREWHOUSE_KEY: text } = process.env;
  if (text !== undefined && text !== '') return parsePseudonymKey(text, 'BREWHOUSE_KEY');
  const file = keyFileBeside(lakeAt);
  const found = (await file?.read()) ?? null;
  return file === undefined || found === null ? undefined : parsePseudonymKey(found, file.name);
}
