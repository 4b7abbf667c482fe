/**
 * Temporary files on disk: written piece by piece under a name that nobody else has, gone after an
 * error.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Effects } from '../../effects.ts';
import { orNull, translatedSync, translateFileError } from './file-errors.ts';

/** A temporary file that is open for writing. All methods throw `disk_full`, `store_refused`. */
export interface TempFile {
  readonly path: string;
  /** Throws Error (a bug of ours) where the file is closed. */
  assertOpen(): void;
  /** Appends. */
  write(chunk: Uint8Array): void;
  /** Ends the writing; `durably`: waits until the bytes are on the disk. */
  close(durably: boolean): void;
  /** Closes and removes the file; may be called again. */
  abort(): void;
}

/**
 * Opens an empty file in the folder, which is made where it is missing. `ending` tells a person
 * what the file is.
 */
export function openTempFile(folder: string, ending: string, effects: Effects): TempFile {
  const path = join(folder, `${effects.newId()}${ending}`);
  let file: number | null = openNew(folder, path);
  const release = () => {
    const open = file;
    file = null;
    if (open !== null) closeSync(open);
  };
  const descriptor = () => {
    if (file === null) throw new Error('the file is finished or aborted');
    return file;
  };
  const abort = () => {
    try {
      release();
    } finally {
      rmSync(path, { force: true });
    }
  };
  const orAbort = (work: () => void) => {
    try {
      work();
    } catch (cause) {
      abort();
      throw translateFileError(cause, 'write', path);
    }
  };
  return {
    path,
    assertOpen: () => void descriptor(),
    write(chunk) {
      const to = descriptor();
      orAbort(() => writeAll(to, chunk));
    },
    close(durably) {
      const open = descriptor();
      orAbort(() => {
        if (durably) fsyncSync(open);
        release();
      });
    },
    abort,
  };
}

/** Writes the whole chunk; the system may take it in parts. */
function writeAll(file: number, chunk: Uint8Array): void {
  for (let done = 0; done < chunk.length; ) done += writeSync(file, chunk, done, chunk.length - done);
}

function openNew(folder: string, path: string): number {
  return translatedSync('open', path, () => {
    mkdirSync(folder, { recursive: true });
    return openSync(path, 'wx');
  });
}

/**
 * Removes what was last written before that time (epoch milliseconds); returns how many. Throws as
 * a store does.
 */
export async function sweepFolder(folder: string, before: number): Promise<number> {
  const names = (await orNull('list', folder, (path) => readdir(path))) ?? [];
  let swept = 0;
  for (const name of names) {
    const path = join(folder, name);
    const found = await orNull('look at', path, stat);
    if (found === null || found.mtimeMs >= before) continue;
    await rm(path, { recursive: true, force: true });
    swept++;
  }
  return swept;
}
