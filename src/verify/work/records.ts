/** The records of a bucket: which of them are used, and how many there are of each fate. */
import type { CheckedEvent } from '../events/checked-event.ts';
import { takeInRecords } from '../events/deduplicate.ts';
import { type Extent, type Spill, spilledRecords } from '../events/spill.ts';
import { eventDigest } from '../release/events-digest.ts';
import type { LateEvents } from '../release/notes.ts';
import { usedOf } from '../world/timeline.ts';
import { readRecord } from './routing.ts';

/** How many records end how, and what of the used ones came late. */
export interface RecordFacts extends LateEvents {
  readonly used: number;
  readonly duplicate: number;
  readonly dead: number;
  readonly dropped: number;
}

/** Sums of facts. */
export function sumOfFacts(all: readonly RecordFacts[]): RecordFacts {
  const sum = (of: keyof RecordFacts) => all.reduce((total, facts) => total + facts[of], 0);
  const late = { versions: sum('versions'), interactions: sum('interactions') };
  return { used: sum('used'), duplicate: sum('duplicate'), dead: sum('dead'), dropped: sum('dropped'), ...late };
}

/** The records of stretches, one after the other. */
export function* recordsIn(extents: readonly Extent[]): Generator<unknown> {
  for (const { bytes, kind } of spilledRecords(extents)) yield readRecord(bytes, kind);
}

/**
 * Takes in the records of a bucket, which hold all that there is of each of its members or items.
 */
export function takeInBucket(extents: readonly Extent[]) {
  const { events, duplicate, dead } = takeInRecords(recordsIn(extents));
  const used = usedOf(events);
  return { events, used, counts: { used: used.length, duplicate, dead, dropped: events.length - used.length } };
}

/**
 * Puts digests of events aside by their first byte, so that they can be sorted a bucket at a time.
 */
export function putDigests(events: readonly CheckedEvent[], digests: Spill): void {
  for (const event of events) {
    const digest = eventDigest(event);
    digests.put(digest[0] ?? 0, digest);
  }
}
