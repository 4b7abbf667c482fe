/** What stands for an id in a release: a keyed hash, so another key never means another corpus. */
import { createHmac } from 'node:crypto';
import { UNIT_SEPARATOR } from '../../schemas/rows.ts';
import { sha256Hex } from '../content-hash.ts';
import { BrewhouseError } from '../errors.ts';

/** What an id is of: ids of two kinds never have one pseudonym. */
export type PseudonymKind = 'member' | 'example' | 'event';

/** A key of 32 bytes and its public name. */
export interface PseudonymKey {
  readonly secret: Buffer;
  /** First 8 hexadecimal digits of the key's SHA-256. */
  readonly id: string;
}

/** The key in a text. Throws `key_missing` where it is not 64 hexadecimal digits. */
export function parsePseudonymKey(text: string, from: string): PseudonymKey {
  const digits = text.trim();
  if (!/^[0-9a-fA-F]{64}$/.test(digits)) {
    throw new BrewhouseError('key_missing', `the pseudonym key of ${from} is not 64 hexadecimal digits`, {
      remedy: 'make one with: openssl rand -hex 32',
    });
  }
  const secret = Buffer.from(digits, 'hex');
  return { secret, id: sha256Hex(secret).slice(0, 8) };
}

/** The pseudonym of an id, 32 hexadecimal digits (PSEUDO-1); the empty id stays empty. */
export function pseudonym(key: PseudonymKey, kind: PseudonymKind, id: string): string {
  if (id === '') return '';
  return createHmac('sha256', key.secret).update(`${kind}${UNIT_SEPARATOR}${id}`, 'utf8').digest('hex').slice(0, 32);
}
