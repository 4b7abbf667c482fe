/** Counts under names under names: task -> fate -> label -> questions. */
import { ownValue, setOwn } from '../../schemas/names.ts';
import { last, nth } from '../checked.ts';

/** Numbers at the leaves. */
export type Tally = { [name: string]: number | Tally };

/** Adds to the count at `path`, making what is missing on the way. */
export function addTo(tally: Tally, path: readonly string[], count: number): void {
  let at = tally;
  for (let i = 0; i < path.length - 1; i++) {
    const name = nth(path, i);
    const next = ownValue(at, name);
    if (typeof next === 'number') throw new Error(`a count is at ${name}, where names should be`);
    const found = next ?? {};
    if (next === undefined) setOwn(at, name, found);
    at = found;
  }
  const name = last(path);
  const before = ownValue(at, name) ?? 0;
  if (typeof before !== 'number') throw new Error(`names are at ${name}, where a count should be`);
  setOwn(at, name, before + count);
}
