/** The watermark of a chain: up to when its events are taken to be all there. */

/** The clock of one topic partition, as its records and its end tell it. */
export interface TopicClock {
  /** The greatest event_time (epoch ms) seen; null: none. */
  readonly newest: number | null;
  /** Since when (epoch ms, of ticks) the position is the end offset; null: it is not. */
  readonly caughtUpSince: number | null;
  /** It has been so for the idle timeout: the others do not wait for it. */
  readonly isIdle: boolean;
}

/** A topic that nothing is known of. */
export const NO_CLOCK: TopicClock = { newest: null, caughtUpSince: null, isIdle: false };

/** What a tick says of one topic partition. */
export interface TopicEnd {
  /** Epoch ms. */
  readonly now: number;
  readonly isAtEnd: boolean;
  readonly idleTimeoutMs: number;
}

/** A clock after a tick. One with lag is never idle. */
export function clockAfter(clock: TopicClock, { now, isAtEnd, idleTimeoutMs }: TopicEnd): TopicClock {
  if (!isAtEnd) return { ...clock, caughtUpSince: null, isIdle: false };
  const caughtUpSince = clock.caughtUpSince ?? now;
  return { ...clock, caughtUpSince, isIdle: now - caughtUpSince >= idleTimeoutMs };
}

/**
 * NEVER BACK: the greatest event_time seen less the allowed lateness, of the topic where that is
 * least. Idle topics do not count; where all are idle that which is furthest counts, so that it
 * does not matter which of them fell idle first.
 */
export function watermarkAfter(
  before: number | null,
  clocks: readonly TopicClock[],
  allowedLatenessMs: number,
): number | null {
  const busy = clocks.filter(({ isIdle }) => !isIdle).map(({ newest }) => newest);
  const known = clocks.flatMap(({ newest }) => newest ?? []);
  if (known.length === 0 || busy.includes(null)) return before;
  const seen = busy.length > 0 ? Math.min(...busy.map(Number)) : Math.max(...known);
  return Math.max(before ?? Number.NEGATIVE_INFINITY, seen - allowedLatenessMs);
}
