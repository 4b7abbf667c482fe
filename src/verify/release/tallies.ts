/** Counts by names, as manifest and lineage hold them: none of nothing, and none beside. */
import type { FaultList, RuleId } from '../fault-list.ts';

/** Counts in maps of maps. */
export type Counts = ReadonlyMap<string, number | Counts>;

/** Counts by the names that lead to them, as the JSON of a list. */
export type Tally = ReadonlyMap<string, number>;

/** The counts of maps in maps. */
export function tallyOf(counts: Counts): Tally {
  const flat = (inner: Counts, names: readonly string[]): [string, number][] =>
    [...inner].flatMap(([name, value]) =>
      typeof value === 'number'
        ? [[JSON.stringify([...names, name]), value] as [string, number]]
        : // A name with nothing below it would say something of nothing.
          value.size === 0
          ? [[JSON.stringify([...names, name]), Number.NaN] as [string, number]]
          : flat(value, [...names, name]),
    );
  return new Map(flat(counts, []));
}

/** Counts one more under names. */
export function countUp(tally: Map<string, number>, ...names: readonly string[]): void {
  const key = JSON.stringify(names);
  tally.set(key, (tally.get(key) ?? 0) + 1);
}

/** Reports every count that differs from what the rules make, and every name that they do not. */
export function compareTallies(
  list: FaultList,
  rule: RuleId,
  { what, told, wanted }: { readonly what: string; readonly told: Tally; readonly wanted: Tally },
): void {
  for (const key of [...new Set([...told.keys(), ...wanted.keys()])].sort()) {
    list.look('ledger');
    const [is, right] = [told.get(key), wanted.get(key)];
    if (is === right) continue;
    const detail = `${what}: ${is ?? 'nothing'} instead of ${right ?? 'nothing'} for ${key}`;
    list.add({}, { check: 'ledger', rule: [rule, 'PUBLISH-3'], detail });
  }
}

/** The sums of tallies. */
export function mergeTallies(tallies: readonly Tally[]): Tally {
  const sums = new Map<string, number>();
  for (const tally of tallies) for (const [key, count] of tally) sums.set(key, (sums.get(key) ?? 0) + count);
  return sums;
}
