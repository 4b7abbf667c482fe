/**
 * Seeded random numbers: a stream for each seed, purpose and key, so that the order of work changes
 * nothing.
 */
import { createHash } from 'node:crypto';
import { nth } from '../checked.ts';

const SEPARATOR = '\u001f';
const TWO_32 = 4_294_967_296;

/** A stream of draws. Each call of a method takes exactly one number from the stream. */
export interface Random {
  /** A number in [0, 1), a multiple of 2^-32. */
  next(): number;
  /** A whole number in [0, n), n at least 1. */
  below(n: number): number;
  /** True with probability `p`. */
  chance(p: number): boolean;
  /** One of `values`, which must not be empty. */
  pick<T>(values: readonly T[]): T;
  /** The index of one of `weights`, drawn in proportion to them; their sum must be above 0. */
  weighted(weights: readonly number[]): number;
}

/**
 * The stream of `purpose` and `key` under `seed`: sfc32 (Doty-Humphrey, PractRand) from the SHA-256
 * of the three.
 */
export function randomFor(seed: string, purpose: string, key: string | number): Random {
  const digest = createHash('sha256')
    .update([seed, purpose, String(key)].join(SEPARATOR))
    .digest();
  let a = digest.readInt32LE(0);
  let b = digest.readInt32LE(4);
  let c = digest.readInt32LE(8);
  let counter = digest.readInt32LE(12);
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / TWO_32;
  };
  return {
    next,
    below: (n) => Math.floor(next() * n),
    chance: (p) => next() < p,
    pick: (values) => nth(values, Math.floor(next() * values.length)),
    weighted: (weights) => weightedIndex(weights, next()),
  };
}

function weightedIndex(weights: readonly number[], unit: number): number {
  let total = 0;
  for (const weight of weights) total += weight;
  let rest = unit * total;
  const index = weights.slice(0, -1).findIndex((weight) => {
    rest -= weight;
    return rest < 0;
  });
  return index < 0 ? weights.length - 1 : index;
}
