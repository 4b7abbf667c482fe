/** Which openings of a member are not asked about, decided before any label is looked at. */
import { DAY_MS } from '../../schemas/durations.ts';
import { floatAt, nth } from '../checked.ts';
import { compareKeys, draw, inShare, millionths } from './draws.ts';
import type { MemberTimeline } from './member-timeline.ts';
import { type Openings, withReferences } from './openings.ts';

/** How many of the openings are asked about. */
export interface AskRules {
  readonly seed: number;
  readonly share: number;
  readonly perMemberDay: number | undefined;
}

/** The openings of a member, and of which of them somebody wants to know. */
export interface AskedOpenings {
  /** Of all tasks. */
  readonly openings: readonly Openings[];
  /** By position in the timeline, 1: wanted; undefined: all are. */
  readonly wanted?: Uint8Array | undefined;
}

/**
 * By position in the timeline, 1 where an opening event is left out by `ask`, for all its questions
 * (OPEN-5). Linear: a draw for each opening event of a UTC day that has a wanted one, and one more
 * for each that is in the share where days are capped.
 */
export function cappedOpenings(
  timeline: MemberTimeline,
  { openings, wanted }: AskedOpenings,
  ask: AskRules,
): Uint8Array {
  const capped = new Uint8Array(timeline.size);
  const { seed, share, perMemberDay } = ask;
  // Every draw is in a share of 1.
  const isAll = millionths(share) === millionths(1);
  if (isAll && perMemberDay === undefined) return capped;
  const moments = earliestMoments(timeline, openings);
  const isDecided = deciderOf(moments, wanted);
  const events = Int32Array.from(moments.keys()).filter((i) => moments[i] !== Number.POSITIVE_INFINITY);
  const { referenceOf } = withReferences(timeline, events, (i) => floatAt(timeline.at, i));
  const days = new Map<number, DayLeast>();
  for (const event of events) {
    if (!isDecided(event)) continue;
    const reference = referenceOf(event);
    if (!isAll && !inShare(draw(seed, 'ask', reference), share)) capped[event] = 1;
    else if (perMemberDay !== undefined) {
      const day = dayOf(moments, event);
      const least = days.get(day) ?? { draws: [], keys: [] };
      days.set(day, least);
      if (!takeIfLeast(least, { drawn: draw(seed, 'cap', reference), key: reference }, perMemberDay)) capped[event] = 1;
    }
  }
  return capped;
}

/** Which events have to be decided: a day is capped as a whole. */
function deciderOf(moments: Float64Array, wanted: Uint8Array | undefined): (event: number) => boolean {
  if (wanted === undefined) return () => true;
  const days = new Set<number>();
  for (const [event, isWanted] of wanted.entries()) if (isWanted === 1) days.add(dayOf(moments, event));
  return (event) => days.has(dayOf(moments, event));
}

/** The UTC day of the event's earliest moment. */
function dayOf(moments: Float64Array, event: number): number {
  return Math.floor(floatAt(moments, event) / DAY_MS);
}

/** By position the earliest moment at which the event opens, epoch ms; else infinity. */
function earliestMoments({ size }: MemberTimeline, openings: readonly Openings[]): Float64Array {
  const moments = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
  for (const { events, momentOf } of openings) {
    for (const event of events) moments[event] = Math.min(floatAt(moments, event), momentOf(event));
  }
  return moments;
}

/** The least draws of a day, in order, and the keys that decide between equal ones. */
interface DayLeast {
  readonly draws: number[];
  readonly keys: string[];
}

/**
 * Whether the draw is among the `most` least of those taken in so far and itself; `least` holds
 * these and takes it in.
 */
function takeIfLeast(least: DayLeast, { drawn, key }: Drawn, most: number): boolean {
  const { draws, keys } = least;
  let low = 0;
  let high = draws.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const before = nth(draws, middle) - drawn || compareKeys(nth(keys, middle), key);
    if (before < 0) low = middle + 1;
    else high = middle;
  }
  if (low >= most) return false;
  draws.splice(low, 0, drawn);
  keys.splice(low, 0, key);
  if (draws.length > most) draws.length = keys.length = most;
  return true;
}

interface Drawn {
  readonly drawn: number;
  readonly key: string;
}
