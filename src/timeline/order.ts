/** The order of events inside one timeline (EVENT-4): the one place that decides it. */
import { hash } from 'node:crypto';
import { compareUtf8 } from '../../schemas/byte-order.ts';
import type { EventRecord } from '../../schemas/event.ts';
import { eventTimes, isDelete } from '../../schemas/event-time.ts';
import { UNIT_SEPARATOR } from '../../schemas/rows.ts';
import { floatAt, intAt } from '../checked.ts';

/** What an event is ordered by. */
interface OrderKey<T> {
  readonly event: T;
  readonly at: number;
  readonly sequence: number;
  readonly deletes: number;
  /** The first 8 bytes as hexadecimal digits; made when two events are alike in all before it. */
  hash: string | undefined;
}

/**
 * A sorted copy: by event_time, unknown times first, then `sequence`, then deletes last, then a
 * hash, so that ids numbered by item make no order that a model could learn. An id is unique within
 * its type alone, so the type decides last (EVENT-4).
 */
export function orderEvents<T extends EventRecord>(events: readonly T[]): T[] {
  return events
    .map(orderKey)
    .sort(compareKeys)
    .map(({ event }) => event);
}

function orderKey<T extends EventRecord>(event: T): OrderKey<T> {
  const deletes = isDelete(event) ? 1 : 0;
  return { event, at: eventTimes(event, 'event_time').at, sequence: event.sequence ?? 0, deletes, hash: undefined };
}

function compareKeys(a: OrderKey<EventRecord>, b: OrderKey<EventRecord>): number {
  return (
    a.at - b.at ||
    a.sequence - b.sequence ||
    a.deletes - b.deletes ||
    compareUtf8(hashOf(a), hashOf(b)) ||
    compareUtf8(a.event.event_id, b.event.event_id) ||
    compareUtf8(a.event.type, b.event.type)
  );
}

function hashOf(key: OrderKey<EventRecord>): string {
  const { type, event_id } = key.event;
  key.hash ??= hash('sha256', `${type}${UNIT_SEPARATOR}${event_id}`, 'hex').slice(0, 16);
  return key.hash;
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
