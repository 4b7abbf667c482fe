/** CRC-32C (Castagnoli), by which a record batch tells that its bytes are those that were sent. */
import { byteAt } from '../../checked.ts';

/** Reversed 0x1edc6f41: RFC 3720, appendix B.4. */
const POLYNOMIAL = 0x82f63b78;
/** Bytes at a step: each has a table of its own, which is several times as fast as one. */
const SLICES = 8;

let tables: readonly Int32Array[] | undefined;

function makeTables(): Int32Array[] {
  const first = Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
    return crc;
  });
  const all = [first];
  for (let slice = 1; slice < SLICES; slice++)
    all.push((all[slice - 1] as Int32Array).map((crc) => (crc >>> 8) ^ (first[crc & 0xff] as number)));
  return all;
}

/** An unsigned 32-bit number. */
export function crc32c(bytes: Buffer): number {
  tables ??= makeTables();
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as readonly Int32Array[] & { readonly length: 8 };
  const of = (table: Int32Array | undefined, index: number) => table?.[index & 0xff] ?? 0;
  let crc = -1;
  let at = 0;
  for (const whole = bytes.length - (bytes.length % SLICES); at < whole; at += SLICES) {
    const low = crc ^ bytes.readInt32LE(at);
    const high = bytes.readInt32LE(at + 4);
    crc =
      of(t7, low) ^
      of(t6, low >>> 8) ^
      of(t5, low >>> 16) ^
      of(t4, low >>> 24) ^
      of(t3, high) ^
      of(t2, high >>> 8) ^
      of(t1, high >>> 16) ^
      of(t0, high >>> 24);
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ of(t0, crc ^ byteAt(bytes, at));
  return ~crc >>> 0;
}
