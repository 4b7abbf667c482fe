/**
 * Files that a person names: each call of the file system runs inside one of these, which says what
 * it refused.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { BrewhouseError } from '../../errors.ts';
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

/** A pipe has no end that anybody promised: to read one that was found may take for ever. */
export function irregularFile(file: string): BrewhouseError {
  return new BrewhouseError('input_unreadable', `${file} is no regular file`, {
    place: { file },
    remedy: 'take it out of the folder, or write what it says into a file',
  });
}

/**
 * The text of the file; undefined where there is none. Throws as `reading`, and as `irregularFile`.
 */
export function readIfThere(path: string): Promise<string | undefined> {
  return ifThere(path, async () => {
    if (!(await stat(path)).isFile()) throw irregularFile(path);
    return readFile(path, 'utf8');
  });
}

/** The names in the folder; undefined where there is none. Throws as `reading`. */
export function namesIfThere(path: string): Promise<string[] | undefined> {
  return ifThere(path, () => readdir(path));
}

/** What `work` reads of `path`; undefined where there is no such thing. Throws as `reading`. */
export async function ifThere<T>(path: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw translateReadError(cause, path);
  }
}
