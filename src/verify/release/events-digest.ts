/**
 * The digest of the events that a release was checked against, by which a certificate names them.
 */
import { createHash, hash } from 'node:crypto';
import type { CheckedEvent } from '../events/checked-event.ts';
import { TIME_UNKNOWN } from '../events/raw-times.ts';
import { canonicalJson } from './canonical-json.ts';

/**
 * The SHA-256 over the sorted SHA-256s of the canonical JSON of each event (docs/release.md,
 * "The certificate"). Takes events without copies and without those that were erased. Bound: 32
 * bytes an event.
 */
export function eventsDigest(events: Iterable<CheckedEvent>): string {
  const digests: string[] = [];
  // A letter a byte, so that the order of texts is that of bytes.
  for (const event of events) digests.push(hash('sha256', canonicalJson(recordOf(event)), 'buffer').toString('latin1'));
  const digest = createHash('sha256');
  for (const one of digests.sort()) digest.update(Buffer.from(one, 'latin1'));
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
