/** A lake in a local folder: the embedded default, by the same port as a bucket. */
import { randomUUID } from 'node:crypto';
import { open, readdir, readFile, rm, stat, unlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { compareUtf8 } from '../../../schemas/byte-order.ts';
import {
  assertKey,
  LEFTOVER_AGE_MS,
  type ObjectStore,
  type RangeReader,
  TEMP_PREFIX,
} from '../../lake/object-store.ts';
import { linkDurably, makeFolder, renameDurably, writeDurably } from './durable-names.ts';
import { isMissing, translateFileError } from './file-errors.ts';
import { missing, readExactly } from './file-ranges.ts';
import { openSpool } from './spool-files.ts';

/** Folders inside folders of a lake; its layout has five, deeper is a loop of links. */
const FOLDER_DEPTH_MAX = 16;

/** Opens the store; touches no disk until something is read or written. */
export function openDirectoryStore(folder: string): ObjectStore {
  const location = resolve(folder);
  const spoolFolder = join(location, TEMP_PREFIX);
  const pathOf = (key: string) => {
    assertKey(key);
    return join(location, key);
  };
  /** Writes a durable file beside, does something with it, and leaves nothing of it behind. */
  const withTemp = async <T>(bytes: Uint8Array, use: (temp: string) => Promise<T>): Promise<T> => {
    const temp = join(spoolFolder, `${randomUUID()}.spool`);
    await makeFolder(spoolFolder);
    try {
      await writeDurably(temp, bytes);
      return await use(temp);
    } finally {
      await unlink(temp).catch(() => {});
    }
  };
  return {
    location,
    spoolFolder,
    get: (key) => orNull('read', pathOf(key), (path) => readFile(path)),
    size: (key) => orNull('look at', pathOf(key), async (path) => (await stat(path)).size),
    getRange: (key, from, to) => readRange(pathOf(key), key, from, to),
    openRead: (key) => openReader(pathOf(key), key),
    putIfAbsent: (key, bytes) =>
      translated('write', pathOf(key), (path) => withTemp(bytes, (temp) => linkDurably(temp, path))),
    put: (key, bytes) =>
      translated('write', pathOf(key), (path) => withTemp(bytes, (temp) => renameDurably(temp, path))),
    spool: () => openSpool({ spoolFolder, pathOf }),
    async list(prefix) {
      const found: string[] = [];
      const above = prefix.slice(0, prefix.lastIndexOf('/') + 1);
      await translated('list', join(location, above), () => collect(location, above, prefix, found, 0));
      return found.sort(compareUtf8);
    },
    async removePrefix(prefix) {
      if (!prefix.startsWith(TEMP_PREFIX)) throw new Error(`only temporary files are removed, not ${prefix}`);
      const under = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
      await translated('remove', pathOf(under), (path) => rm(path, { recursive: true, force: true }));
    },
    sweepLeftovers: (now) => translated('sweep', spoolFolder, () => sweep(spoolFolder, now - LEFTOVER_AGE_MS)),
  };
}

async function translated<T>(doing: string, path: string, work: (path: string) => Promise<T>): Promise<T> {
  try {
    return await work(path);
  } catch (cause) {
    throw translateFileError(cause, doing, path);
  }
}

function orNull<T>(doing: string, path: string, work: (path: string) => Promise<T>): Promise<T | null> {
  return translated(doing, path, async () => {
    try {
      return await work(path);
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  });
}

async function readRange(path: string, key: string, from: number, to: number): Promise<Uint8Array> {
  const reader = await openReader(path, key);
  try {
    return await reader.read(from, to);
  } finally {
    await reader.close();
  }
}

function openReader(path: string, key: string): Promise<RangeReader> {
  return translated('open', path, async () => {
    const file = await open(path).catch((cause: unknown) => {
      throw isMissing(cause) ? missing(key, cause) : cause;
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
        return translated('read', path, () => readExactly({ file, size }, key, [from, to]));
      },
      async close() {
        if (!isOpen) return;
        isOpen = false;
        await file.close();
      },
    };
  });
}

/** Adds every key below `folder` (a key that ends in `/`, or the empty one) that begins with `prefix`. */
async function collect(root: string, folder: string, prefix: string, found: string[], depth: number): Promise<void> {
  if (depth > FOLDER_DEPTH_MAX) throw new Error(`folders of a lake lie more than ${FOLDER_DEPTH_MAX} deep: ${folder}`);
  if (folder === TEMP_PREFIX) return;
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((error: unknown) => {
    // No such folder holds no keys; it may also have gone since its parent was read.
    if (isMissing(error)) return [];
    throw error;
  });
  for (const entry of entries) {
    const key = `${folder}${entry.name}`;
    if (entry.isDirectory()) {
      if (`${key}/`.startsWith(prefix) || prefix.startsWith(`${key}/`))
        await collect(root, `${key}/`, prefix, found, depth + 1);
    } else if (key.startsWith(prefix)) found.push(key);
  }
}

async function sweep(folder: string, before: number): Promise<number> {
  const names = (await orNull('list', folder, (path) => readdir(path))) ?? [];
  let swept = 0;
  for (const name of names) {
    const path = join(folder, name);
    const found = await orNull('look at', path, (at) => stat(at));
    if (found === null || found.mtimeMs >= before) continue;
    await rm(path, { recursive: true, force: true });
    swept++;
  }
  return swept;
}
