/** Events in a folder of this machine, links followed; and any file that a person names. */
import { createReadStream, type Dirent } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, normalize, resolve } from 'node:path';
import type { EventSource, ReadableFile, SourceEntry } from '../../sources/event-source.ts';
import { translateReadError } from './file-errors.ts';
import { ifThere, irregularFile, reading } from './user-files.ts';

const LISTED = { what: 'folder', remedy: 'name a folder that holds event files' } as const;

/** Opens nothing yet. */
export function openEventFolder(folder: string): EventSource {
  const pathOf = (name: string) => join(folder, name);
  return {
    location: folder,
    pathOf,
    list: (below) => entriesOf(pathOf(below)),
    open: (name) => fileAt(pathOf(name), name),
    bytes: (name) => bytesIfThere(pathOf(name)),
    beside: (ending) => openEventFolder(folderBeside(folder, ending)),
  };
}

/** The path of a folder with an ending more; `.` and `..` are no names to put one to. */
export function folderBeside(folder: string, ending: string): string {
  const named = normalize(folder).replace(/[\\/]+$/, '');
  return `${/(?:^|[\\/])\.{1,2}$/.test(named) ? resolve(named) : named}${ending}`;
}

/** Looks at the file at `path`. Throws `input_unreadable` where it is not there or not ours. */
export async function fileAt(path: string, name = path): Promise<ReadableFile> {
  const { size } = await reading(path, () => stat(path));
  return { name, path, bytes: size, read: (start) => chunksOf(path, start) };
}

async function* chunksOf(path: string, start: number): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { start }) as AsyncIterable<Buffer>;
  } catch (cause) {
    throw translateReadError(cause, path);
  }
}

async function bytesIfThere(path: string): Promise<Uint8Array | undefined> {
  return ifThere(path, async () => {
    if (!(await stat(path)).isFile()) throw irregularFile(path);
    return readFile(path);
  });
}

async function entriesOf(folder: string): Promise<SourceEntry[]> {
  const entries = await reading(folder, () => readdir(folder, { withFileTypes: true }), LISTED);
  const found: SourceEntry[] = [];
  for (const entry of entries) {
    const kind = await kindOf(folder, entry);
    if (kind !== undefined) found.push({ name: entry.name, kind });
  }
  return found;
}

/** Undefined for a link to a folder that holds it. */
async function kindOf(folder: string, entry: Dirent): Promise<SourceEntry['kind'] | undefined> {
  const path = join(folder, entry.name);
  // What begins with a dot is never looked at, and may well lead nowhere.
  const isLink = entry.isSymbolicLink() && !entry.name.startsWith('.');
  const found = isLink ? await reading(path, () => stat(path), LISTED) : entry;
  if (!found.isDirectory()) return found.isFile() ? 'file' : 'other';
  return isLink && (await isAbove(path, folder)) ? undefined : 'folder';
}

async function isAbove(link: string, folder: string): Promise<boolean> {
  const [target, here] = [await realpath(link), await realpath(folder)];
  return here === target || here.startsWith(target.endsWith('/') ? target : `${target}/`);
}
