/** How long after their time events were ingested, counted before a recipe says what is long. */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../schemas/durations.ts';
import type { EventRecord } from '../../schemas/event.ts';
import { timeSpan } from '../../schemas/event-time.ts';

/** Events by their lateness in ms, rounded up to a step, in ascending order. */
export type LatenessCounts = readonly { readonly ms: number; readonly count: number }[];

/** How many versions of items and members, and how many interactions, came in late. */
export interface LateEvents {
  readonly versions: number;
  readonly interactions: number;
}

const YEAR_MS = 366 * DAY_MS;

/**
 * How long after the last millisecond of its time the event came in, in ms; 0 where it came in
 * time, where nobody says when, or where its time is unknown.
 */
export function latenessMs({ event_time, ingest_time }: EventRecord): number {
  if (ingest_time === undefined || event_time === null) return 0;
  return Math.max(0, ingest_time - timeSpan(event_time).last);
}

/**
 * The same rounded up: to whole minutes up to a day, whole hours up to a year of 366 days, whole
 * days up to ten of them, and whole years beyond. Bound: about 25,000 steps.
 */
export function latenessOf(event: EventRecord): number {
  const ms = latenessMs(event);
  const step = stepFor(ms);
  return Math.ceil(ms / step) * step;
}

function stepFor(ms: number): number {
  if (ms <= DAY_MS) return MINUTE_MS;
  if (ms <= YEAR_MS) return HOUR_MS;
  return ms <= 10 * YEAR_MS ? DAY_MS : YEAR_MS;
}

/**
 * Events that came in more than `ms` after their time; exact where `ms` is a whole step, and never
 * too few.
 */
export function countLater(counts: LatenessCounts, ms: number): number {
  return counts.filter((each) => each.ms > ms).reduce((sum, { count }) => sum + count, 0);
}

/** Versions and interactions that came in more than `ms` after their time, as `countLater` says. */
export function countLate(
  stats: Readonly<Record<'late_versions' | 'late_interactions', LatenessCounts>>,
  ms: number,
): LateEvents {
  return { versions: countLater(stats.late_versions, ms), interactions: countLater(stats.late_interactions, ms) };
}

/** One list of several. */
export function addLateness(all: readonly LatenessCounts[]): LatenessCounts {
  const sums = new Map<number, number>();
  for (const { ms, count } of all.flat()) sums.set(ms, (sums.get(ms) ?? 0) + count);
  return [...sums].map(([ms, count]) => ({ ms, count })).sort((a, b) => a.ms - b.ms);
}
