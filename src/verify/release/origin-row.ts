/** The origins of a row as they read once its numbers are looked up (ORIGIN-5). */
import { numberAt } from '../checked.ts';
import type { Finding } from '../fault-list.ts';
import {
  eventAt,
  fieldsAt,
  LEVELS,
  ODD,
  ODD_INDEX,
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

/** What they are of, but for the segments. */
export interface RowNumbers {
  /** By segment the number of its event; NO_EVENT without one, ODD_EVENT where that is none. */
  readonly eventNumbers: Float64Array;
  /** Pseudonym of the event at which filling stopped; empty where it did not. */
  readonly stoppedAt: string;
  /** Where the numbers are none that a row may have. */
  readonly wrong: readonly Finding[];
}

/** What they are of. */
export interface RowOrigin extends Omit<RowNumbers, 'eventNumbers'> {
  readonly segments: readonly OriginSegment[];
}

/** What is in place of the number of an event. */
export const [NO_EVENT, ODD_EVENT] = [-1, -2];

/** Levels of segments that an event put into their row (ORIGIN-5). */
const EVENT_LEVELS: ReadonlySet<string> = new Set(['full', 'short', 'title', 'profile', 'shown']);
const HAS_EVENT = Uint8Array.from(LEVELS, (level) => Number(EVENT_LEVELS.has(level)));
const [HISTORY, FIXED] = [ROLES.indexOf('history'), LEVELS.indexOf('')];

/** Looks the numbers of a row up; `member` is the pseudonym of its member. */
export function lookUp(tables: SharedOrigins, numbers: OriginNumbers, member: string): RowNumbers {
  const wrong: Finding[] = [];
  const say = (detail: string) => wrong.push({ check: 'origin', rule: ['ORIGIN-5', 'ORIGIN-6'], detail });
  const { count, levels } = tables.segments;
  const size = numbers.segments.length;
  for (let index = 0; index < size; index++) {
    const number = numbers.segments[index] ?? ODD_INDEX;
    if (!(number >= 0 && number < count)) say(`there is no segment ${number} among ${count}`);
  }
  const eventNumbers = new Float64Array(size).fill(NO_EVENT);
  const eventOf = eventReader(tables, member, say);
  let [listed, event] = [0, numbers.firstEvent];
  for (let index = 0; index < size; index++) {
    if (HAS_EVENT[levels[numbers.segments[index] ?? ODD_INDEX] ?? ODD_INDEX] !== 1) continue;
    event += numbers.events[listed] ?? Number.NaN;
    if (listed++ < numbers.events.length) eventNumbers[index] = eventOf(event);
  }
  if (listed !== numbers.events.length) say(`${numbers.events.length} events are listed for ${listed} segments`);
  const [first, hasEvents] = [numbers.events[0] ?? 0, numbers.events.length > 0];
  if (first !== 0) say(`the step to its first event is ${first} instead of 0`);
  if (!hasEvents && numbers.firstEvent !== -1) say(`its first event is ${numbers.firstEvent}, and it has none`);
  nameHeadings(tables.segments, numbers, eventNumbers);
  const stopped = numbers.stoppedAt === -1 ? NO_EVENT : eventOf(numbers.stoppedAt);
  return { eventNumbers, stoppedAt: eventText(tables, stopped), wrong };
}

/** What a heading says is that of the line behind it. */
function nameHeadings({ roles, levels }: SharedSegments, numbers: OriginNumbers, eventNumbers: Float64Array): void {
  const { segments } = numbers;
  for (let index = 0; index + 1 < segments.length; index++) {
    const [own, next] = [numberAt(segments, index), numberAt(segments, index + 1)];
    if (roles[own] !== HISTORY || levels[own] !== FIXED || roles[next] !== HISTORY || levels[next] === FIXED) continue;
    eventNumbers[index] = numberAt(eventNumbers, index + 1);
  }
}

/** The numbers of a row as they read; `member` is the pseudonym of its member. */
export function originOf(tables: SharedOrigins, numbers: OriginNumbers, member: string): RowOrigin {
  const { eventNumbers, ...found } = lookUp(tables, numbers, member);
  return { ...found, segments: segmentsOf(tables, numbers, eventNumbers) };
}

/** The segments of a row, whose events were looked up. */
export function segmentsOf(
  tables: SharedOrigins,
  numbers: OriginNumbers,
  eventNumbers: ArrayLike<number>,
): OriginSegment[] {
  const table = tables.segments;
  let to = 0;
  return Array.from(numbers.segments, (number, index) => {
    const event = eventText(tables, numberAt(eventNumbers, index));
    if (!(number >= 0 && number < table.count)) return { role: ODD, to, event, version: '', fields: '', level: ODD };
    to += numberAt(table.tokens, number);
    return { to, event, ...wordsOf(table, number) };
  });
}

/** What a segment of the table says. */
export function wordsOf(table: SharedSegments, number: number): Omit<OriginSegment, 'to' | 'event'> {
  const { roles, levels } = table;
  const [role, level] = [ROLES[numberAt(roles, number)] ?? ODD, LEVELS[numberAt(levels, number)] ?? ODD];
  return { role, level, version: versionAt(table, number), fields: fieldsAt(table, number) };
}

function eventText({ events }: SharedOrigins, event: number): string {
  if (event === NO_EVENT) return '';
  return event === ODD_EVENT ? ODD : eventAt(events, event);
}

/** Events by number, all of which are the member's: the number again, where there is one. */
function eventReader({ events }: SharedOrigins, member: string, say: (detail: string) => void) {
  let [from, to] = [0, 0];
  return (number: number): number => {
    if (!(number >= 0 && number < events.count)) {
      say(`there is no event ${number} among ${events.count}`);
      return ODD_EVENT;
    }
    if (number < from || number >= to) {
      const run = runOf(events, number);
      [from, to] = spanOfRun(events, run);
      if (events.members[run] !== member) say(`event ${number} is one of the member ${events.members[run]}`);
    }
    return number;
  };
}
