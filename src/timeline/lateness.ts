/** How long after their time events were ingested, counted before a recipe says what is long. */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../schemas/durations.ts';
import type { EventRecord } from '../../schemas/event.ts';
import { timeSpan } from '../../schemas/event-time.ts';

/** Events by their lateness in ms, rounded up to a step, in ascending order. */
export type LatenessCounts = readonly { readonly ms: number; readonly count: number }[];

/** All that is later is counted together. */
const LATENESS_MAX = 3_660 * DAY_MS;

/**
 * How long after the last millisecond of its time the event came in, in ms: whole minutes up to a
 * day, whole hours up to a year, whole days up to ten, each rounded up. 0 where it came in time,
 * where nobody says when, or where its time is unknown. Bound: about 14,000 steps.
 */
export function latenessOf({ event_time, ingest_time }: EventRecord): number {
  if (ingest_time === undefined || event_time === null) return 0;
  const ms = ingest_time - timeSpan(event_time).last;
  if (ms <= 0) return 0;
  const step = ms <= DAY_MS ? MINUTE_MS : ms <= 366 * DAY_MS ? HOUR_MS : DAY_MS;
  return Math.min(Math.ceil(ms / step) * step, LATENESS_MAX);
}

/** Events that came in more than `ms` after their time; exact where `ms` is a whole step. */
export function countLater(counts: LatenessCounts, ms: number): number {
  return counts.filter((each) => each.ms > ms).reduce((sum, { count }) => sum + count, 0);
}

/** One list of several. */
export function addLateness(all: readonly LatenessCounts[]): LatenessCounts {
  const sums = new Map<number, number>();
  for (const { ms, count } of all.flat()) sums.set(ms, (sums.get(ms) ?? 0) + count);
  return [...sums].map(([ms, count]) => ({ ms, count })).sort((a, b) => a.ms - b.ms);
}
