/**
 * Sums of hashes over the history entries at any T: what tells one history from another without
 * looking at its entries.
 */
import { hash } from 'node:crypto';
import { intAt } from '../checked.ts';
import type { ItemTable } from './item-table.ts';
import { lowerBound } from './order.ts';

/** Two sums of 32 bits. */
export type EntrySum = readonly [first: number, second: number];

/** Hashes by number, made when they are first asked for; eight bytes each. */
export interface IdHashes {
  /** The two halves of the hash of number `at`, at 2 * at and behind it. */
  of(at: number): Int32Array;
}

/** Hashes of the ids that `idOf` names. Bound: eight bytes up to the greatest number. */
export function idHashes(idOf: (number: number) => string): IdHashes {
  let hashes = new Int32Array(0);
  return {
    of(at) {
      if (2 * at + 1 >= hashes.length) {
        const larger = new Int32Array(Math.max(2 * at + 2, 2 * hashes.length));
        larger.set(hashes);
        hashes = larger;
      }
      // The first half is never 0, which says that it is not made yet.
      if (hashes[2 * at] === 0) {
        const digest = hash('sha256', idOf(at), 'buffer');
        hashes[2 * at] = digest.readInt32LE(0) | 1;
        hashes[2 * at + 1] = digest.readInt32LE(4);
      }
      return hashes;
    },
  };
}

const versionHashes = new WeakMap<ItemTable, IdHashes>();

/** Hashes of the versions of a table, by number: the same for all members. */
export function versionHashesOf(items: ItemTable): IdHashes {
  const known = versionHashes.get(items) ?? idHashes((number) => items.versionAt(number).eventId);
  versionHashes.set(items, known);
  return known;
}

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
