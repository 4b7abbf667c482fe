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
    snappyUncompress(bytes, content);
    return content;
  }
  if (codec !== ZSTD) throw new RangeError(`a page is packed by the codec ${codec}`);
  // The library passes over frames that are there to be passed over, and reads several.
  if (zstdFrameEnd(bytes) !== bytes.length) throw new RangeError('a page is more than one zstd frame');
  return zstdDecompressSync(bytes, { maxOutputLength: Math.max(size, 1) });
}

const ZSTD_MAGIC = 0xfd2fb528;
const RLE_BLOCK = 1;

/** Where the zstd frame ends that begins a page (RFC 8878, 3.1.1); -1 where none does. */
function zstdFrameEnd(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 6 || view.getUint32(0, true) !== ZSTD_MAGIC) return -1;
  const descriptor = numberAt(bytes, 4);
  const isSingle = (descriptor & 0x20) !== 0;
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  // An id of a dictionary, which a page cannot have, and the reserved bit.
  if ((descriptor & 0x0b) !== 0) return -1;
  let at = 5 + (isSingle ? 0 : 1) + sizeBytes;
  for (;;) {
    if (at + 3 > bytes.length) return -1;
    const head = view.getUint16(at, true) + numberAt(bytes, at + 2) * 65_536;
    at += 3 + (((head >> 1) & 3) === RLE_BLOCK ? 1 : head >> 3);
    if ((head & 1) === 1) return at + ((descriptor & 4) === 0 ? 0 : 4);
  }
}
