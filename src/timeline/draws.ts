/**
 * Every random choice of a corpus is a hash over seed, purpose and key, so it never depends on
 * order or worker.
 */
import { hash } from 'node:crypto';
import { compareUtf8 } from '../../schemas/byte-order.ts';
import { UNIT_SEPARATOR } from '../../schemas/rows.ts';

/** The parts of a key, or the parts joined, which are the same key (DRAW-1). */
export type DrawKey = string | readonly string[];

/** Digits of a hash that are a draw: six bytes. */
const DIGITS = 12;

/**
 * A draw as a number below 2^48, exact in a double (DRAW-1). Each choice has a purpose of its own:
 * DRAW-4 lists them, with their keys.
 */
export function draw(seed: number, purpose: string, key: DrawKey): number {
  const text = `${seed}${UNIT_SEPARATOR}${purpose}${UNIT_SEPARATOR}${joinedKey(key)}`;
  return Number.parseInt(hash('sha256', text, 'hex').slice(0, DIGITS), 16);
}

/** The key with its parts joined. */
export function joinedKey(key: DrawKey): string {
  return typeof key === 'string' ? key : key.join(UNIT_SEPARATOR);
}

/** A joined key with one part more. */
export function keyWith(key: string, part: string | number): string {
  return `${key}${UNIT_SEPARATOR}${part}`;
}

/** A share or weight of a recipe in whole millionths (DRAW-2). */
export function millionths(share: number): number {
  return Math.round(share * 1_000_000);
}

/** Of each share that was asked about, the least draw that is not in it. */
const limits = new Map<number, number>();

/** Whether a draw falls into a share of 0 to 1 (DRAW-2). */
export function inShare(drawn: number, share: number): boolean {
  return drawn < limitOf(share);
}

/**
 * The least whole number that is at least m x 2^48 / 1,000,000: up to 2^48, so exact in a double.
 * A recipe has a few shares, and each is worked out once.
 */
function limitOf(share: number): number {
  let limit = limits.get(share);
  if (limit === undefined) {
    limit = Number((BigInt(millionths(share)) * 2n ** 48n + 999_999n) / 1_000_000n);
    limits.set(share, limit);
  }
  return limit;
}

/** A draw with the key that decides where two are equal. */
export interface RankedDraw {
  readonly drawn: number;
  readonly key: DrawKey;
}

/** The order of draws (DRAW-3). */
export function compareDraws(a: RankedDraw, b: RankedDraw): number {
  return a.drawn - b.drawn || compareKeys(a.key, b.key);
}

/** In order of their draws; equal draws fall back on the key (DRAW-3). */
export function inDrawOrder<T>(
  values: readonly T[],
  keyOf: (value: T) => DrawKey,
  { seed, purpose }: { seed: number; purpose: string },
): T[] {
  return values
    .map((value) => ({ value, key: joinedKey(keyOf(value)) }))
    .map(({ value, key }) => ({ value, key, drawn: draw(seed, purpose, key) }))
    .sort(compareDraws)
    .map(({ value }) => value);
}

/** The order of keys: that of their parts joined (DRAW-3). */
export function compareKeys(a: DrawKey, b: DrawKey): number {
  return compareUtf8(joinedKey(a), joinedKey(b));
}
