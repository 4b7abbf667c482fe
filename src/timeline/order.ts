/** The order of events inside one timeline: event_time, sequence, event_id as bytes, type. */
import { compareUtf8 } from '../../schemas/byte-order.ts';
import type { EventRecord } from '../../schemas/event.ts';
import { eventTimes } from '../../schemas/event-time.ts';
import { floatAt } from '../checked.ts';

/**
 * A sorted copy; unknown times come first. An id is unique within its type alone, so the type
 * decides last (EVENT-4).
 */
export function orderEvents<T extends EventRecord>(events: readonly T[]): T[] {
  return events
    .map((event) => ({ event, at: eventTimes(event, 'event_time').at, sequence: event.sequence ?? 0 }))
    .sort(
      (a, b) =>
        a.at - b.at ||
        a.sequence - b.sequence ||
        compareUtf8(a.event.event_id, b.event.event_id) ||
        compareUtf8(a.event.type, b.event.type),
    )
    .map(({ event }) => event);
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
