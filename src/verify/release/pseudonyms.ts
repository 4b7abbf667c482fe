/** Pseudonyms: what a release holds in place of ids. */
import { createHash, hash } from 'node:crypto';
import { BrewhouseError } from '../../errors.ts';
import { remember } from '../checked.ts';

/** What an id is the id of. */
export type PseudonymKind = 'member' | 'example' | 'event';

/** Makes pseudonyms under one key, whose id are the first 8 hexadecimal digits of its SHA-256. */
export type Pseudonyms = ReturnType<typeof pseudonymsOf>;

/**
 * HMAC-SHA-256 over kind, U+001F and id, under the key of 64 hexadecimal digits, cut to 32; an
 * empty id stays empty (PSEUDO-1). Throws `key_missing` where the key is not one.
 */
export function pseudonymsOf(key: string) {
  if (!/^[0-9a-f]{64}$/i.test(key)) {
    throw new BrewhouseError('key_missing', 'the pseudonym key is not 64 hexadecimal digits');
  }
  const bytes = Buffer.from(key, 'hex');
  const names = { member: new Map<string, string>(), event: new Map<string, string>() };
  const words = new Map<string, Int32Array>();
  const hmac = hmacOf(bytes);
  const make = (kind: PseudonymKind, id: string) => hmac(`${kind}\u001f${id}`).slice(0, 32);
  return {
    keyId: createHash('sha256').update(bytes).digest('hex').slice(0, 8),
    of(kind: PseudonymKind, id: string): string {
      if (id === '') return '';
      if (kind === 'example') return make(kind, id);
      if (names[kind].size > NAMES_MAX) names[kind].clear();
      return remember(names[kind], id, () => make(kind, id));
    },
    /** The pseudonym of an event, which has an id, as four words of 32 bits. */
    wordsOfEvent(id: string): Int32Array {
      if (words.size > NAMES_MAX) words.clear();
      return remember(words, id, () => new Int32Array(Uint8Array.from(Buffer.from(make('event', id), 'hex')).buffer));
    },
  };
}

/**
 * Pseudonyms of a kind that are kept: the lines of a member name the same events again and again.
 */
const NAMES_MAX = 10_000;
const [BLOCK_BYTES, SHA_BYTES] = [64, 32];

/**
 * HMAC-SHA-256 (RFC 2104) in hexadecimal digits, of two plain hashes: node's own spends most of its
 * time on the key.
 */
function hmacOf(key: Uint8Array): (text: string) => string {
  const padded = (pad: number) => Buffer.alloc(BLOCK_BYTES, pad).map((byte, index) => byte ^ (key[index] ?? 0));
  const inner = padded(0x36);
  const outer = Buffer.concat([padded(0x5c), Buffer.alloc(SHA_BYTES)]);
  return (text) => {
    outer.write(hash('sha256', Buffer.concat([inner, Buffer.from(text)]), 'binary'), BLOCK_BYTES, 'latin1');
    return hash('sha256', outer, 'hex');
  };
}
