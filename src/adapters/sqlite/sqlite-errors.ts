/** What SQLite refuses, in words that a person can do something with. */
import { BrewhouseError } from '../../errors.ts';

/** Result codes of SQLite, https://www.sqlite.org/rescode.html. */
const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

/** The primary result code of an error; undefined: it is none of SQLite. */
function resultOf(error: unknown): number | undefined {
  const { errcode } = error as { readonly errcode?: unknown };
  return typeof errcode === 'number' ? errcode & 0xff : undefined;
}

/** Whether the error says that a file is no database, or no longer. */
export function isDamage(error: unknown): boolean {
  const result = resultOf(error);
  return result === SQLITE_CORRUPT || result === SQLITE_NOTADB;
}

/** Does the work; an error of SQLite becomes `disk_full`, `store_busy` or `store_refused`. */
export function naming<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw named(cause, file);
  }
}

/** The same of work that somebody waits for. */
export async function namingLater<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw named(cause, file);
  }
}

function named(cause: unknown, file: string): unknown {
  const result = resultOf(cause);
  if (result === undefined) return cause;
  const facts = { place: { file }, cause };
  if (result === SQLITE_FULL) return new BrewhouseError('disk_full', `no room to write ${file}`, facts);
  if (result === SQLITE_BUSY) return new BrewhouseError('store_busy', `another process works on ${file}`, facts);
  const what = cause instanceof Error ? cause.message : String(cause);
  const remedy = 'remove the file: it is made again from the lake';
  return new BrewhouseError('store_refused', `the state ${file} cannot be used: ${what}`, { ...facts, remedy });
}
