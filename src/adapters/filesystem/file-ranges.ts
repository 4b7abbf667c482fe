/** Reads exactly the bytes that were asked for, or says that the lake is broken. */
import type { FileHandle } from 'node:fs/promises';
import { brokenRange, requireRange, type SizedKey } from '../../lake/broken-file.ts';

/** An open file of the lake and how many bytes it has. */
export interface SizedFile extends SizedKey {
  readonly file: FileHandle;
}

/**
 * The bytes from `from` up to, not with, `to`, in a buffer of their own. Throws `lake_broken` where
 * the file ends before.
 */
export async function readExactly({ file, size, key }: SizedFile, from: number, to: number): Promise<Uint8Array> {
  requireRange({ key, size }, from, to);
  const bytes = Buffer.allocUnsafeSlow(to - from);
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, from + done);
    if (bytesRead === 0) throw brokenRange(key, from, to);
    done += bytesRead;
  }
  return bytes;
}
