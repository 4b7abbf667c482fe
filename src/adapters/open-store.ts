/** From where a lake is said to lie to the store that holds it. */

import { BrewhouseError } from '../errors.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import { openDirectoryStore } from './filesystem/directory-store.ts';

// One letter before the colon is a drive of Windows.
const SCHEME = /^([a-z][a-z0-9+.-]+):\/\//i;

/** Opens nothing yet: a folder is made when something is written. Throws `usage` for what is not a folder. */
export function openStore(location: string): ObjectStore {
  const scheme = SCHEME.exec(location)?.[1]?.toLowerCase();
  if (scheme === 's3') {
    throw new BrewhouseError('usage', `cannot open ${location}: S3 lakes come with the streaming issue`, {
      remedy: 'name a folder',
    });
  }
  if (scheme !== undefined || location === '') {
    throw new BrewhouseError('usage', `cannot open "${location}" as a lake`, { remedy: 'name a folder' });
  }
  return openDirectoryStore(location);
}
