/** The key file of a lake on disk. */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { KeyFile } from '../../release/pseudonym-key.ts';
import { isTaken, orNull, translateFileError } from './file-errors.ts';

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
      try {
        await writeFile(name, text, { mode: 0o600, flag: 'wx' });
        return text;
      } catch (cause) {
        if (isTaken(cause)) return await read();
        throw translateFileError(cause, 'write', name);
      }
    },
  };
}
