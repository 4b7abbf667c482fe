/** What stands for an id in a release: a keyed hash, so another key never means another corpus. */
import { hash } from 'node:crypto';
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

/** Of each kind, the pseudonym of an id; the empty id stays empty. */
export type Pseudonyms = Readonly<Record<PseudonymKind, (id: string) => string>>;

/** Ids of a kind whose pseudonyms are kept: an event is in many rows of its member. */
const KNOWN_MAX = 100_000;

/**
 * Pseudonyms under a key: 32 hexadecimal digits (PSEUDO-1). Those of members and events are kept;
 * that of an example is asked for once. Bound: `knownMax` of each kind; 0 for who asks once alone.
 */
export function pseudonymsOf(key: PseudonymKey, knownMax = KNOWN_MAX): Pseudonyms {
  return {
    member: keeping(keyedHash(key, 'member'), knownMax),
    example: keyedHash(key, 'example'),
    event: keeping(keyedHash(key, 'event'), knownMax),
  };
}

function keeping(make: (id: string) => string, knownMax: number): (id: string) => string {
  if (knownMax === 0) return make;
  const known = new Map<string, string>();
  return (id) => {
    const before = known.get(id);
    if (before !== undefined) return before;
    if (known.size >= knownMax) known.clear();
    const made = make(id);
    known.set(id, made);
    return made;
  };
}

const [BLOCK_BYTES, HASH_BYTES] = [64, 32];
const [INNER_PAD, OUTER_PAD] = [0x36, 0x5c];

/**
 * HMAC-SHA-256 (RFC 2104) by two hashes in one call each over blocks that hold the padded key
 * already: a seventh of the time of `createHmac`, which makes a key object for each.
 */
function keyedHash({ secret }: PseudonymKey, kind: PseudonymKind): (id: string) => string {
  const begin = Buffer.concat([paddedKey(secret, INNER_PAD), Buffer.from(`${kind}${UNIT_SEPARATOR}`, 'utf8')]);
  const outer = Buffer.concat([paddedKey(secret, OUTER_PAD), Buffer.alloc(HASH_BYTES)]);
  let inner = begin;
  return (id) => {
    if (id === '') return '';
    // A UTF-16 unit takes three bytes at most.
    const most = begin.length + 3 * id.length;
    if (inner.length < most) inner = Buffer.concat([begin, Buffer.alloc(2 * most)]);
    const end = begin.length + inner.write(id, begin.length, 'utf8');
    hash('sha256', inner.subarray(0, end), 'buffer').copy(outer, BLOCK_BYTES);
    return hash('sha256', outer, 'hex').slice(0, 32);
  };
}

/** Of a key that is shorter than a block. */
function paddedKey(secret: Uint8Array, pad: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: BLOCK_BYTES }, (_, i) => (secret[i] ?? 0) ^ pad));
}
