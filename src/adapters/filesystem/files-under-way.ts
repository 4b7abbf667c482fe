/**
 * Files under way: written in a temporary folder of this machine, hashed on the way, and given
 * their name at the end.
 */

import { createHash } from 'node:crypto';
import type { Sha256 } from '../../../schemas/ids.ts';
import { PROCESS_EFFECTS } from '../../effects.ts';
import type { FileUnderWay, WrittenFile } from '../../lake/object-store.ts';
import { translateFileError } from './file-errors.ts';
import { openTempFile } from './temp-files.ts';

/** Where files under way lie, and how they come to their names. */
export interface Naming {
  readonly tempFolder: string;
  /** Whether the file itself becomes the named one, and so must be durable; else it is removed. */
  readonly isKept: boolean;
  /** Names the finished file at `path`; what it throws is what `finish` throws. */
  readonly give: (path: string, key: string, written: WrittenFile) => Promise<void>;
}

/** Opens an empty file. Throws `disk_full`, `store_refused`. */
export function openFileUnderWay({ tempFolder, isKept, give }: Naming, effects = PROCESS_EFFECTS): FileUnderWay {
  const temp = openTempFile(tempFolder, '.new', effects);
  const hash = createHash('sha256');
  let bytes = 0;
  /** Ends the content and names it by `keyOf` its hash. */
  const name = async (keyOf: (sha256: Sha256) => string): Promise<WrittenFile & { key: string }> => {
    temp.assertOpen();
    try {
      temp.close(isKept);
      const sha256 = hash.digest('hex') as Sha256;
      const key = keyOf(sha256);
      await give(temp.path, key, { sha256, bytes });
      if (!isKept) temp.abort();
      return { key, sha256, bytes };
    } catch (cause) {
      temp.abort();
      throw translateFileError(cause, 'write', temp.path);
    }
  };
  return {
    write(chunk) {
      temp.write(chunk);
      hash.update(chunk);
      bytes += chunk.length;
    },
    finish: (folder, ending = '') => name((sha256) => `${folder}/${sha256}${ending}`),
    async finishAs(key) {
      const { sha256, bytes } = await name(() => key);
      return { sha256, bytes };
    },
    abort: () => temp.abort(),
  };
}
