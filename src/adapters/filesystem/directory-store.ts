/** A lake in a local folder: the embedded default, by the same port as a bucket. */
import { open, readdir, readFile, unlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { compareUtf8 } from '../../../schemas/byte-order.ts';
import { PROCESS_EFFECTS } from '../../effects.ts';
import { brokenFile } from '../../lake/broken-file.ts';
import {
  assertFolder,
  assertKey,
  LEFTOVER_AGE_MS,
  type ObjectStore,
  type RangeReader,
} from '../../lake/object-store.ts';
import { linkDurably, makeFolder, renameDurably, writeDurably } from './durable-names.ts';
import { isMissing, orNull, translated } from './file-errors.ts';
import { readExactly } from './file-ranges.ts';
import { openFileUnderWay } from './files-under-way.ts';
import { sweepFolder } from './temp-files.ts';

/**
 * Files under way lie in this folder of the lake: on its own file system, so that a rename names
 * them.
 */
const TEMP_NAME = 'tmp';

/**
 * The folder for temporary files of the lake in `folder`: what a crash leaves there,
 * `sweepLeftovers` takes away.
 */
export function tempFolderOf(folder: string): string {
  return join(resolve(folder), TEMP_NAME);
}

/** Opens the store; touches no disk until something is read or written. */
export function openDirectoryStore(folder: string, effects = PROCESS_EFFECTS): ObjectStore {
  const location = resolve(folder);
  const tempFolder = tempFolderOf(location);
  const pathOf = (key: string) => {
    assertKey(key);
    return join(location, key);
  };
  /** Writes a durable file beside, does something with it, and leaves nothing of it behind. */
  const withTemp = async <T>(bytes: Uint8Array, use: (temp: string) => Promise<T>): Promise<T> => {
    const temp = join(tempFolder, `${effects.newId()}.new`);
    await makeFolder(tempFolder);
    try {
      await writeDurably(temp, bytes);
      return await use(temp);
    } finally {
      await unlink(temp).catch(() => {});
    }
  };
  return {
    location,
    get: async (key) => orNull('read', pathOf(key), (path) => readFile(path)),
    openRead: async (key) => openReader(pathOf(key), key),
    putIfAbsent: async (key, bytes) =>
      translated('write', pathOf(key), (path) => withTemp(bytes, (temp) => linkDurably(temp, path))),
    put: async (key, bytes) =>
      translated('write', pathOf(key), (path) => withTemp(bytes, (temp) => renameDurably(temp, path))),
    create: () =>
      openFileUnderWay({ tempFolder, isKept: true, give: (path, key) => renameDurably(path, pathOf(key)) }, effects),
    async list(below) {
      assertFolder(below);
      const names = (await orNull('list', join(location, below), namesIn)) ?? [];
      return names.filter((name) => below !== '' || name !== `${TEMP_NAME}/`).sort(compareUtf8);
    },
    sweepLeftovers: (now) => translated('sweep', tempFolder, () => sweepFolder(tempFolder, now - LEFTOVER_AGE_MS)),
  };
}

function openReader(path: string, key: string): Promise<RangeReader> {
  return translated('open', path, async () => {
    const file = await open(path).catch((cause: unknown) => {
      throw isMissing(cause) ? brokenFile(key, 'is missing', cause) : cause;
    });
    const { size } = await file.stat().catch(async (cause: unknown) => {
      await file.close();
      throw cause;
    });
    let isOpen = true;
    return {
      name: key,
      size,
      async read(from, to) {
        if (!isOpen) throw new Error(`the reader of ${key} is closed`);
        return translated('read', path, () => readExactly({ file, size, key }, from, to));
      },
      async close() {
        if (!isOpen) return;
        isOpen = false;
        await file.close();
      },
    };
  });
}

/** Names in a folder; those of folders end in `/`. */
async function namesIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true });
  return entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
}
