/** How the checker reads files: from a folder of this machine, or from a store. */
import { BrewhouseError } from '../errors.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import type { OpenFile, Reader, ReaderAddress } from '../verify/reader.ts';
import { readerOfFolder } from './filesystem/checked-folder.ts';
import { besideOnS3 } from './open-events.ts';
import { isOnS3, openStore } from './open-store.ts';
import { pathIn } from './store-events.ts';

/** The files of a release, where a link is no file. */
export function releaseAt(location: string): ReaderAddress {
  return { module: import.meta.url, location, followsLinks: false };
}

/** The files of a folder of events, links followed (EVENT-7). */
export function eventsAt(location: string): ReaderAddress {
  return { module: import.meta.url, location, followsLinks: true };
}

/** Opens nothing yet. Throws `usage` where the location is none. */
export function openReader(at: Omit<ReaderAddress, 'module'>): Reader {
  if (!isOnS3(at.location)) return readerOfFolder(at);
  return readerOfStore((ending) => openStore(besideOnS3(at.location, ending)));
}

/** The files of the store that `openBeside` opens for a name that is longer by an ending. */
export function readerOfStore(openBeside: (ending: string) => ObjectStore, ending = ''): Reader {
  const store = openBeside(ending);
  const pathOf = (name: string) => pathIn(store, name);
  return {
    location: store.location,
    pathOf,
    async list(folder) {
      const names = (await store.list(folder)).map((name) => {
        const own = name.endsWith('/') ? name.slice(0, -1) : name;
        // By a name that is no key nothing can be asked for: it is nothing that is known.
        const kind = own === '' || own.includes('\\') ? 'other' : own === name ? 'file' : 'folder';
        return { name: own, kind } as const;
      });
      return { place: pathOf(folder), names };
    },
    open: (name) => opened(store, name, pathOf(name)),
    beside: (more) => readerOfStore(openBeside, `${ending}${more}`),
  };
}

async function opened(store: ObjectStore, name: string, path: string): Promise<OpenFile | undefined> {
  const reader = await store.openRead(name).catch((error: unknown) => {
    if (error instanceof BrewhouseError && error.code === 'lake_broken') return undefined;
    throw error;
  });
  if (reader === undefined) return undefined;
  return {
    size: reader.size,
    async read(from, to) {
      try {
        const bytes = await reader.read(from, to);
        return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      } catch (cause) {
        if (!(cause instanceof BrewhouseError) || cause.code !== 'lake_broken') throw cause;
        const message = `cannot read ${path}: it is another one than before, or has no bytes ${from} to ${to}`;
        throw new BrewhouseError('input_unreadable', message, { place: { file: path }, cause });
      }
    },
    close: () => reader.close(),
  };
}
