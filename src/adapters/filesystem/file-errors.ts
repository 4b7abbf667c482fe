/** The one table of what a file system answers, and its translation into what a person can mend. */
import { BrewhouseError, type ErrorCode, type ErrorFacts } from '../../errors.ts';

/** What an answer of the system means; without `code` it depends on what was asked of it. */
interface Answer {
  /** `{}` is what was looked for: a file, a folder. */
  readonly said: string;
  readonly code?: ErrorCode;
  readonly remedy?: string;
}

const NO_RIGHT: Answer = { said: 'permission denied', remedy: 'give this user the right to it' };
const NO_LINKS: Answer = { said: 'the file system has no hard links, which a lake needs' };

// Codes whose own words say little; any other code is told as it is.
const ANSWERS: Readonly<Record<string, Answer>> = {
  EACCES: NO_RIGHT,
  EPERM: NO_RIGHT,
  EROFS: { said: 'the file system is read-only' },
  ENOENT: { said: 'no such {}', remedy: 'mend the path' },
  EEXIST: { said: 'something else has this name' },
  ENOTDIR: { said: 'not a folder' },
  EISDIR: { said: 'it is a folder' },
  EIO: { said: 'the disk does not answer as it should' },
  EXDEV: { said: 'the folder tmp/ of the lake lies on another file system' },
  ENOTSUP: NO_LINKS,
  EOPNOTSUPP: NO_LINKS,
  ENOSPC: { said: 'disk full', code: 'disk_full' },
  EDQUOT: { said: 'quota full', code: 'disk_full' },
  EMFILE: { said: 'too many open files in this process', code: 'store_busy' },
  ENFILE: { said: 'too many open files on this machine', code: 'store_busy' },
  EAGAIN: { said: 'the system is busy', code: 'store_busy' },
  EBUSY: { said: 'the file is in use', code: 'store_busy' },
  EINTR: { said: 'a signal came between', code: 'store_busy' },
};

/** Names that are taken by something of the wrong kind. */
const IN_THE_WAY: ReadonlySet<string> = new Set(['EEXIST', 'ENOTDIR', 'EISDIR']);

/** The code of a Node system error, or the empty string. */
export function fileErrorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Whether the file, or a folder above it, is not there. */
export function isMissing(error: unknown): boolean {
  const code = fileErrorCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Whether something of that name is there already. */
export function isTaken(error: unknown): boolean {
  return fileErrorCode(error) === 'EEXIST';
}

/**
 * Whether the system refused a call; anything else that is thrown is no answer of a file system.
 */
function isAnswer(error: unknown): error is Error {
  return error instanceof Error && !(error instanceof BrewhouseError) && 'syscall' in error;
}

/**
 * A failure inside the lake: `disk_full` where there is no room (or quota) left, `store_busy` where
 * trying again helps, `store_refused` for everything else. What is no answer of the system comes
 * back as it is. `doing` completes "cannot ...".
 */
export function translateFileError(cause: unknown, doing: string, path: string): unknown {
  const errno = fileErrorCode(cause);
  if (errno === '' || cause instanceof BrewhouseError) return cause;
  const { said, code = 'store_refused' } = ANSWERS[errno] ?? { said: errno };
  const message = `cannot ${doing} ${path}: ${said.replace('{}', 'file or folder')}`;
  return new BrewhouseError(code, message, { place: { file: path }, cause });
}

/** What a failed read was about. */
export interface FailedRead extends Omit<ErrorFacts, 'cause'> {
  /** `input_unreadable` where none is given. */
  readonly code?: ErrorCode;
  readonly what?: 'file' | 'folder';
}

/** A failure to read what a person named. What is no answer of the system comes back as it is. */
export function translateReadError(cause: unknown, path: string, read: FailedRead = {}): unknown {
  if (!isAnswer(cause)) return cause;
  const { code = 'input_unreadable', what = 'file', place = { file: path } } = read;
  const { said, remedy }: Answer = ANSWERS[fileErrorCode(cause)] ?? { said: cause.message };
  return new BrewhouseError(code, `cannot read ${path}: ${said.replace('{}', what)}`, {
    place,
    ...((read.remedy ?? remedy) === undefined ? {} : { remedy: read.remedy ?? remedy }),
    cause,
  });
}

/**
 * A failure to write where a person said with `--out`: `usage` where something of the wrong kind
 * has the name, else as `translateFileError`.
 */
export function translateWriteError(cause: unknown, path: string): unknown {
  if (!isAnswer(cause)) return cause;
  const errno = fileErrorCode(cause);
  const answer: Answer = ANSWERS[errno] ?? { said: cause.message };
  const code = IN_THE_WAY.has(errno) ? 'usage' : (answer.code ?? 'store_refused');
  const remedy = code === 'disk_full' ? {} : { remedy: 'name another folder: --out DIR' };
  // The call inside may have been about one of several files.
  const file = 'path' in cause && typeof cause.path === 'string' ? cause.path : path;
  const message = `cannot write ${file}: ${answer.said.replace('{}', 'file or folder')}`;
  return new BrewhouseError(code, message, { place: { file }, ...remedy, cause });
}

/** Does something to a file of the lake. Throws what `translateFileError` makes of a refusal. */
export async function translated<T>(doing: string, path: string, work: (path: string) => Promise<T>): Promise<T> {
  try {
    return await work(path);
  } catch (cause) {
    throw translateFileError(cause, doing, path);
  }
}

/** The same, which waits for nothing. */
export function translatedSync<T>(doing: string, path: string, work: (path: string) => T): T {
  try {
    return work(path);
  } catch (cause) {
    throw translateFileError(cause, doing, path);
  }
}

/** As `translated`; null where there is no such file. */
export function orNull<T>(doing: string, path: string, work: (path: string) => Promise<T>): Promise<T | null> {
  return translated(doing, path, async () => {
    try {
      return await work(path);
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  });
}
