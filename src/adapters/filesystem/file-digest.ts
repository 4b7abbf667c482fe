/** The digest of a whole file, read as a stream. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Sha256 } from '../../../schemas/ids.ts';
import { reading } from './user-files.ts';

/** SHA-256 of the file's bytes. Throws `input_unreadable`, and the reason of `signal`. */
export function fileSha256(path: string, signal: AbortSignal): Promise<Sha256> {
  const hash = createHash('sha256');
  return reading(path, async () => {
    for await (const chunk of createReadStream(path)) {
      signal.throwIfAborted();
      hash.update(chunk);
    }
    return hash.digest('hex') as Sha256;
  });
}
