/** The key file of a lake on disk. */
import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { KeyFile } from '../../release/pseudonym-key.ts';
import { linkDurably, writeDurably } from './durable-names.ts';
import { orNull, translateFileError } from './file-errors.ts';

/** The path of the key file of the lake in `folder`: beside the folder, not in it. */
export function keyFileOf(folder: string): string {
  return `${resolve(folder)}.key`;
}

/** Opens the key file of the lake in `folder`; touches no disk yet. */
export function openKeyFile(folder: string): KeyFile {
  const name = keyFileOf(folder);
  const read = () => readFile(name, 'utf8');
  return {
    name,
    read: () => orNull('read', name, read),
    async make() {
      const text = `${randomBytes(32).toString('hex')}\n`;
      const partial = `${name}.${randomBytes(8).toString('hex')}.partial`;
      try {
        // Whole before it has its name: who comes second reads all of the first one's key.
        await writeDurably(partial, Buffer.from(text), 0o600);
        return (await linkDurably(partial, name)) ? text : await read();
      } catch (cause) {
        throw translateFileError(cause, 'write', name);
      } finally {
        await rm(partial, { force: true });
      }
    },
  };
}
