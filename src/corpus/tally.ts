/** Counts under names under names: task -> fate -> label -> questions. */

/** Numbers at the leaves. */
export type Tally = { [name: string]: number | Tally };

/** Adds to the count at `path`, making what is missing on the way. */
export function addTo(tally: Tally, path: readonly string[], count: number): void {
  let at = tally;
  for (const name of path.slice(0, -1)) {
    const next = at[name] ?? {};
    if (typeof next === 'number') throw new Error(`a count stands at ${name}, where names should`);
    at[name] = next;
    at = next;
  }
  const last = path[path.length - 1]!;
  const before = at[last] ?? 0;
  if (typeof before !== 'number') throw new Error(`names stand at ${last}, where a count should`);
  at[last] = before + count;
}
