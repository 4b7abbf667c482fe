/** SHA-256 of bytes: the name of a file in a lake and the link between two records of a chain. */
import { createHash } from 'node:crypto';
import type { Sha256 } from '../../schemas/ids.ts';

/** 64 lower-case hexadecimal digits; a string counts as its UTF-8 bytes. */
export function sha256Hex(bytes: Uint8Array | string): Sha256 {
  return createHash('sha256').update(bytes).digest('hex') as Sha256;
}
