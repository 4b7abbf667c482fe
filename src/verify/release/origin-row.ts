/** The origins of a row as they read once its numbers are looked up (ORIGIN-5). */
import { hash } from 'node:crypto';
import { numberAt } from '../checked.ts';
import type { Finding } from '../fault-list.ts';
import {
  eventAt,
  fieldsAt,
  LEVELS,
  ODD,
  ROLES,
  runOf,
  type SharedOrigins,
  type SharedSegments,
  spanOfRun,
  versionAt,
} from './origin-tables.ts';

/** One segment of a row; it begins where the one before ends. */
export interface OriginSegment {
  readonly role: string;
  readonly to: number;
  readonly event: string;
  readonly version: string;
  readonly fields: string;
  readonly level: string;
}

/** The numbers of a row, as `origin/` has them. */
export interface OriginNumbers {
  readonly segments: ArrayLike<number>;
  readonly firstEvent: number;
  readonly events: ArrayLike<number>;
  readonly stoppedAt: number;
}

/** What they are of. */
export interface RowOrigin {
  readonly segments: readonly OriginSegment[];
  /** Pseudonym of the event at which filling stopped; empty where it did not. */
  readonly stoppedAt: string;
  /** Where the numbers are none that a row may have. */
  readonly wrong: readonly Finding[];
}

/** Levels of segments that an event put into their row (ORIGIN-5). */
const EVENT_LEVELS: ReadonlySet<string> = new Set(['full', 'short', 'title', 'profile', 'shown']);

/** Looks the numbers of a row up; `member` is the pseudonym of its member. */
export function originOf(tables: SharedOrigins, numbers: OriginNumbers, member: string): RowOrigin {
  const wrong: Finding[] = [];
  const say = (detail: string) => wrong.push({ check: 'origin', rule: ['ORIGIN-5', 'ORIGIN-6'], detail });
  const segments = segmentsOf(tables.segments, numbers.segments, say);
  const eventOf = eventReader(tables, member, say);
  let [listed, number] = [0, numbers.firstEvent];
  for (const segment of segments) {
    if (!EVENT_LEVELS.has(segment.level)) continue;
    number += numbers.events[listed] ?? Number.NaN;
    if (listed++ < numbers.events.length) segment.event = eventOf(number);
  }
  if (listed !== numbers.events.length) say(`${numbers.events.length} events are listed for ${listed} segments`);
  const [first, hasEvents] = [numbers.events[0] ?? 0, numbers.events.length > 0];
  if (first !== 0) say(`the step to its first event is ${first} instead of 0`);
  if (!hasEvents && numbers.firstEvent !== -1) say(`its first event is ${numbers.firstEvent}, and it has none`);
  // What a heading says is that of the line behind it.
  for (const [index, segment] of segments.entries()) {
    const next = segments[index + 1];
    if (isHistory(segment) && segment.level === '' && isHistory(next) && next.level !== '') segment.event = next.event;
  }
  const stoppedAt = numbers.stoppedAt === -1 ? '' : eventOf(numbers.stoppedAt);
  return { segments, stoppedAt, wrong };
}

type Segment = { -readonly [K in keyof OriginSegment]: OriginSegment[K] };

function isHistory(segment: OriginSegment | undefined): segment is OriginSegment {
  return segment?.role === 'history';
}

function segmentsOf(table: SharedSegments, numbers: ArrayLike<number>, say: (detail: string) => void): Segment[] {
  const { count, roles, levels, tokens } = table;
  let to = 0;
  return Array.from(numbers, (number) => {
    if (!(number >= 0 && number < count)) {
      say(`there is no segment ${number} among ${count}`);
      return { role: ODD, to, event: '', version: '', fields: '', level: ODD };
    }
    to += numberAt(tokens, number);
    const [role, level] = [ROLES[numberAt(roles, number)] ?? ODD, LEVELS[numberAt(levels, number)] ?? ODD];
    return { role, to, event: '', version: versionAt(table, number), fields: fieldsAt(table, number), level };
  });
}

/** Pseudonyms of events by number, all of which are the member's. */
function eventReader({ events }: SharedOrigins, member: string, say: (detail: string) => void) {
  let [from, to] = [0, 0];
  return (number: number): string => {
    if (!(number >= 0 && number < events.count)) {
      say(`there is no event ${number} among ${events.count}`);
      return ODD;
    }
    if (number < from || number >= to) {
      const run = runOf(events, number);
      [from, to] = spanOfRun(events, run);
      if (events.members[run] !== member) say(`event ${number} is one of the member ${events.members[run]}`);
    }
    return eventAt(events, number);
  };
}

/**
 * In `states`: ids that no row has said, that one is saying, that rows say, and say differently.
 */
export const IDS_SEEN = { none: 0, now: 1, once: 2, differ: 3 } as const;

const ID_BYTES = 16;

/**
 * Marks what a row has, and what ids it has there, so that the tables can be checked when all rows
 * were read, whatever thread read which. Rows with other segments than tokens say nothing of ids.
 */
export function markOrigin({ segments, events }: SharedOrigins, numbers: OriginNumbers, ids: Int32Array): void {
  const { count, tokens } = segments;
  let to = 0;
  for (let index = 0; index < numbers.segments.length; index++) to += tokens[numberAt(numbers.segments, index)] ?? 0;
  const isWhole = to === ids.length;
  let from = 0;
  for (let index = 0; index < numbers.segments.length; index++) {
    const number = numberAt(numbers.segments, index);
    if (!(number >= 0 && number < count)) continue;
    segments.used[number] = 1;
    to = from + numberAt(tokens, number);
    if (isWhole && to >= from) markIds(segments, number, hash('sha256', ids.subarray(from, to), 'buffer'));
    from = to;
  }
  let event = numbers.firstEvent;
  for (let index = 0; index < numbers.events.length; index++) {
    event += numberAt(numbers.events, index);
    events.used[event] = 1;
  }
  if (numbers.stoppedAt >= 0) events.used[numbers.stoppedAt] = 1;
}

function markIds({ states, ids }: SharedSegments, number: number, digest: Buffer): void {
  const at = number * ID_BYTES;
  if (Atomics.compareExchange(states, number, IDS_SEEN.none, IDS_SEEN.now) === IDS_SEEN.none) {
    ids.set(digest.subarray(0, ID_BYTES), at);
    Atomics.store(states, number, IDS_SEEN.once);
    return;
  }
  // Another thread is writing them at this moment.
  while (Atomics.load(states, number) === IDS_SEEN.now);
  for (let i = 0; i < ID_BYTES; i++)
    if (ids[at + i] !== digest[i]) return void Atomics.store(states, number, IDS_SEEN.differ);
}
