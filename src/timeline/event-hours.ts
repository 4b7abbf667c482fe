/**
 * The UTC hours of a member's events, kept beside them: which questions can close in a stretch of
 * time is known by these, without reading the events.
 */
import { HOUR_MS } from '../../schemas/durations.ts';
import { type EventRecord, TIME_UNKNOWN } from '../../schemas/event.ts';
import { eventTimes } from '../../schemas/event-time.ts';
import { type Closing, closingDelay } from './as-of.ts';

/**
 * Hours since 1970 on which an event happened or became known, whatever a recipe takes for known:
 * ascending, the first as it is, of each other one how many hours it comes after the one before.
 */
export type EventHours = readonly number[];

/** A stretch of time, epoch ms: after `from`, and up to `until`. */
export interface ClosingRange {
  readonly from: number;
  readonly until: number;
}

/** The hours of the events; time and memory in proportion to them. */
export function eventHours(events: readonly EventRecord[]): EventHours {
  const hours = new Set<number>();
  for (const event of events) {
    const { at, knownAt } = eventTimes(event, 'event_time');
    for (const time of [at, knownAt, eventTimes(event, 'ingest_time').knownAt])
      if (time !== TIME_UNKNOWN) hours.add(hourOf(time));
  }
  let before = 0;
  return [...hours]
    .sort((a, b) => a - b)
    .map((hour) => {
      const step = hour - before;
      before = hour;
      return step;
    });
}

/**
 * Tells of hours whether an event of them may open a question of one of the tasks that closes in
 * the range (LABEL-3). Where it is false none does; where it is true none may do, either.
 */
export function mayClose(tasks: readonly Closing[], { from, until }: ClosingRange): (hours: EventHours) => boolean {
  // A question opens when its event happened or became known, at most a millisecond later, and
  // closes a window later, or once the event is known.
  const stretches = [0, ...tasks.map(closingDelay)].map(
    (delay) => [hourOf(from - delay), hourOf(until - delay)] as const,
  );
  return (hours) => {
    let hour = 0;
    return hours.some((step) => {
      hour += step;
      return stretches.some(([first, last]) => first <= hour && hour <= last);
    });
  };
}

/** Of an infinite time an infinite hour. */
function hourOf(time: number): number {
  return Math.floor(time / HOUR_MS);
}
