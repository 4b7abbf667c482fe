/** From where a lake is said to lie to the store that holds it, and to scratch beside it. */
import { join } from 'node:path';
import { PROCESS_EFFECTS } from '../effects.ts';
import { BrewhouseError } from '../errors.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import type { Scratch, ScratchFile } from '../sort/scratch.ts';
import { openDirectoryStore, tempFolderOf } from './filesystem/directory-store.ts';
import { openScratchFile, openScratchFolder, removeFolder } from './filesystem/scratch-folder.ts';

// One letter before the colon is a drive of Windows.
const SCHEME = /^([a-z][a-z0-9+.-]+):\/\//i;

/**
 * Opens nothing yet: a folder is made when something is written. The same location means the same
 * lake in every thread. Throws `usage` for what is not a folder.
 */
export function openStore(location: string, effects = PROCESS_EFFECTS): ObjectStore {
  const scheme = SCHEME.exec(location)?.[1]?.toLowerCase();
  if (scheme === 's3') {
    throw new BrewhouseError('usage', `cannot open ${location}: lakes on S3 come with a later version`, {
      remedy: 'name a folder',
    });
  }
  if (scheme !== undefined || location === '') {
    throw new BrewhouseError('usage', `cannot open "${location}" as a lake`, { remedy: 'name a folder' });
  }
  return openDirectoryStore(location, effects);
}

/**
 * Scratch for work on a lake that `openStore` opens: in the lake's own temporary folder, on the
 * disk that has the room.
 */
export function openScratch(location: string, effects = PROCESS_EFFECTS): Scratch {
  return openScratchFolder(tempFolderOf(location), effects);
}

/** Scratch of several threads: each opens it by the same names, and one of them takes it away. */
export interface SharedScratch {
  readonly scratch: Scratch;
  /** A file of any of the threads, by its name. */
  open(name: string): ScratchFile;
  /** Removes all files, also those that nobody finished. */
  clear(): Promise<void>;
}

/** Opens the scratch `name` for work on a lake that `openStore` opens. */
export function openSharedScratch(location: string, name: string, effects = PROCESS_EFFECTS): SharedScratch {
  const folder = join(tempFolderOf(location), name);
  return {
    scratch: openScratchFolder(folder, effects),
    open: openScratchFile,
    clear: () => removeFolder(folder),
  };
}
