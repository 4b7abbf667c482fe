/**
 * Files under way of a lake on disk: written in its temporary folder, hashed on the way, renamed at
 * their end.
 */

import { createHash } from 'node:crypto';
import type { Sha256 } from '../../../schemas/ids.ts';
import { PROCESS_EFFECTS } from '../../effects.ts';
import type { FileUnderWay, WrittenFile } from '../../lake/object-store.ts';
import { renameDurably } from './durable-names.ts';
import { translateFileError } from './file-errors.ts';
import { openTempFile } from './temp-files.ts';

/** Where files under way lie, and how a key becomes a path. */
export interface LakeFolders {
  readonly tempFolder: string;
  readonly pathOf: (key: string) => string;
}

/** Opens an empty file. Throws `disk_full`, `store_refused`. */
export function openFileUnderWay({ tempFolder, pathOf }: LakeFolders, effects = PROCESS_EFFECTS): FileUnderWay {
  const temp = openTempFile(tempFolder, '.new', effects);
  const hash = createHash('sha256');
  let bytes = 0;
  /** Ends the content and names it by `keyOf` its hash. */
  const name = async (keyOf: (sha256: Sha256) => string): Promise<WrittenFile & { key: string }> => {
    temp.assertOpen();
    try {
      temp.close(true);
      const sha256 = hash.digest('hex') as Sha256;
      const key = keyOf(sha256);
      await renameDurably(temp.path, pathOf(key));
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
