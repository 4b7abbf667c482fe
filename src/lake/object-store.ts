/**
 * The port to where a lake lies: keys with `/` between names, bytes behind them, one name won by
 * one writer.
 */
import { DAY_MS } from '../../schemas/durations.ts';
import type { Sha256 } from '../../schemas/ids.ts';

/**
 * Files under way that were not written to for this long belong to a writer that crashed
 * (docs/lake.md).
 */
export const LEFTOVER_AGE_MS = DAY_MS;

/**
 * The contract, held by one suite (test/contract/object-store.ts) for every store.
 *
 * WHO RETRIES: the store, and nobody above it. What does no harm when it is done twice (every
 * method but `create`, which asks nobody) it repeats by itself where an answer is lost, late or
 * says "not now" (S3: timeout, 5xx, 409). It throws when it has tried long enough; then the command
 * ends, and the same command goes on from what is committed.
 *
 * WHAT IT THROWS: BrewhouseError `disk_full` where there is no room, `store_refused` where the
 * store does not let us, `store_busy` where it does not answer and a later try may do better, and
 * `lake_broken` where a method says so.
 *
 * A key is relative; none of its names is empty, `.` or `..`. Another key is a bug (Error). No key
 * lies below another one. Bytes that are given may be used again once the promise is settled; bytes
 * that come back belong to the caller.
 */
export interface ObjectStore {
  /** What messages call the store: a folder's absolute path, a bucket's address. */
  readonly location: string;
  /** All bytes, or null where there is no such key. Reads what was last put, by whomever. */
  get(key: string): Promise<Uint8Array | null>;
  /**
   * Opens for reading part by part; to be closed. Throws `lake_broken` where there is no such key.
   */
  openRead(key: string): Promise<RangeReader>;
  /**
   * ONE WINNER PER NAME: of all callers for one key at most one gets true, and then all bytes are
   * durable; the others change nothing. False: the key is there, perhaps by this very call, since
   * an answer that was lost makes the caller's own bytes look like another's (S3: 412). An error
   * leaves open whether the key was written. Where it matters who won, the bytes say by whom they
   * are, and the caller reads them back.
   */
  putIfAbsent(key: string, bytes: Uint8Array): Promise<boolean>;
  /**
   * Over what was there before, durable and whole. An error leaves the old bytes, the new ones or
   * no key; never a part.
   */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** A file that is written piece by piece and named at its end. */
  create(): FileUnderWay;
  /**
   * Names directly below a folder, in byte order: `folder` is empty or ends in `/`, and a name that
   * ends in `/` is a folder in it, which may hold no key. For finding and sweeping, never for
   * truth: what was put just now may lack.
   */
  list(folder: string): Promise<string[]>;
  /**
   * Removes what crashed writers left: files under way, and scratch files beside them, that were
   * last written LEFTOVER_AGE_MS before `now` (epoch milliseconds). Returns how many. An error
   * leaves some of them.
   */
  sweepLeftovers(now: number): Promise<number>;
}

/** One object, read part by part, many parts at once; also what our Parquet reader takes. */
export interface RangeReader {
  /** The key, for messages. */
  readonly name: string;
  /** Bytes of the object. */
  readonly size: number;
  /**
   * The bytes from `from` up to, not with, `to`. Throws `lake_broken` where the object has no such
   * bytes.
   */
  read(from: number, to: number): Promise<Uint8Array>;
  /** May be called again. */
  close(): Promise<void>;
}

/**
 * A file under way: on this machine until it is named, so that a write waits for nobody. After an
 * error, `abort` or an end it is gone and takes no more; `abort` may then be called again.
 */
export interface FileUnderWay {
  /** Appends and hashes. The chunk may be used again afterwards. */
  write(chunk: Uint8Array): void;
  /**
   * Puts the file under its content's name: `folder/sha256ending`. Always written again where the
   * name exists, since nobody knows whether that copy is whole. An error leaves open whether the
   * name was given.
   */
  finish(folder: string, ending?: string): Promise<WrittenFile & { readonly key: string }>;
  /** Puts the file under a name of the caller's, over what was there before. Errors as of `put`. */
  finishAs(key: string): Promise<WrittenFile>;
  /** Forgets the file. */
  abort(): void;
}

/** What a file that was written is known by. */
export interface WrittenFile {
  readonly sha256: Sha256;
  readonly bytes: number;
}

/** Throws Error (a bug of ours) where the key would leave the lake or mean two things. */
export function assertKey(key: string): void {
  const bad = key
    .split('/')
    .some((name) => name === '' || name === '.' || name === '..' || name.includes('\\') || name.includes('\0'));
  if (bad) throw new Error(`not a key of a lake: ${JSON.stringify(key)}`);
}

/** Throws Error (a bug of ours) where `folder` is neither empty nor a key with a `/` after it. */
export function assertFolder(folder: string): void {
  if (folder === '') return;
  if (!folder.endsWith('/')) throw new Error(`not a folder of a lake: ${JSON.stringify(folder)}`);
  assertKey(folder.slice(0, -1));
}
