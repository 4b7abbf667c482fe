/** Reads the manifest of a release, as strictly as it was written. */
import { Manifest } from '../../schemas/manifest.ts';
import { BrewhouseError } from '../errors.ts';
import type { ObjectStore } from '../lake/object-store.ts';

/** The key of the manifest of the release in `folder`; empty: at the root of the store. */
export function manifestKey(folder: string): string {
  return folder === '' ? 'manifest.json' : `${folder}/manifest.json`;
}

/** There is no finished release at the location. */
export function noRelease(location: string): BrewhouseError {
  return new BrewhouseError('not_found', `there is no release in ${location}`, {
    place: { file: `${location}/${manifestKey('')}` },
    remedy: 'a release is a folder with a manifest.json: brewhouse release prints its path',
  });
}

/**
 * The manifest, or null where there is no release. Throws `release_broken` where its manifest is
 * not one of this version.
 */
export async function readManifest(store: ObjectStore, folder: string): Promise<Manifest | null> {
  const key = manifestKey(folder);
  const bytes = await store.get(key);
  if (bytes === null) return null;
  try {
    return Manifest.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (cause) {
    throw new BrewhouseError('release_broken', 'the manifest is not one of this version', {
      place: { file: `${store.location}/${key}` },
      cause,
    });
  }
}
