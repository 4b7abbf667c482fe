/** Counts under names under names: task -> fate -> label -> questions. */
import { ownValue, setOwn } from '../schemas/names.ts';
import { last } from './checked.ts';

/** Numbers at the leaves. */
export type Tally = { [name: string]: number | Tally };

/** Adds to the count at `path`, making what is missing on the way. */
export function addTo(tally: Tally, path: readonly string[], count: number): void {
  let at = tally;
  for (const name of path.slice(0, -1)) {
    const next = ownValue(at, name) ?? {};
    if (typeof next === 'number') throw new Error(`a count is at ${name}, where names should be`);
    setOwn(at, name, next);
    at = next;
  }
  const name = last(path);
  const before = ownValue(at, name) ?? 0;
  if (typeof before !== 'number') throw new Error(`names are at ${name}, where a count should be`);
  setOwn(at, name, before + count);
}

/** The sums of two, without names that count nothing. Neither is changed. */
export function addTally<T extends Tally>(one: T, other: T): T {
  const sums: Tally = {};
  for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const [a, b] = [ownValue(one, name), ownValue(other, name)];
    const sum = typeof a === 'number' || typeof b === 'number' ? addCounts(a ?? 0, b ?? 0) : addTally(a ?? {}, b ?? {});
    if (typeof sum === 'number' ? sum !== 0 : Object.keys(sum).length > 0) setOwn(sums, name, sum);
  }
  return sums as T;
}

function addCounts(a: number | Tally, b: number | Tally): number {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  throw new Error('a count is where names should be');
}
