/** How a broken lake is told: by the file that is wrong. */
import { BrewhouseError } from '../errors.ts';

/** `lake_broken` for the file of that key; `what` completes "the file ... of the lake". */
export function brokenFile(key: string, what: string, cause?: unknown): BrewhouseError {
  return new BrewhouseError('lake_broken', `the file ${key} of the lake ${what}`, { place: { file: key }, cause });
}

/** A file of which a range is wanted. */
export interface SizedKey {
  readonly key: string;
  /** Bytes of the file. */
  readonly size: number;
}

/**
 * Throws `lake_broken` where a file has no bytes `from` up to, not with, `to`; before memory is
 * taken, since a broken footer may ask for any number of them.
 */
export function requireRange({ key, size }: SizedKey, from: number, to: number): void {
  const isThere = Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 0 && to >= from && to <= size;
  if (!isThere) throw brokenRange(key, from, to);
}

/** `lake_broken` for a file that ends before the bytes. */
export function brokenRange(key: string, from: number, to: number): BrewhouseError {
  return brokenFile(key, `has no bytes ${from} to ${to}`);
}
