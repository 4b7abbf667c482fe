/** AS OF T: the events of a member that count for a question (ASOF-2, ASOF-6, ASOF-7). */
import { floatAt, intAt } from '../checked.ts';
import { isSeen } from './as-of.ts';
import type { ExistingEvents } from './existing-events.ts';
import { lowerBound, lowerBoundIn } from './order.ts';

/** The events that are seen at T and count: of those from `from` on and before `to`, the seen. */
export interface SeenEvents {
  readonly events: ExistingEvents;
  readonly t: number;
  readonly from: number;
  readonly to: number;
}

/** What a question may look at: the moment, and how many events. */
export interface AsOf {
  readonly t: number;
  /** Only the newest of the events seen count, so many of them; all where undefined (ASOF-7). */
  readonly maxEvents: number | undefined;
}

/**
 * The events that are seen at T and count. Where known_at never decreases they are found by
 * halving; else the newest `maxEvents` are walked.
 */
export function seenEvents(events: ExistingEvents, { t, maxEvents }: AsOf): SeenEvents {
  // Nothing is known before its event_time, so what is seen at T comes before what is at T.
  const to = lowerBound(events.isPrefix ? events.knownAt : events.at, t);
  if (maxEvents === undefined) return { events, t, from: 0, to };
  if (events.isPrefix) return { events, t, from: Math.max(0, to - maxEvents), to };
  let from = to;
  for (let left = maxEvents; from > 0 && left > 0; from--) if (isSeen(floatAt(events.knownAt, from - 1), t)) left--;
  return { events, t, from, to };
}

/** Whether the event, of those from `from` on and before `to`, is seen. */
export function isCounted({ events, t }: SeenEvents, event: number): boolean {
  return events.isPrefix || isSeen(floatAt(events.knownAt, event), t);
}

/** Whether an event of a group is seen and counts. */
function isGroupSeen(seen: SeenEvents, group: number): boolean {
  const { from, to } = seen;
  const { start, events: grouped } = seen.events.groups;
  const low = intAt(start, group);
  const part = { low, high: intAt(start, group + 1) };
  for (let k = lowerBoundIn(grouped, to, part) - 1; k >= low; k--) {
    const event = intAt(grouped, k);
    if (event < from) return false;
    if (isCounted(seen, event)) return true;
  }
  return false;
}

/** The strongest rank seen on an item; the none rank where no action was seen. */
export function strongestSeen(seen: SeenEvents, item: number): number {
  const { groups, noneRank } = seen.events;
  const end = intAt(groups.firstOf, item + 1);
  for (let group = intAt(groups.firstOf, item); group < end; group++) {
    if (isGroupSeen(seen, group)) return intAt(groups.rank, group);
  }
  return noneRank;
}
