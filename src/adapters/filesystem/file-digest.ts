/** Digests of whole files, read as streams, and the files below a folder. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { compareUtf8 } from '../../../schemas/byte-order.ts';
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

/** SHA-256s by name, of files in a folder. Throws as `fileSha256`. */
export async function fileDigests(
  folder: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Record<string, Sha256>> {
  const found: [string, Sha256][] = [];
  for (const name of names) found.push([name, await fileSha256(join(folder, name), signal)]);
  return Object.fromEntries(found);
}

/** Regular files, by their paths below the folder, in byte order. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => relative(folder, join(parentPath, name))).sort(compareUtf8);
}
