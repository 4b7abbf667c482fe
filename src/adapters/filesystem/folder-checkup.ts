/** Part of a folder in which anything may be written, to see what its file system can do. */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PROCESS_EFFECTS } from '../../effects.ts';
import type { TrialStore } from '../checkup.ts';
import { openDirectoryStore, tempFolderOf } from './directory-store.ts';
import { translated } from './file-errors.ts';
import { removeFolder } from './scratch-folder.ts';

/**
 * Opens a new folder among the temporary files of the lake; with it goes what had to be made above
 * it. Throws `store_refused`, `disk_full`.
 */
export async function openFolderTrial(folder: string, effects = PROCESS_EFFECTS): Promise<TrialStore> {
  const path = join(tempFolderOf(resolve(folder)), `doctor-${effects.newId()}`);
  const first = await translated('make', path, (each) => mkdir(each, { recursive: true }));
  const { get, putIfAbsent } = openDirectoryStore(path, effects);
  const together: TrialStore['store']['putIfAbsent'] = async (key, bytes, gate) => {
    await gate();
    return putIfAbsent(key, bytes);
  };
  return { store: { get, putIfAbsent: together }, clear: () => removeFolder(first ?? path) };
}
