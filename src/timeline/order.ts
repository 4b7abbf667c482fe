/** The order of events inside one timeline (EVENT-4): the one place that decides it. */
import { hash } from 'node:crypto';
import { compareUtf8 } from '../../schemas/byte-order.ts';
import type { EventRecord } from '../../schemas/event.ts';
import { isDelete, timeSpan } from '../../schemas/event-time.ts';
import { UNIT_SEPARATOR } from '../../schemas/rows.ts';
import { floatAt, intAt } from '../checked.ts';

/** What an event is ordered by. */
export interface EventKey {
  /** Epoch milliseconds, or TIME_UNKNOWN. */
  readonly at: number;
  readonly sequence: number;
  /** 1: a deletion. */
  readonly deletes: number;
  readonly type: EventRecord['type'];
  readonly eventId: string;
  /** The first 8 bytes as hexadecimal digits; made when two events are alike in all before it. */
  hash: string | undefined;
}

/**
 * A sorted copy: by event_time, unknown times first, then `sequence`, then deletes last, then a
 * hash, so that ids numbered by item make no order that a model could learn. An id is unique within
 * its type alone, so the type decides last (EVENT-4).
 */
export function orderEvents<T extends EventRecord>(events: readonly T[]): T[] {
  if (isInOrder(events)) return [...events];
  return events
    .map((event) => ({ event, key: eventKey(event) }))
    .sort((a, b) => compareEventKeys(a.key, b.key))
    .map(({ event }) => event);
}

/** Told by times alone: most timelines arrive so. */
function isInOrder(events: readonly EventRecord[]): boolean {
  let before = Number.NEGATIVE_INFINITY;
  for (const event of events) {
    const at = timeOf(event);
    if (at <= before) return false;
    before = at;
  }
  return true;
}

function timeOf({ event_time: time }: EventRecord): number {
  return typeof time === 'number' ? time : timeSpan(time).first;
}

function eventKey(event: EventRecord): EventKey {
  const { type, event_id: eventId, sequence = 0 } = event;
  return { at: timeOf(event), sequence, deletes: isDelete(event) ? 1 : 0, type, eventId, hash: undefined };
}

/** What a store keeps an event by: its columns in the order of EVENT-4. */
export type StoredKey = EventKey & { readonly hash: string };

/** The key of an event, with its hash made. */
export function storedKey(event: EventRecord): StoredKey {
  const key = eventKey(event);
  return { ...key, hash: hashOf(key) };
}

/** The order of EVENT-4; 0: the same event. */
export function compareEventKeys(a: EventKey, b: EventKey): number {
  return (
    a.at - b.at ||
    a.sequence - b.sequence ||
    a.deletes - b.deletes ||
    compareUtf8(hashOf(a), hashOf(b)) ||
    compareUtf8(a.eventId, b.eventId) ||
    compareUtf8(a.type, b.type)
  );
}

function hashOf(key: EventKey): string {
  key.hash ??= orderHash(key.type, key.eventId);
  return key.hash;
}

/** The first 8 bytes of the hash by which events of one time are ordered, as hexadecimal digits. */
export function orderHash(type: EventRecord['type'], eventId: string): string {
  return hash('sha256', `${type}${UNIT_SEPARATOR}${eventId}`, 'hex').slice(0, 16);
}

/** How many of the ascending `values` are below `limit`. */
export function lowerBound(values: Float64Array, limit: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (floatAt(values, middle) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The same of whole numbers, in the part from `low` on and before `high`: a place there. */
export function lowerBoundIn(values: Int32Array, limit: number, part: { readonly low: number; readonly high: number }) {
  let { low, high } = part;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (intAt(values, middle) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
