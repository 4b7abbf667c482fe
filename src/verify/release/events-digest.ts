/**
 * The digest of the events that a release was checked against, by which a certificate names them.
 */
import { createHash, hash } from 'node:crypto';
import type { CheckedEvent } from '../events/checked-event.ts';
import { TIME_UNKNOWN } from '../events/raw-times.ts';
import { canonicalJson } from './canonical-json.ts';

/** The SHA-256 of the canonical JSON of an event, 32 bytes (docs/release.md, "The certificate"). */
export function eventDigest(event: CheckedEvent): Buffer {
  return hash('sha256', canonicalJson(recordOf(event)), 'buffer');
}

/** How many buckets digests of events are put into, by their first byte. */
export const DIGEST_BUCKETS = 256;

/**
 * The SHA-256 over the sorted digests of events without copies and without those that were erased.
 * Takes the digests of each bucket, in order of their first byte. Bound: a bucket.
 */
export function eventsDigest(buckets: Iterable<Iterable<Uint8Array>>): string {
  const digest = createHash('sha256');
  for (const bucket of buckets) {
    // A letter a byte, so that the order of texts is that of bytes.
    const texts = Array.from(bucket, (one) => Buffer.from(one).toString('latin1')).sort();
    for (const one of texts) digest.update(Buffer.from(one, 'latin1'));
  }
  return digest.digest('hex');
}

/** The event as docs/release.md writes it: what is undefined is left out. */
function recordOf(event: CheckedEvent): object {
  const { type, id, at, until, sequence, ingestedAt } = event;
  const stamp = {
    type,
    event_id: id,
    sequence,
    ingest_time: ingestedAt,
    event_time: at === TIME_UNKNOWN ? null : [at, until],
  };
  if (event.type !== 'interaction') {
    const { entity, op, attributes } = event;
    return { ...stamp, [`${type}_id`]: entity, op, ...(op === 'delete' ? {} : { attributes }) };
  }
  const { entity, item, action, surface, session, slate, position, propensity, value, context } = event;
  return {
    ...{ ...stamp, member_id: entity, item_id: item, action, surface, session_id: session, slate_id: slate },
    ...{ position, propensity, value, context },
  };
}
