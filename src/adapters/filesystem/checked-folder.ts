/** How the checker reads a folder of this machine. */
import type { Dirent } from 'node:fs';
import { type FileHandle, lstat, open, readdir, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { BrewhouseError } from '../../errors.ts';
import type { Listing, OpenFile, Reader, ReaderAddress } from '../../verify/reader.ts';
import { isMissing } from './file-errors.ts';
import { reading } from './user-files.ts';

/** Opens nothing yet. */
export function readerOfFolder({ location, followsLinks }: Omit<ReaderAddress, 'module'>): Reader {
  const pathOf = (name: string) => join(location, name);
  return {
    location,
    pathOf,
    list: (folder) => listing(pathOf(folder), followsLinks),
    open: (name) => opened(pathOf(name), followsLinks),
    beside: (ending) => readerOfFolder({ location: `${resolve(location)}${ending}`, followsLinks }),
  };
}

async function listing(folder: string, followsLinks: boolean): Promise<Listing> {
  const entries = await reading(folder, () => readdir(folder, { withFileTypes: true }), { what: 'folder' });
  const names: Listing['names'] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    // What begins with a dot is never looked at, and may well lead nowhere.
    const isFollowed = followsLinks && entry.isSymbolicLink() && !entry.name.startsWith('.');
    names.push({ name: entry.name, kind: kindOf(isFollowed ? await reading(path, () => stat(path)) : entry) });
  }
  return { place: await reading(folder, () => realpath(folder)), names };
}

function kindOf(seen: Pick<Dirent, 'isDirectory' | 'isFile'>): Listing['names'][0]['kind'] {
  if (seen.isDirectory()) return 'folder';
  return seen.isFile() ? 'file' : 'other';
}

function opened(path: string, followsLinks: boolean): Promise<OpenFile | undefined> {
  return reading(path, async () => {
    // Looked at before: to open a pipe may take for ever.
    const seen = await (followsLinks ? stat : lstat)(path).catch((cause: unknown) => {
      if (isMissing(cause)) return undefined;
      throw cause;
    });
    if (seen === undefined || !seen.isFile()) return undefined;
    const file = await open(path);
    const { size } = seen;
    return { size, read: (from, to) => readBytes({ path, file, size }, from, to), close: () => file.close() };
  });
}

interface SizedFile {
  readonly path: string;
  readonly file: FileHandle;
  readonly size: number;
}

function readBytes({ path, file, size }: SizedFile, from: number, to: number): Promise<Buffer> {
  return reading(path, async () => {
    // Before memory is taken: a broken footer may ask for any number of bytes.
    if (!(from >= 0 && from <= to && to <= size)) throw noSuchBytes(path, from, to);
    const bytes = Buffer.allocUnsafeSlow(to - from);
    for (let done = 0; done < bytes.length; ) {
      const { bytesRead } = await file.read(bytes, done, bytes.length - done, from + done);
      if (bytesRead === 0) throw noSuchBytes(path, from, to);
      done += bytesRead;
    }
    return bytes;
  });
}

function noSuchBytes(path: string, from: number, to: number): BrewhouseError {
  const message = `cannot read ${path}: it has no bytes ${from} to ${to}`;
  return new BrewhouseError('input_unreadable', message, { place: { file: path } });
}
