/** Reads exactly the bytes that were asked for, or says that the lake is broken. */
import type { FileHandle } from 'node:fs/promises';
import type { BrewhouseError } from '../../errors.ts';
import { brokenFile } from '../../lake/broken-file.ts';

/** An open file of the lake and how many bytes it has. */
export interface SizedFile {
  readonly key: string;
  readonly file: FileHandle;
  readonly size: number;
}

/**
 * The bytes from `from` up to, not with, `to`, in a buffer of their own. Throws `lake_broken` where
 * the file ends before.
 */
export async function readExactly({ file, size, key }: SizedFile, from: number, to: number): Promise<Uint8Array> {
  // Before memory is taken: a broken footer may ask for any number of bytes.
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || to < from || to > size)
    throw cut(key, from, to);
  const bytes = Buffer.allocUnsafeSlow(to - from);
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, from + done);
    if (bytesRead === 0) throw cut(key, from, to);
    done += bytesRead;
  }
  return bytes;
}

function cut(key: string, from: number, to: number): BrewhouseError {
  return brokenFile(key, `has no bytes ${from} to ${to}`);
}
