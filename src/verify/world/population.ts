/** The items that wrong candidates and drawn items are taken from at a moment. */
import { countBefore, nth, numberAt } from '../checked.ts';
import { TIME_UNKNOWN } from '../events/raw-times.ts';
import { compareBytes } from './draws.ts';
import { seen, type Version } from './timeline.ts';

/**
 * Items with a timed version that is seen at T, in an order in which an item's place never moves.
 */
export interface Population {
  /** The item at `index` among those seen at T. */
  at(t: number): { readonly size: number; item(index: number): string };
}

/**
 * The population of all items: by event time of the version that was known first, then by id
 * (CAND-1).
 */
export function populationOf(items: ReadonlyMap<string, readonly Version[]>): Population {
  const entries = entriesOf(items);
  /** The latest known_at among the entries up to each. */
  let latest = Number.NEGATIVE_INFINITY;
  const knownBy = entries.map(({ knownAt }) => {
    latest = Math.max(latest, knownAt);
    return latest;
  });
  const seenAt = (t: number) => {
    // All are known up to here; of those after, only what began before T can be known.
    const whole = countBefore(knownBy.length, (index) => numberAt(knownBy, index) < t);
    const begun = countBefore(entries.length, (index) => nth(entries, index).at < t);
    const rest = entries.slice(whole, begun).filter((entry) => seen(entry, t));
    const entry = (index: number) => (index < whole ? nth(entries, index) : nth(rest, index - whole));
    return { size: whole + rest.length, item: (index: number) => entry(index).item };
  };
  let last = { t: Number.NEGATIVE_INFINITY, seen: seenAt(Number.NEGATIVE_INFINITY) };
  return {
    at(t) {
      if (t !== last.t) last = { t, seen: seenAt(t) };
      return last.seen;
    },
  };
}

/** Items with a timed version by their first one, in order; ties of known_at in timeline order. */
function entriesOf(items: ReadonlyMap<string, readonly Version[]>) {
  const entries = [...items].flatMap(([item, versions]) => {
    const [first] = versions.filter(({ at }) => at !== TIME_UNKNOWN).sort((a, b) => a.knownAt - b.knownAt);
    return first === undefined ? [] : [{ item, at: first.at, knownAt: first.knownAt }];
  });
  return entries.sort((a, b) => a.at - b.at || compareBytes(a.item, b.item));
}
