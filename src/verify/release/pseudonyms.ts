/** Pseudonyms: what stands for ids in a release (rules.md 7). */
import { createHash, createHmac } from 'node:crypto';
import { BrewhouseError } from '../../errors.ts';

export type PseudonymKind = 'member' | 'example' | 'event';

export interface Pseudonyms {
  /** First 8 hexadecimal digits of the key's SHA-256. */
  readonly keyId: string;
  /** 32 hexadecimal digits; an empty id stays empty. */
  of(kind: PseudonymKind, id: string): string;
}

/** HMAC-SHA-256 over kind, U+001F and id, under the key of 64 hexadecimal digits. Throws `key_missing` where it is none. */
export function pseudonymsOf(key: string): Pseudonyms {
  if (!/^[0-9a-f]{64}$/i.test(key)) {
    throw new BrewhouseError('key_missing', 'the pseudonym key is not 64 hexadecimal digits', {
      remedy: 'set BREWHOUSE_KEY to the key that the release was made with',
    });
  }
  const bytes = Buffer.from(key, 'hex');
  const events = new Map<string, string>();
  const make = (kind: PseudonymKind, id: string) =>
    createHmac('sha256', bytes).update(`${kind}\u001f${id}`).digest('hex').slice(0, 32);
  return {
    keyId: createHash('sha256').update(bytes).digest('hex').slice(0, 8),
    of(kind, id) {
      if (id === '') return '';
      if (kind !== 'event') return make(kind, id);
      const known = events.get(id) ?? make(kind, id);
      events.set(id, known);
      return known;
    },
  };
}
