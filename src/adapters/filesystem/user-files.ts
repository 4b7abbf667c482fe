/**
 * Files that a person names: each call of the file system runs inside one of these, which says what
 * it refused.
 */
import { readFile } from 'node:fs/promises';
import { type FailedRead, isMissing, translateReadError, translateWriteError } from './file-errors.ts';

/** Runs `work`, which reads `path`. Throws what `translateReadError` makes of a refusal. */
export async function reading<T>(path: string, work: () => Promise<T>, read?: FailedRead): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw translateReadError(cause, path, read);
  }
}

/**
 * Runs `work`, which writes `path` or below it. Throws what `translateWriteError` makes of a
 * refusal.
 */
export async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw translateWriteError(cause, path);
  }
}

/** The text of the file; undefined where there is none. Throws as `reading`. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw translateReadError(cause, path);
  }
}
