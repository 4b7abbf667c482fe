/**
 * Names files on disk so that the names survive a power cut: content first, then the name, then the
 * folder.
 */
import { link, mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileErrorCode, isTaken } from './file-errors.ts';

/** Makes the folder and those above it, each durable in its parent. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  const top = dirname(first);
  // The loop ends at `top`, which stood before: as many turns as folders were made.
  for (let parent = dirname(path); ; parent = dirname(parent)) {
    await syncFolder(parent);
    if (parent === top) return;
  }
}

/** Writes a new file and waits until its bytes are on the disk. */
export async function writeDurably(path: string, bytes: Uint8Array, mode?: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Moves a durable file over whatever has the name. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await makeFolder(dirname(to));
  await rename(from, to);
  await syncFolder(dirname(to));
}

/**
 * ONE WINNER PER NAME: false where the name is taken; link(2) is the one call that refuses it, on
 * NFS too.
 */
export async function linkDurably(from: string, to: string): Promise<boolean> {
  await makeFolder(dirname(to));
  try {
    await link(from, to);
  } catch (error) {
    if (isTaken(error)) return false;
    throw error;
  }
  await syncFolder(dirname(to));
  return true;
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } catch (error) {
    // Some file systems know no fsync of a folder: then a name is as durable there as it can be.
    if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'EISDIR'].includes(fileErrorCode(error))) throw error;
  } finally {
    await folder.close();
  }
}
