/** The items that wrong candidates and drawn items are taken from at a moment. */
import { countBefore, nth, numberAt } from '../checked.ts';
import { TIME_UNKNOWN } from '../events/raw-times.ts';
import { compareBytes } from './draws.ts';
import { firstKnown, type Version } from './timeline.ts';

/** Items with a timed version that is seen at T, by places that never move. */
export type Population = ReturnType<typeof populationOf>;

/**
 * The population of all items: by known_at of the version that was known first, then by id
 * (CAND-1).
 */
export function populationOf(items: ReadonlyMap<string, readonly Version[]>) {
  const entries = [...items].flatMap(([item, versions]) => {
    const first = firstKnown(versions.filter(({ at }) => at !== TIME_UNKNOWN));
    return first === undefined ? [] : [{ item, knownAt: first.knownAt }];
  });
  entries.sort((a, b) => a.knownAt - b.knownAt || compareBytes(a.item, b.item));
  const names = entries.map(({ item }) => item);
  const times = Float64Array.from(entries, ({ knownAt }) => knownAt);
  const places = new Map(names.map((item, place) => [item, place]));
  /** How many items are in it at T: they are the first so many. */
  const sizeAt = (t: number) => countBefore(times.length, (place) => numberAt(times, place) < t);
  const holds = (item: string, t: number) => {
    const place = places.get(item);
    return place !== undefined && numberAt(times, place) < t;
  };
  return { sizeAt, holds, itemAt: (place: number) => nth(names, place) };
}
