/** How a broken lake is told: by the file that is wrong. */
import { BrewhouseError } from '../errors.ts';

/** `lake_broken` for the file of that key; `what` completes "the file ... of the lake". */
export function brokenFile(key: string, what: string, cause?: unknown): BrewhouseError {
  return new BrewhouseError('lake_broken', `the file ${key} of the lake ${what}`, { place: { file: key }, cause });
}
