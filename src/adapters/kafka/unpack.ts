/** Unpacks the records of a batch, whichever of Kafka's codecs packed them, within a bound. */
import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';
import type { UnreadableReason } from '../../stream/topic-log.ts';
import { NotPacked, TooLarge, unpackLz4, unpackSnappy } from './packed-blocks.ts';

/**
 * Of one batch. A broker takes 1 MB packed where nobody tells it otherwise, and events pack ten to
 * one; what is beyond this was made to fill memory.
 */
export const UNPACKED_BYTES_MAX = 64 * 1024 * 1024;

const [gunzipped, unzstd] = [promisify(gunzip), promisify(zstdDecompress)];

/** By their numbers in a batch's attributes; 0 is none. */
const CODECS: readonly (((bytes: Buffer, bytesMax: number) => Promise<Buffer>) | undefined)[] = [
  async (bytes) => bytes,
  (bytes, maxOutputLength) => gunzipped(bytes, { maxOutputLength }),
  async (bytes, bytesMax) => unpackSnappy(bytes, bytesMax),
  async (bytes, bytesMax) => unpackLz4(bytes, bytesMax),
  (bytes, maxOutputLength) => unzstd(bytes, { maxOutputLength }),
];

/** The bytes, or why they cannot be had. `codec`: the lowest three bits of the attributes. */
export async function unpack(
  codec: number,
  bytes: Buffer,
  bytesMax: number = UNPACKED_BYTES_MAX,
): Promise<Buffer | UnreadableReason> {
  const decode = CODECS[codec];
  if (decode === undefined) return 'unknown_format';
  try {
    return await decode(bytes, bytesMax);
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (error instanceof TooLarge || code === 'ERR_BUFFER_TOO_LARGE') return 'too_large';
    // Codes of zlib: `Z_DATA_ERROR`, `ZSTD_error_corruption_detected`.
    if (error instanceof NotPacked || (typeof code === 'string' && code.startsWith('Z'))) return 'damaged';
    throw error;
  }
}
