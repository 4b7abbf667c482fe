/** Part of a folder in which anything may be written, to see what its file system can do. */
import { mkdir, readdir, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { PROCESS_EFFECTS } from '../../effects.ts';
import { isLeftTrial, type TrialStore, trialName } from '../checkup.ts';
import { openDirectoryStore, tempFolderOf } from './directory-store.ts';
import { orNull, translated } from './file-errors.ts';
import { removeFolder } from './scratch-folder.ts';

/**
 * Opens a new folder among the temporary files of the lake, and removes those that trials of before
 * have left. Clearing it removes what had to be made above it too, as far as nobody has put
 * anything there. Throws `store_refused`, `disk_full`.
 */
export async function openFolderTrial(folder: string, effects = PROCESS_EFFECTS): Promise<TrialStore> {
  const tempFolder = tempFolderOf(resolve(folder));
  for (const name of (await orNull('list', tempFolder, (each) => readdir(each))) ?? [])
    if (isLeftTrial(name, effects.now())) await removeFolder(join(tempFolder, name));
  const path = join(tempFolder, trialName(effects));
  const first = (await translated('make', path, (each) => mkdir(each, { recursive: true }))) ?? path;
  const { get, putIfAbsent } = openDirectoryStore(path, effects);
  const together: TrialStore['store']['putIfAbsent'] = async (key, bytes, gate) => {
    await gate();
    return putIfAbsent(key, bytes);
  };
  const clear = async () => {
    await removeFolder(path);
    await removeEmpty(dirname(path), dirname(first));
  };
  return { store: { get, putIfAbsent: together }, clear };
}

/** Removes the folder and those above it, up to, not with, `end`, until one holds something. */
async function removeEmpty(folder: string, end: string): Promise<void> {
  for (let each = folder; each.length > end.length; each = dirname(each)) {
    const isRemoved = await rmdir(each).then(
      () => true,
      () => false,
    );
    if (!isRemoved) return;
  }
}
