/** Reads the bytes of a plain, gzip (.gz) or Zstandard (.zst) file. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { constants, createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib';
import { BrewhouseError } from '../../errors.ts';
import { fileErrorCode, translateReadError } from './file-errors.ts';

/** As Node's decoders say it. */
const CUT_SHORT = 'unexpected end of file';

/**
 * Chunks of the decompressed file. Its name tells the format: `.gz` is gzip (RFC 1952) with its
 * members joined, zero bytes behind a member passed over, `.zst` Zstandard (RFC 8878) with its
 * frames joined, all else plain. `where` returns the line that was reached, for the error. Bound: a
 * chunk, 16 to 128 KiB. Throws BrewhouseError('input_unreadable') where the file is missing, not
 * permitted, cut short, fails its checksum, or holds anything else.
 */
export async function* readFileBytes(file: string, where: () => number = () => 0): AsyncGenerator<Uint8Array> {
  try {
    if (file.endsWith('.zst')) yield* readPieces(file, unzstd);
    else if (file.endsWith('.gz')) yield* readPieces(file, createGunzip);
    else yield* readStream(file, 0);
  } catch (cause) {
    throw unreadable(file, where(), cause);
  }
}

/**
 * The longest window that there is: `zstd --long=31` keeps 2 GiB of what it wrote in memory, and so
 * must who reads it.
 */
const WINDOW_LOG_MAX = 31;

const unzstd = () => createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG_MAX } });

async function* readStream(file: string, start: number, decoder?: Gunzip | ZstdDecompress): AsyncGenerator<Uint8Array> {
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
 * THE END OF A DECODER IS NOT THE END OF A FILE: Node's end silently after one frame, or before a
 * zero byte; files by pzstd or `cat` have many, so reading goes on after each.
 */
async function* readPieces(file: string, create: () => Gunzip | ZstdDecompress): AsyncGenerator<Uint8Array> {
  const { size } = await stat(file);
  let at = 0;
  do {
    const decoder = create();
    yield* readStream(file, at, decoder);
    if (decoder.bytesWritten === 0) throw new Error(CUT_SHORT);
    at += decoder.bytesWritten;
    if (create === createGunzip) at += await zerosFrom(file, at);
  } while (at < size);
}

/** How many zero bytes there are from `start` on: tapes and block devices pad with them. */
async function zerosFrom(file: string, start: number): Promise<number> {
  let zeros = 0;
  for await (const chunk of readStream(file, start)) {
    const end = chunk.findIndex((byte) => byte !== 0);
    if (end !== -1) return zeros + end;
    zeros += chunk.length;
  }
  return zeros;
}

/** What zlib found wrong; what the file system refused. */
function unreadable(file: string, line: number, cause: unknown): unknown {
  const place = line > 0 ? { file, line } : { file };
  const said = damage(cause);
  if (said === undefined) return translateReadError(cause, file, { place });
  const remedy = 'copy or make the file again; nothing of a broken file is used';
  return new BrewhouseError('input_unreadable', `cannot read ${file}: ${said}`, { place, remedy, cause });
}

function damage(cause: unknown): string | undefined {
  const { message } = cause instanceof Error ? cause : new Error(String(cause));
  const code = fileErrorCode(cause);
  if (code === 'Z_BUF_ERROR' || message === CUT_SHORT) return 'it is cut short (the compressed data ends too early)';
  return /^(Z|ZSTD)_/.test(code) ? `its compressed data is damaged (${message})` : undefined;
}
