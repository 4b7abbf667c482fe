/**
 * Every random choice of a corpus is a hash over seed, purpose and key, so it never depends on
 * order or worker.
 */
import { createHash } from 'node:crypto';
import { compareUtf8 } from '../../schemas/byte-order.ts';
import { UNIT_SEPARATOR } from '../../schemas/rows.ts';

/**
 * A draw as a number below 2^48, exact in a double (DRAW-1). Each choice has a purpose of its own:
 * DRAW-4 lists them, with their keys.
 */
export function draw(seed: number, purpose: string, key: readonly string[]): number {
  const text = `${seed}${UNIT_SEPARATOR}${purpose}${UNIT_SEPARATOR}${key.join(UNIT_SEPARATOR)}`;
  return createHash('sha256').update(text, 'utf8').digest().readUIntBE(0, 6);
}

/** A share or weight of a recipe in whole millionths (DRAW-2). */
export function millionths(share: number): number {
  return Math.round(share * 1_000_000);
}

/** Whether a draw falls into a share of 0 to 1 (DRAW-2). */
export function inShare(drawn: number, share: number): boolean {
  return BigInt(drawn) * 1_000_000n < BigInt(millionths(share)) * 2n ** 48n;
}

/** A draw with the key that decides where two are equal. */
export interface RankedDraw {
  readonly drawn: number;
  readonly key: readonly string[];
}

/** The order of draws (DRAW-3). */
export function compareDraws(a: RankedDraw, b: RankedDraw): number {
  return a.drawn - b.drawn || compareKeys(a.key, b.key);
}

/** In order of their draws; equal draws fall back on the key (DRAW-3). */
export function inDrawOrder<T>(
  values: readonly T[],
  keyOf: (value: T) => readonly string[],
  { seed, purpose }: { seed: number; purpose: string },
): T[] {
  return values
    .map((value) => ({ value, key: keyOf(value) }))
    .map(({ value, key }) => ({ value, key, drawn: draw(seed, purpose, key) }))
    .sort(compareDraws)
    .map(({ value }) => value);
}

/** The order of keys: that of their parts joined (DRAW-3). */
export function compareKeys(a: readonly string[], b: readonly string[]): number {
  return compareUtf8(a.join(UNIT_SEPARATOR), b.join(UNIT_SEPARATOR));
}
