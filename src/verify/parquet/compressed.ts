/** Pages as files hold them: unpacked, and held to be nothing but what is unpacked. */
import { zstdDecompressSync } from 'node:zlib';
import { snappyUncompress } from 'hyparquet';
import { numberAt } from '../checked.ts';

/** Numbers of the codecs that a release may have (parquet.thrift, CompressionCodec). */
const [PLAIN, SNAPPY, ZSTD] = [0, 1, 6];

/** The content of a page of `size` bytes. Throws RangeError where the page holds anything else. */
export function unpacked(bytes: Uint8Array, codec: number, size: number): Uint8Array {
  const content = contentOf(bytes, codec, size);
  if (content.length !== size) throw new RangeError(`a page unpacks to ${content.length} bytes instead of ${size}`);
  return content;
}

function contentOf(bytes: Uint8Array, codec: number, size: number): Uint8Array {
  if (codec === PLAIN) return bytes;
  if (codec === SNAPPY) {
    const content = new Uint8Array(size);
    // The library passes over the length, whatever it says.
    if (!isLength(bytes, size)) throw new RangeError('a page packed by snappy says another length');
    snappyUncompress(bytes, content);
    return content;
  }
  if (codec !== ZSTD) throw new RangeError(`a page is packed by the codec ${codec}`);
  // The library passes over frames that are there to be passed over, and reads several.
  if (zstdFrameEnd(bytes) !== bytes.length) throw new RangeError('a page is more than one zstd frame');
  // In one piece, which no other has to be joined with.
  return zstdDecompressSync(bytes, {
    maxOutputLength: Math.max(size, 1),
    chunkSize: Math.max(size + 1, CHUNK_BYTES_MIN),
  });
}

/** Node takes no smaller one. */
const CHUNK_BYTES_MIN = 64;

/** Whether bytes begin with a number as a varint of the fewest bytes. */
function isLength(bytes: Uint8Array, size: number): boolean {
  let [rest, at] = [size, 0];
  for (; rest >= 128; rest = Math.floor(rest / 128)) if (bytes[at++] !== 128 + (rest % 128)) return false;
  return bytes[at] === rest;
}

const ZSTD_MAGIC = 0xfd2fb528;
const [RAW_BLOCK, RLE_BLOCK] = [0, 1];

/**
 * Where the zstd frame ends that begins a page (RFC 8878, 3.1.1); -1 where none does, or a block of
 * it says nothing.
 */
function zstdFrameEnd(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 6 || view.getUint32(0, true) !== ZSTD_MAGIC) return -1;
  const descriptor = numberAt(bytes, 4);
  const isSingle = (descriptor & 0x20) !== 0;
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  // An id of a dictionary, which a page cannot have, and bits that mean nothing.
  if ((descriptor & 0x1b) !== 0) return -1;
  let at = 5 + (isSingle ? 0 : 1) + sizeBytes;
  for (;;) {
    if (at + 3 > bytes.length) return -1;
    const head = view.getUint16(at, true) + numberAt(bytes, at + 2) * 65_536;
    const [isLast, type, size] = [(head & 1) === 1, (head >> 1) & 3, head >> 3];
    at += 3;
    if (isIdle(bytes.subarray(at, at + size), type, size) && !(isLast && type === RAW_BLOCK)) return -1;
    at += type === RLE_BLOCK ? 1 : size;
    if (isLast) return at + ((descriptor & 4) === 0 ? 0 : 4);
  }
}

/**
 * Whether a block makes no byte, and so could hold any: one of no size, or a packed one without
 * literals and sequences (RFC 8878, 3.1.1.3). Literals of no size in a run hold one that nobody
 * reads.
 */
function isIdle(block: Uint8Array, type: number, size: number): boolean {
  if (type === RAW_BLOCK || type === RLE_BLOCK) return size === 0;
  const [head = 0, next = 0, third = 0] = block;
  const [kind, form] = [head & 3, (head >> 2) & 3];
  if (kind > 1) return false;
  const [bytes, literals] =
    form === 1
      ? [2, (head >> 4) + next * 16]
      : form === 3
        ? [3, (head >> 4) + next * 16 + third * 4096]
        : [1, head >> 3];
  return literals === 0 && (kind === 1 || (block[bytes] ?? 0) === 0);
}
