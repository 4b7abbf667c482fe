/** The port to where a lake lies: keys with `/` between names, bytes behind them, one name won by one writer. */

/** Under this prefix lie files under way; nothing in it is part of a lake. */
export const TEMP_PREFIX = 'tmp/';
/** Files under way that were not written for this long belong to a writer that crashed (delivery.md). */
export const LEFTOVER_AGE_MS = 24 * 60 * 60 * 1000;

/**
 * All methods throw BrewhouseError: `disk_full` where there is no room, `store_refused` where the store does not let us.
 * A key is relative, its names are not empty, `.` or `..`; another one is a bug (Error).
 */
export interface ObjectStore {
  /** The folder's absolute path or the bucket's address: `openStore` of it, in another thread too, gives the same store. */
  readonly location: string;
  /** A folder on this machine for files under way: spools and sorted runs. May not exist before the first of them. */
  readonly spoolFolder: string;
  /** All bytes, or null where there is no such key. */
  get(key: string): Promise<Uint8Array | null>;
  /** The bytes from `from` up to, not with, `to`. Throws `lake_broken` where the key is missing or has no such bytes. */
  getRange(key: string, from: number, to: number): Promise<Uint8Array>;
  /** Bytes behind the key, or null where there is no such key. */
  size(key: string): Promise<number | null>;
  /** Reads part by part; to be closed. Throws `lake_broken` where the key is missing. */
  openRead(key: string): Promise<RangeReader>;
  /**
   * ONE WINNER PER NAME: of all callers for one key one gets true, and then all bytes are durable; the others change nothing.
   * An error leaves open whether the key was written: read it and compare.
   */
  putIfAbsent(key: string, bytes: Uint8Array): Promise<boolean>;
  /** Durable and whole or not at all, over what was there before. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** A file that is written piece by piece and named at its end. */
  spool(): SpoolFile;
  /** Keys that begin with `prefix`, in byte order. For sweeping and finding corpora, never for truth; no temporary files. */
  list(prefix: string): Promise<string[]>;
  /** Removes all keys below a prefix that must begin with TEMP_PREFIX. */
  removePrefix(prefix: string): Promise<void>;
  /** Removes files under way that were last written LEFTOVER_AGE_MS before `now` (epoch milliseconds); says how many. */
  sweepLeftovers(now: number): Promise<number>;
}

/** One object, read part by part, many reads at once; also what our Parquet reader takes. */
export interface RangeReader {
  /** The key, for messages. */
  readonly name: string;
  readonly size: number;
  /** The bytes from `from` up to, not with, `to`. Throws `lake_broken` where the file has no such bytes. */
  read(from: number, to: number): Promise<Uint8Array>;
  /** May be called again. */
  close(): Promise<void>;
}

/** A file under way. After an error, `abort` or a finish it is gone and takes no more; `abort` may then be called again. */
export interface SpoolFile {
  /** Appends and hashes. The chunk may be used again afterwards. */
  write(chunk: Uint8Array): void;
  /**
   * Makes the file durable under its content's name: `folder/sha256ending`. Always written again where the name exists, since
   * nobody knows whether that copy is whole.
   */
  finish(folder: string, ending?: string): Promise<SpooledFile & { readonly key: string }>;
  /** Makes the file durable under a name of the caller's, over what was there before. */
  finishAs(key: string): Promise<SpooledFile>;
  abort(): void;
}

export interface SpooledFile {
  readonly sha256: string;
  readonly bytes: number;
}

/** Throws Error (a bug of ours) where the key would leave the lake or mean two things. */
export function assertKey(key: string): void {
  const bad = key
    .split('/')
    .some((name) => name === '' || name === '.' || name === '..' || name.includes('\\') || name.includes('\0'));
  if (bad) throw new Error(`not a key of a lake: ${JSON.stringify(key)}`);
}
