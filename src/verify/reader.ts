/**
 * The port to the files that a verification reads, wherever they lie. Who asks for the verification
 * says how it is opened: nothing in here knows a file system or a bucket.
 */
import { BrewhouseError } from '../errors.ts';

/**
 * Files of one place; names are relative, with `/` between those of folders. Throws BrewhouseError:
 * `input_unreadable` where something cannot be read, `store_refused` and `store_busy` where a store
 * does not let us, or does not answer.
 */
export interface Reader {
  /** What messages call the place. */
  readonly location: string;
  /** What messages call a file or folder of it. */
  pathOf(name: string): string;
  /** Looks into a folder: empty, or a name with `/` behind it. */
  list(folder: string): Promise<Listing>;
  /** Undefined where there is no such name, or no regular file. To be closed. */
  open(name: string): Promise<OpenFile | undefined>;
  /** The place beside this one whose name is longer by that ending. */
  beside(ending: string): Reader;
}

/** What lies directly below a folder. */
export interface Listing {
  /** Which folder it is: the same, by whatever links it was reached. */
  readonly place: string;
  /** In any order; `other` is what is no regular file. */
  readonly names: { readonly name: string; readonly kind: 'file' | 'folder' | 'other' }[];
}

/** An open file. */
export interface OpenFile {
  readonly size: number;
  /** The bytes from `from` up to, not with, `to`. Throws where the file has no such bytes. */
  read(from: number, to: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** A file of a place. */
export interface NamedFile {
  readonly files: Reader;
  readonly path: string;
}

/** By what every thread opens the same reader. */
export interface ReaderAddress {
  /** URL of a module whose `openReader` takes the other fields. */
  readonly module: string;
  readonly location: string;
  /** Whether a link is what it leads to; else it is no regular file. */
  readonly followsLinks: boolean;
}

/** What the module of an address exports. */
export interface ReaderModule {
  openReader(at: Omit<ReaderAddress, 'module'>): Reader;
}

/** Opens the reader of an address. */
export async function readerAt({ module, ...at }: ReaderAddress): Promise<Reader> {
  const { openReader } = (await import(module)) as ReaderModule;
  return openReader(at);
}

/**
 * What is wrong with a file that was read, in words. Throws the error where it says nothing of the
 * file: a store that does not answer makes no release wrong.
 */
export function flawOf(error: unknown): string {
  if (isOfStore(error)) throw error;
  return error instanceof Error ? error.message : String(error);
}

/** Whether a store did not answer, or did not let us. */
export function isOfStore(error: unknown): boolean {
  return error instanceof BrewhouseError && (error.code === 'store_busy' || error.code === 'store_refused');
}

/** Opens a file, and closes it when `use` is done. Undefined where there is no regular file. */
export async function withFile<T>(
  reader: Reader,
  name: string,
  use: (file: OpenFile) => Promise<T>,
): Promise<T | undefined> {
  const file = await reader.open(name);
  if (file === undefined) return undefined;
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

/** Whether something directly in the place has the name, whatever it is. Throws as `flawOf`. */
export async function isNamed(reader: Reader, name: string): Promise<boolean> {
  try {
    return (await reader.list('')).names.some((each) => each.name === name);
  } catch (error) {
    flawOf(error);
    return false;
  }
}

/** All bytes of a file; undefined where there is no regular file. */
export function readWhole(reader: Reader, name: string): Promise<Buffer | undefined> {
  return withFile(reader, name, ({ size, read }) => read(0, size));
}

/** Whether there is a regular file of that name. */
export async function isFile(reader: Reader, name: string): Promise<boolean> {
  return (await withFile(reader, name, async () => true)) ?? false;
}

const CHUNK_BYTES = 1 << 20;
/** Chunks that are asked for before they are used: a bucket's answers are waited for. */
const AHEAD = 3;
/** Chunks that are kept: a packed file is read again from where a member of it ended. */
const KEPT_MAX = 8;

/** Reads an open file from any byte on. Bound: KEPT_MAX chunks. */
export function chunksOf({ size, read }: OpenFile): (start: number) => AsyncGenerator<Buffer> {
  const kept = new Map<number, Promise<Buffer>>();
  const chunkAt = (from: number) => {
    const known = kept.get(from);
    if (known !== undefined) return known;
    const chunk = read(from, Math.min(from + CHUNK_BYTES, size));
    // Whoever waits for it hears of it; nobody may, where reading ends before.
    chunk.catch(() => kept.delete(from));
    kept.set(from, chunk);
    for (const oldest of kept.keys()) if (kept.size > KEPT_MAX) kept.delete(oldest);
    return chunk;
  };
  return async function* chunks(start) {
    for (let at = start; at < size; ) {
      const from = at - (at % CHUNK_BYTES);
      for (let ahead = 0; ahead <= AHEAD && from + ahead * CHUNK_BYTES < size; ahead++)
        chunkAt(from + ahead * CHUNK_BYTES);
      const rest = (await chunkAt(from)).subarray(at - from);
      at += rest.length;
      yield rest;
    }
  };
}
