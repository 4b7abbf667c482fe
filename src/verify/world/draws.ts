/** Draws: every random choice is a SHA-256 of seed, purpose and key. */
import { hash } from 'node:crypto';

const SEPARATOR = '\u001f';
const DRAW_BITS = 48n;
const MILLION = 1_000_000n;

/** The parts of a draw's key; which key a purpose has says DRAW-4. */
export type DrawKey = readonly (string | number)[];

/**
 * The draws of a seed: numbers below 2^48 (DRAW-1), and whether one falls below a share of so many
 * whole millionths (DRAW-2).
 */
export function drawsOf(seed: number) {
  const number = (purpose: string, key: DrawKey) =>
    hash('sha256', [seed, purpose, ...key].join(SEPARATOR), 'buffer').readUIntBE(0, 6);
  const within = (millionths: number, purpose: string, key: DrawKey) =>
    BigInt(number(purpose, key)) * MILLION < BigInt(millionths) << DRAW_BITS;
  return { number, within };
}

/** Compares two strings by their UTF-8 bytes (DRAW-3). */
export function compareBytes(a: string, b: string): number {
  if (a === b) return 0;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** A draw, and the key that orders those that are equal. */
type Drawn = { readonly draw: number; readonly key: string };

/** Sorts by draw; equal draws fall back on the key as UTF-8 bytes (DRAW-3). Returns a new list. */
export function sortByDraw<T>(list: readonly T[], drawnOf: (entry: T) => Drawn): T[] {
  const drawn = list.map((entry) => ({ ...drawnOf(entry), entry }));
  drawn.sort((a, b) => a.draw - b.draw || compareBytes(a.key, b.key));
  return drawn.map(({ entry }) => entry);
}

/** The key as one string: parts joined by U+001F. */
export function joinKey(key: DrawKey): string {
  return key.join(SEPARATOR);
}

/** The parts of a joined key. */
export function splitKey(key: string): string[] {
  return key.split(SEPARATOR);
}
