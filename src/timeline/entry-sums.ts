/**
 * Sums of hashes over the history entries at any T: what tells one history from another without
 * looking at its entries.
 */
import { intAt } from '../checked.ts';
import type { IdHashes } from './id-hashes.ts';
import { lowerBound } from './order.ts';

/** Two sums of 32 bits. */
export type EntrySum = readonly [first: number, second: number];

/** What tells an event as an entry under a version; bound to each other. */
export interface EntryHashes {
  readonly events: IdHashes;
  readonly versions: IdHashes;
}

/** The hash of one entry. */
export function entryHash({ events, versions }: EntryHashes, event: number, version: number): EntrySum {
  const own = events.of(event);
  const told = versions.of(version);
  return [
    mix(intAt(own, 2 * event), intAt(told, 2 * version)),
    mix(intAt(own, 2 * event + 1), intAt(told, 2 * version + 1)),
  ];
}

/** From when until when an event is an entry under a version. */
export interface EntryStretch {
  readonly start: number;
  /** Infinity where it stays one. */
  readonly end: number;
  readonly event: number;
  readonly version: number;
}

/** The sum over the entries at T. Bound: 32 bytes a stretch. */
export function entrySums(stretches: readonly EntryStretch[], hashes: EntryHashes): (t: number) => EntrySum {
  const starts = prefixSums(stretches, hashes, 'start');
  const ends = prefixSums(
    stretches.filter(({ end }) => end !== Number.POSITIVE_INFINITY),
    hashes,
    'end',
  );
  return (t) => {
    const [begun, over] = [lowerBound(starts.times, t + 1), lowerBound(ends.times, t + 1)];
    const sum = (half: 'first' | 'second') => (intAt(starts[half], begun) - intAt(ends[half], over)) | 0;
    return [sum('first'), sum('second')];
  };
}

function prefixSums(stretches: readonly EntryStretch[], hashes: EntryHashes, by: 'start' | 'end') {
  const ordered = [...stretches].sort((a, b) => a[by] - b[by]);
  const first = new Int32Array(ordered.length + 1);
  const second = new Int32Array(ordered.length + 1);
  for (const [i, { event, version }] of ordered.entries()) {
    const own = entryHash(hashes, event, version);
    first[i + 1] = intAt(first, i) + own[0];
    second[i + 1] = intAt(second, i) + own[1];
  }
  return { times: Float64Array.from(ordered, (each) => each[by]), first, second };
}

/** The stretches of one item: of its events, and of the versions under which it is live. */
export function stretchesOf(
  events: readonly Pick<EntryStretch, 'start' | 'end' | 'event'>[],
  versions: readonly Pick<EntryStretch, 'start' | 'end' | 'version'>[],
): EntryStretch[] {
  return events.flatMap(({ event, ...own }) =>
    versions.flatMap(({ version, ...live }) => {
      const [start, end] = [Math.max(own.start, live.start), Math.min(own.end, live.end)];
      return start < end ? [{ start, end, event, version }] : [];
    }),
  );
}

function mix(event: number, version: number): number {
  const mixed = Math.imul(event ^ Math.imul(version, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}
