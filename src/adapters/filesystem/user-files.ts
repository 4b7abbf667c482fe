/**
 * Files that a person names: each call of the file system runs inside one of these, which says what
 * it refused.
 */
import { readFile } from 'node:fs/promises';
import { type FailedRead, translateReadError, translateWriteError } from './file-errors.ts';

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

/** The bytes of the file. Throws as `reading`. */
export function readUserFile(path: string, read?: FailedRead): Promise<Uint8Array> {
  return reading(path, () => readFile(path), read);
}
