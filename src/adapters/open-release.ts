/** From where a release is said to lie to its rows. */
import { PROCESS_EFFECTS } from '../effects.ts';
import { type ReleaseReader, readRelease } from '../release/release-reader.ts';
import { openStore } from './open-store.ts';

/**
 * Opens the release in a folder, or at `s3://BUCKET/FOLDER`. Throws `usage` for what is neither,
 * `not_found`, `release_broken`, and as a store does.
 */
export async function openRelease(location: string, effects = PROCESS_EFFECTS): Promise<ReleaseReader> {
  return readRelease(openStore(location, effects));
}
