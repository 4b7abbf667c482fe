/** Reads the bytes of a plain, gzip (.gz) or Zstandard (.zst) file. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { BrewhouseError } from '../errors.ts';

/**
 * Chunks of the decompressed file. Its name tells the format: `.gz` is gzip (RFC 1952) with its
 * members joined, `.zst` Zstandard (RFC 8878) with its frames joined, all else plain. `where`
 * returns the line that was reached, for the error. Bound: a chunk, 16 to 128 KiB. Throws
 * BrewhouseError('input_unreadable') where the file is missing, not permitted, cut short, or fails
 * its checksum.
 */
export async function* readFileBytes(file: string, where: () => number = () => 0): AsyncGenerator<Uint8Array> {
  try {
    if (file.endsWith('.zst')) yield* readFrames(file);
    else yield* readStream(file, 0, file.endsWith('.gz') ? createGunzip() : undefined);
  } catch (cause) {
    throw unreadable(file, where(), cause);
  }
}

async function* readStream(
  file: string,
  start: number,
  decoder: ReturnType<typeof createGunzip> | ReturnType<typeof createZstdDecompress> | undefined,
): AsyncGenerator<Uint8Array> {
  const source = createReadStream(file, { start });
  if (decoder !== undefined) {
    // pipe() does not pass errors on: without this, reading a missing file would wait for ever.
    source.on('error', (error) => decoder.destroy(error));
    source.pipe(decoder);
  }
  try {
    yield* decoder ?? source;
  } finally {
    source.destroy();
    decoder?.destroy();
  }
}

/**
 * Node's decoder ends silently after one frame; files by pzstd or `cat` have many, so each is read
 * on behind.
 */
async function* readFrames(file: string): AsyncGenerator<Uint8Array> {
  const { size } = await stat(file);
  let at = 0;
  do {
    const decoder = createZstdDecompress();
    yield* readStream(file, at, decoder);
    if (decoder.bytesWritten === 0) throw new Error('unexpected end of file');
    at += decoder.bytesWritten;
  } while (at < size);
}

function unreadable(file: string, line: number, cause: unknown): BrewhouseError {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  const [said, remedy] =
    code === 'ENOENT'
      ? ['no such file', 'mend the path']
      : code === 'EACCES' || code === 'EPERM'
        ? ['no permission to read it', 'give this user the right to read it']
        : code === 'EISDIR'
          ? ['it is a folder', 'name a file']
          : code === 'Z_BUF_ERROR' || message === 'unexpected end of file'
            ? [
                'it is cut short (the compressed data ends too early)',
                'copy or make the file again; nothing of a broken file is used',
              ]
            : code.startsWith('Z_') || code.startsWith('ZSTD_')
              ? [
                  `its compressed data is damaged (${message})`,
                  'copy or make the file again; nothing of a broken file is used',
                ]
              : [message, 'look at the disk and the file'];
  return new BrewhouseError('input_unreadable', `cannot read ${file}: ${said}`, {
    place: line > 0 ? { file, line } : { file },
    remedy,
    cause,
  });
}
