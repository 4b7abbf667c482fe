/** Draws: every random choice is a SHA-256 of seed, purpose and key. */
import { hash } from 'node:crypto';

const SEPARATOR = '\u001f';
const DRAW_BITS = 48n;
/** Hexadecimal digits of a draw. */
const DRAW_DIGITS = 12;
const MILLION = 1_000_000n;

/** The parts of a draw's key; which key a purpose has says DRAW-4. */
export type DrawKey = readonly (string | number)[];

/**
 * The draws of a seed: numbers below 2^48 (DRAW-1), and whether one falls below a share of so many
 * whole millionths (DRAW-2).
 */
export function drawsOf(seed: number) {
  const number = (purpose: string, key: DrawKey) =>
    Number.parseInt(hash('sha256', [seed, purpose, ...key].join(SEPARATOR), 'hex').slice(0, DRAW_DIGITS), 16);
  const within = (millionths: number, purpose: string, key: DrawKey) =>
    BigInt(number(purpose, key)) * MILLION < BigInt(millionths) << DRAW_BITS;
  return { number, within };
}

/**
 * The place from 0 on that a draw takes among `size` of them, at least one: the jump consistent
 * hash of Lamping and Veach, https://arxiv.org/abs/1406.2294, in whole numbers (CAND-2).
 */
export function jump(draw: number, size: number): number {
  let state = BigInt(draw);
  let [place, next] = [-1n, 0n];
  while (next < size) {
    place = next;
    state = BigInt.asUintN(64, state * 2_862_933_555_777_941_757n + 1n);
    next = ((place + 1n) << 31n) / ((state >> 33n) + 1n);
  }
  return Number(place);
}

/** Units of UTF-16 are in the order of their UTF-8 bytes up to here. */
const BELOW_SURROGATES = /^[\0-\ud7ff]*$/;

/** Compares two strings by their UTF-8 bytes (DRAW-3). */
export function compareBytes(a: string, b: string): number {
  if (a === b) return 0;
  if (BELOW_SURROGATES.test(a) && BELOW_SURROGATES.test(b)) return a < b ? -1 : 1;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** A draw, and the key that orders those that are equal. */
export interface Drawn {
  readonly draw: number;
  readonly key: string;
}

/** The order of draws (DRAW-3). */
export function byDraw(a: Drawn, b: Drawn): number {
  return a.draw - b.draw || compareBytes(a.key, b.key);
}

/** Sorts by draw; equal draws fall back on the key as UTF-8 bytes (DRAW-3). Returns a new list. */
export function sortByDraw<T>(list: readonly T[], drawnOf: (entry: T) => Drawn): T[] {
  const drawn = list.map((entry) => ({ ...drawnOf(entry), entry }));
  drawn.sort(byDraw);
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
