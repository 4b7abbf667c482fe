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

interface Entry {
  readonly item: string;
  readonly at: number;
  readonly knownAt: number;
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
  let lastT = Number.NaN;
  let whole = 0;
  let scattered: Entry[] = [];
  return {
    at(t) {
      if (t !== lastT) {
        lastT = t;
        // All are known up to here; of those after, only what began before T can be known.
        whole = countBefore(knownBy.length, (index) => numberAt(knownBy, index) < t);
        scattered = [];
        for (let i = whole; i < entries.length; i++) {
          const entry = nth(entries, i);
          if (entry.at >= t) break;
          if (seen(entry, t)) scattered.push(entry);
        }
      }
      const [first, rest] = [whole, scattered];
      const entry = (index: number) => (index < first ? nth(entries, index) : nth(rest, index - first));
      return { size: first + rest.length, item: (index) => entry(index).item };
    },
  };
}

/** Items with a timed version by their first one, in order; ties of known_at in timeline order. */
function entriesOf(items: ReadonlyMap<string, readonly Version[]>): Entry[] {
  const entries: Entry[] = [];
  for (const [item, versions] of items) {
    let first: Version | undefined;
    for (const version of versions) {
      if (version.at === TIME_UNKNOWN) continue;
      if (first === undefined || version.knownAt < first.knownAt) first = version;
    }
    if (first !== undefined) entries.push({ item, at: first.at, knownAt: first.knownAt });
  }
  return entries.sort((a, b) => a.at - b.at || compareBytes(a.item, b.item));
}
