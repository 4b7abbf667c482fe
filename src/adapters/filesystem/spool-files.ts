/** Spools on disk: files written piece by piece in the lake's temporary folder, hashed on the way, named at their end. */
import { createHash, randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { SpooledFile, SpoolFile } from '../../lake/object-store.ts';
import { renameDurably } from './durable-names.ts';
import { translateFileError } from './file-errors.ts';

/** Where a spool is opened, and how a key becomes a path. */
export interface SpoolPlace {
  readonly spoolFolder: string;
  readonly pathOf: (key: string) => string;
}

/** Opens an empty spool. Throws `disk_full`, `store_refused`. */
export function openSpool({ spoolFolder, pathOf }: SpoolPlace): SpoolFile {
  const temp = join(spoolFolder, `${randomUUID()}.spool`);
  const hash = createHash('sha256');
  let bytes = 0;
  let file: number | null = openNew(spoolFolder, temp);
  const close = () => {
    const open = file;
    file = null;
    if (open !== null) closeSync(open);
  };
  const abort = () => {
    try {
      close();
    } finally {
      rmSync(temp, { force: true });
    }
  };
  const descriptor = () => {
    if (file === null) throw new Error('the spool is finished or aborted');
    return file;
  };
  const fail = (cause: unknown): never => {
    abort();
    throw translateFileError(cause, 'write', temp);
  };
  /** Ends the content: hash and size stand, the bytes are on the disk. */
  const seal = (): SpooledFile => {
    fsyncSync(descriptor());
    close();
    return { sha256: hash.digest('hex'), bytes };
  };
  return {
    write(chunk) {
      const to = descriptor();
      try {
        writeAll(to, chunk);
      } catch (cause) {
        fail(cause);
      }
      hash.update(chunk);
      bytes += chunk.length;
    },
    async finish(folder, ending = '') {
      descriptor();
      try {
        const spooled = seal();
        const key = `${folder}/${spooled.sha256}${ending}`;
        await renameDurably(temp, pathOf(key));
        return { key, ...spooled };
      } catch (cause) {
        return fail(cause);
      }
    },
    async finishAs(key) {
      descriptor();
      try {
        const spooled = seal();
        await renameDurably(temp, pathOf(key));
        return spooled;
      } catch (cause) {
        return fail(cause);
      }
    },
    abort,
  };
}

/** Writes the whole chunk; the system may take it in parts. Throws the system's error. */
export function writeAll(file: number, chunk: Uint8Array): void {
  for (let done = 0; done < chunk.length; ) done += writeSync(file, chunk, done, chunk.length - done);
}

function openNew(folder: string, path: string): number {
  try {
    mkdirSync(folder, { recursive: true });
    return openSync(path, 'wx');
  } catch (cause) {
    throw translateFileError(cause, 'open', path);
  }
}
