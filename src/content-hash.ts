/** SHA-256 of bytes: names files of a lake, links its records, pins what a corpus depends on. */
import { hash } from 'node:crypto';
import type { Sha256 } from '../schemas/ids.ts';

/** 64 lower-case hexadecimal digits; a string counts as its UTF-8 bytes. */
export function sha256Hex(bytes: Uint8Array | string): Sha256 {
  return hash('sha256', bytes, 'hex') as Sha256;
}
