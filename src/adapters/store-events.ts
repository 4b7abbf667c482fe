/** Events that lie in a store, as those of a bucket do: no links, and reading that runs ahead. */
import { BrewhouseError } from '../errors.ts';
import type { ObjectStore, RangeReader } from '../lake/object-store.ts';
import type { EventSource, ReadableFile, SourceEntry } from '../sources/event-source.ts';

/** Bytes that are asked for at once: an answer of a bucket is waited for, whatever its size. */
const CHUNK_BYTES = 2 * 1024 * 1024;
/** Chunks that are asked for before they are used. */
const AHEAD = 2;
/** Chunks of a file that are kept: a packed file is read again from where a member of it ended. */
const KEPT_MAX = 6;

/** The events of the store that `openBeside` opens for a name that is longer by `ending`. */
export function eventsInStore(openBeside: (ending: string) => ObjectStore): EventSource {
  return eventsAt(openBeside, '');
}

/** What messages call a name in a store; the empty one is the store itself. */
export function pathIn({ location }: Pick<ObjectStore, 'location'>, name: string): string {
  return name === '' ? location : `${location}/${name}`;
}

function eventsAt(openBeside: (ending: string) => ObjectStore, ending: string): EventSource {
  const store = openBeside(ending);
  const pathOf = (name: string) => pathIn(store, name);
  return {
    location: store.location,
    pathOf,
    async list(folder) {
      const names = await store.list(folder);
      return names.map((name) => entryOf(name, pathOf(`${folder}${name}`)));
    },
    async open(name) {
      const path = pathOf(name);
      const reader = await readingInput(path, () => store.openRead(name));
      const { size } = reader;
      await reader.close();
      return { name, path, bytes: size, read: chunksOf(store, { name, path, size }) };
    },
    bytes: async (name) => (await store.get(name)) ?? undefined,
    beside: (more) => eventsAt(openBeside, `${ending}${more}`),
  };
}

/** Throws `input_unreadable` for a name that is no key, so that nothing is left out unsaid. */
function entryOf(name: string, path: string): SourceEntry {
  const isFolder = name.endsWith('/');
  const own = isFolder ? name.slice(0, -1) : name;
  if (own !== '' && !own.includes('\\')) return { name: own, kind: isFolder ? 'folder' : 'file' };
  throw new BrewhouseError('input_unreadable', `${path} has a name that is empty or holds a backslash`, {
    place: { file: path },
    remedy: 'give the object another name',
  });
}

interface StoredFile extends Pick<ReadableFile, 'name' | 'path'> {
  readonly size: number;
}

/** The bytes from any place on. A chunk is asked for once while it is kept. */
function chunksOf(store: ObjectStore, { name, path, size }: StoredFile): ReadableFile['read'] {
  const kept = new Map<number, Promise<Uint8Array>>();
  return async function* chunks(start) {
    let reader: Promise<RangeReader> | undefined;
    const readAt = async (from: number) => {
      reader ??= store.openRead(name);
      return (await reader).read(from, Math.min(from + CHUNK_BYTES, size));
    };
    const chunkAt = (from: number) => {
      const known = kept.get(from);
      if (known !== undefined) return known;
      const chunk = readingInput(path, () => readAt(from));
      // Whoever waits for it hears of it; nobody may, where reading ends before.
      chunk.catch(() => kept.delete(from));
      kept.set(from, chunk);
      for (const oldest of kept.keys()) if (kept.size > KEPT_MAX) kept.delete(oldest);
      return chunk;
    };
    try {
      for (let at = start; at < size; ) {
        const from = at - (at % CHUNK_BYTES);
        for (let ahead = 0; ahead <= AHEAD && from + ahead * CHUNK_BYTES < size; ahead++)
          chunkAt(from + ahead * CHUNK_BYTES);
        const rest = (await chunkAt(from)).subarray(at - from);
        at += rest.length;
        yield rest;
      }
    } finally {
      const opened = await reader?.catch(() => undefined);
      await opened?.close();
    }
  };
}

/** What is missing in a store of events breaks no lake. */
async function readingInput<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (!(cause instanceof BrewhouseError) || cause.code !== 'lake_broken') throw cause;
    throw new BrewhouseError('input_unreadable', `cannot read ${path}: it is missing, or another one than before`, {
      place: { file: path },
      remedy: 'let nobody change the events while they are read',
      cause,
    });
  }
}
