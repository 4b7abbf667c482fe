/** What a plain, gzip (.gz) or Zstandard (.zst) file holds, wherever it lies. */
import { Readable } from 'node:stream';
import { constants, createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib';
import { amendError, BrewhouseError } from '../errors.ts';
import type { ReadableFile } from './event-source.ts';

/** As Node's decoders say it. */
const CUT_SHORT = 'unexpected end of file';

/**
 * Chunks of the decompressed file. Its name tells the format: `.gz` is gzip (RFC 1952) with its
 * members joined, zero bytes behind a member passed over, `.zst` Zstandard (RFC 8878) with its
 * frames joined, all else plain. `where` returns the line that was reached, for the error. Bound:
 * what the file reads ahead, and 16 to 128 KiB. Throws BrewhouseError('input_unreadable') where the
 * file cannot be read, is cut short, fails its checksum, or holds anything else.
 */
export async function* unpackedBytes(file: ReadableFile, where: () => number = () => 0): AsyncGenerator<Uint8Array> {
  try {
    if (file.path.endsWith('.zst')) yield* unpacked(file, unzstd);
    else if (file.path.endsWith('.gz')) yield* unpacked(file, createGunzip);
    else yield* file.read(0);
  } catch (cause) {
    throw unreadable(file.path, where(), cause);
  }
}

/**
 * The longest window that there is: `zstd --long=31` keeps 2 GiB of what it wrote in memory, and so
 * must who reads it.
 */
const WINDOW_LOG_MAX = 31;

const unzstd = () => createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG_MAX } });

async function* decoded(
  file: ReadableFile,
  start: number,
  decoder: Gunzip | ZstdDecompress,
): AsyncGenerator<Uint8Array> {
  const source = Readable.from(file.read(start), { highWaterMark: 1 });
  // pipe() does not pass errors on: without this, reading a broken file would wait for ever.
  source.on('error', (error) => decoder.destroy(error));
  source.pipe(decoder);
  try {
    yield* decoder;
  } finally {
    source.destroy();
    decoder.destroy();
  }
}

/**
 * THE END OF A DECODER IS NOT THE END OF A FILE: Node's end silently after one frame, or before a
 * zero byte; files by pzstd or `cat` have many, so reading goes on after each.
 */
async function* unpacked(file: ReadableFile, create: () => Gunzip | ZstdDecompress): AsyncGenerator<Uint8Array> {
  let at = 0;
  do {
    const decoder = create();
    yield* decoded(file, at, decoder);
    if (decoder.bytesWritten === 0) throw new Error(CUT_SHORT);
    at += decoder.bytesWritten;
    if (create === createGunzip) at += await zerosFrom(file, at);
  } while (at < file.bytes);
}

/** How many zero bytes there are from `start` on: tapes and block devices pad with them. */
async function zerosFrom(file: ReadableFile, start: number): Promise<number> {
  let zeros = 0;
  for await (const chunk of start < file.bytes ? file.read(start) : []) {
    const end = chunk.findIndex((byte) => byte !== 0);
    if (end !== -1) return zeros + end;
    zeros += chunk.length;
  }
  return zeros;
}

/** What zlib found wrong, or why no more can be read. */
function unreadable(path: string, line: number, cause: unknown): unknown {
  const place = line > 0 ? { file: path, line } : { file: path };
  if (cause instanceof BrewhouseError) return amendError(cause, { place });
  const said = damage(cause);
  if (said === undefined) return cause;
  const remedy = 'copy or make the file again; nothing of a broken file is used';
  return new BrewhouseError('input_unreadable', `cannot read ${path}: ${said}`, { place, remedy, cause });
}

function damage(cause: unknown): string | undefined {
  const { message } = cause instanceof Error ? cause : new Error(String(cause));
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'Z_BUF_ERROR' || message === CUT_SHORT) return 'it is cut short (the compressed data ends too early)';
  return /^(Z|ZSTD)_/.test(code) ? `its compressed data is damaged (${message})` : undefined;
}
