/** The end of each record of a topic: it is dead, or an event that is decided on. */

import { HOUR_MS } from '../../schemas/durations.ts';
import { type EventRecord, TIME_UNKNOWN } from '../../schemas/event.ts';
import { canonicalEvent, eventTimes } from '../../schemas/event-time.ts';
import type { Pending } from './pending.ts';
import type { StreamRecord, UnreadRecord } from './records.ts';
import { takeEvent } from './take-event.ts';

/** A clock of a producer that is further ahead of the broker's than this is wrong, ms (EVENT-8). */
export const FUTURE_MS = HOUR_MS;

/** What a record is judged by beside what was taken in before. */
export interface Judging {
  /** `topic/partition`, for dead letters. */
  readonly source: string;
  /** Whose events the chain holds: others would lie in a wrong chain. */
  readonly holds: 'members' | 'items';
  /** That of all records before this one; null: there is none yet. */
  readonly watermark: number | null;
}

/**
 * Takes a record in. Returns its event_time (epoch ms) where that may move the watermark: neither
 * what is no event nor what is of an unknown or impossible time does.
 */
export function takeRecord(pending: Pending, record: StreamRecord, judging: Judging): number | undefined {
  const { source, watermark } = judging;
  const park = (unread: UnreadRecord) => pending.park({ source, line: record.offset, ...unread });
  const { content } = record;
  if ('unread' in content) return void park(content.unread);
  const { event } = content;
  const { at } = eventTimes(event, 'event_time');
  const wrong = wrongOf(event, judging) ?? (at > record.timestamp + FUTURE_MS ? FUTURE : undefined);
  if (wrong !== undefined) return void park(unreadOf(event, wrong));
  const { fate, isLogged, othersUsed } = takeEvent(pending.overlay, event, watermark !== null && at < watermark);
  if (fate === 'dead') park(unreadOf(event, CONFLICT));
  else pending.count(fate, othersUsed);
  if (isLogged) pending.log(event, fate === 'duplicate');
  return at === TIME_UNKNOWN ? undefined : at;
}

type Wrong = Pick<UnreadRecord, 'reason' | 'field' | 'message'>;

/** As a file's conflicts are told. */
const CONFLICT: Wrong = {
  reason: 'id_conflict',
  field: 'event_id',
  message: 'another record of this event id has other content',
};
const FUTURE: Wrong = {
  reason: 'future',
  field: 'event_time',
  message: 'event_time is more than an hour after the time at which the record was written',
};
const OTHER_TOPIC: Wrong = { reason: 'type_unknown', field: 'type', message: 'events of this type have another topic' };

function wrongOf({ type }: EventRecord, { holds }: Judging): Wrong | undefined {
  return (type === 'item') === (holds === 'items') ? undefined : OTHER_TOPIC;
}

function unreadOf(event: EventRecord, wrong: Wrong): UnreadRecord {
  return { ...wrong, raw: Buffer.from(canonicalEvent(event), 'utf8') };
}
