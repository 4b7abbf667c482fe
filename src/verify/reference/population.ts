/** The items that wrong candidates and drawn items are taken from at a moment. */
import { TIME_UNKNOWN } from '../events/raw-times.ts';
import { compareBytes } from './draws.ts';
import type { Version } from './world.ts';

/** Items with a timed version that is seen at T, in an order in which an item's place never moves. */
export interface Population {
  /** The item at `index` among those seen at T. */
  at(t: number): { readonly size: number; item(index: number): string };
}

interface Entry {
  readonly item: string;
  readonly at: number;
  readonly knownAt: number;
}

/** Order: event time of the version that was known first (ties in timeline order), then the item's id as UTF-8 bytes. */
export function populationOf(items: ReadonlyMap<string, readonly Version[]>): Population {
  const entries: Entry[] = [];
  for (const [item, versions] of items) {
    let first: Version | undefined;
    for (const version of versions) {
      if (version.at === TIME_UNKNOWN) continue;
      if (first === undefined || version.knownAt < first.knownAt) first = version;
    }
    if (first !== undefined) entries.push({ item, at: first.at, knownAt: first.knownAt });
  }
  entries.sort((a, b) => a.at - b.at || compareBytes(a.item, b.item));
  let lastT = Number.NaN;
  let lastSeen: Entry[] = [];
  return {
    at(t) {
      if (t !== lastT) {
        lastT = t;
        lastSeen = entries.filter((entry) => entry.knownAt < t);
      }
      const present = lastSeen;
      return { size: present.length, item: (index) => present[index]!.item };
    },
  };
}
