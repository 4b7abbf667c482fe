/** Errors of the file system, translated once into what a person can mend. */
import { BrewhouseError } from '../../errors.ts';

// Codes whose own words say little; any other code is told as it is.
const SAID: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a file stands where a folder must be',
  EISDIR: 'a folder stands where a file must be',
  EMFILE: 'too many open files in this process',
  ENFILE: 'too many open files on this machine',
  EIO: 'the disk does not answer as it should',
  EXDEV: 'the folder tmp/ of the lake lies on another file system',
  ENOTSUP: 'the file system has no hard links',
  EOPNOTSUPP: 'the file system has no hard links',
};
const RETRYABLE: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'EAGAIN', 'EBUSY', 'EINTR']);

/** The code of a Node system error, or the empty string. */
export function fileErrorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Whether the file, or a folder above it, is not there. */
export function isMissing(error: unknown): boolean {
  const code = fileErrorCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/**
 * `disk_full` where there is no room (or quota) left, `store_refused` for everything else that the system refuses. What is no
 * system error comes back as it is. `doing` completes "cannot ...".
 */
export function translateFileError(cause: unknown, doing: string, path: string): unknown {
  const code = fileErrorCode(cause);
  if (code === '' || cause instanceof BrewhouseError) return cause;
  const place = { file: path };
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new BrewhouseError('disk_full', `cannot ${doing} ${path}: ${code === 'EDQUOT' ? 'quota' : 'disk'} full`, {
      place,
      remedy: 'make room and run the same command again: what is committed stays, the rest is done again',
      cause,
    });
  }
  return new BrewhouseError('store_refused', `cannot ${doing} ${path}: ${SAID[code] ?? code}`, {
    place,
    remedy: 'see to it that the folder of the lake can be read and written, on a file system with hard links',
    retryable: RETRYABLE.has(code),
    cause,
  });
}
