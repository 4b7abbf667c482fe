/** Reads the times that producers write into the canonical time of the envelope (EVENT-2). */

import { DAY_MS, MINUTE_MS } from './durations.ts';
import type { CanonicalTime } from './event.ts';
import { calendarSpan, dayNumber, TIME_MAX, TIME_MIN, zoneOffset } from './event-time.ts';

/** A time, or why it cannot be read. */
export type ParsedTime = { ok: true; time: CanonicalTime } | { ok: false; message: string };

const fail = (message: string): ParsedTime => ({ ok: false, message });
const DATE_TIME =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?: ?([Zz]|[+-]\d\d(?::?\d\d)?))?$/;
const CALENDAR = /^(\d{4}(?:-\d\d(?:-\d\d)?)?)([Zz]|[+-]\d\d(?::?\d\d)?)?$/;
/** Tables write it, events may not. */
const SPACE_BEFORE_ZONE = / [Zz+-]/;

/** A date-time as it is written. */
export interface LocalTime {
  /** Milliseconds from 1970-01-01T00:00 as if its clock showed UTC. */
  readonly local: number;
  /** `Z`, `+02:00`, or empty where none is written. */
  readonly zone: string;
}

/**
 * A date-time of ISO 8601 / RFC 3339, or undefined: with `T` or a space, also with one before the
 * zone, and digits after the milliseconds dropped.
 */
export function readDateTime(text: string): LocalTime | undefined {
  const parts = DATE_TIME.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second = '0', fraction = '', zone = ''] = parts;
  const days = dayNumber(Number(year), Number(month), Number(day));
  // A leap second (:60) has no millisecond of its own in POSIX time, and is not guessed.
  if (days === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const clock =
    (Number(hour) * 60 + Number(minute)) * MINUTE_MS +
    Number(second) * 1000 +
    Number(fraction.slice(0, 3).padEnd(3, '0'));
  return { local: days * DAY_MS + clock, zone: spellZone(zone) };
}

/**
 * `Z` for `z` and zero offsets, `+02:00` for `+0200` and `+02`, empty for empty: one day has one
 * spelling.
 */
function spellZone(zone: string): string {
  if (zone === '' || zone === 'Z' || zone === 'z') return zone.toUpperCase();
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  return digits === '0000' ? 'Z' : `${zone[0]}${digits.slice(0, 2)}:${digits.slice(2)}`;
}

/** Where `2026-03-01T09:30:00Z` and `2026-03-01T09:30:00.000Z` have which marks. */
const MARKS = [
  [4, 0x2d],
  [7, 0x2d],
  [10, 0x54],
  [13, 0x3a],
  [16, 0x3a],
] as const;
const SECONDS_END = '2026-03-01T09:30:00'.length;
const MILLIS_LENGTH = '2026-03-01T09:30:00.000Z'.length;

/**
 * The moment, epoch ms, of a number in range or of the two plainest spellings, in which most events
 * have it: quicker than `parseMoment`, which reads the same there. Undefined for all others.
 */
export function plainMoment(raw: unknown): number | undefined {
  if (typeof raw === 'number') return Number.isInteger(raw) && raw >= TIME_MIN && raw <= TIME_MAX ? raw + 0 : undefined;
  if (typeof raw !== 'string') return undefined;
  const { length } = raw;
  const hasMillis = length === MILLIS_LENGTH && raw.charCodeAt(SECONDS_END) === 0x2e;
  if (!hasMillis && length !== SECONDS_END + 1) return undefined;
  if (raw.charCodeAt(length - 1) !== 0x5a) return undefined;
  for (const [at, code] of MARKS) if (raw.charCodeAt(at) !== code) return undefined;
  const days = dayNumber(digits(raw, 0, 4), digits(raw, 5, 7), digits(raw, 8, 10));
  const [hour, minute, second] = [digits(raw, 11, 13), digits(raw, 14, 16), digits(raw, 17, 19)];
  const millis = hasMillis ? digits(raw, 20, 23) : 0;
  // What is no number is not within a limit either.
  if (days === undefined || !(hour <= 23 && minute <= 59 && second <= 59 && millis >= 0)) return undefined;
  const moment = days * DAY_MS + (hour * 60 + minute) * MINUTE_MS + second * 1000 + millis;
  return moment >= TIME_MIN && moment <= TIME_MAX ? moment : undefined;
}

/** The number that the digits from `from` to `to` write; NaN where one is none. */
function digits(text: string, from: number, to: number): number {
  let number = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}

/** A moment as a producer may write it: epoch milliseconds or a date-time with its zone. */
export function parseMoment(raw: unknown): ParsedTime {
  if (typeof raw === 'number') return checkRange(raw);
  if (typeof raw !== 'string') return fail('must be epoch milliseconds or an ISO 8601 date-time with its zone');
  const isSpaced = SPACE_BEFORE_ZONE.test(raw);
  const read = isSpaced ? undefined : readDateTime(raw);
  if (read === undefined) {
    // Never moved to the next day that there is: a 30 February is a typing error.
    const isDateTime = !isSpaced && DATE_TIME.test(raw);
    if (isDateTime) return fail(`${quote(raw)} names a day or an hour that does not exist; ${DATE_TIME_HINT}`);
    return fail(`${quote(raw)} is no ISO 8601 date-time; ${epochHint(raw) ?? DATE_TIME_HINT}`);
  }
  if (read.zone === '')
    return fail(`${quote(raw)} has no zone; add Z or an offset, as ${raw.slice(0, 19).replace(' ', 'T')}Z`);
  const offset = zoneOffset(read.zone);
  if (offset === undefined) return fail(`${quote(raw)} has no such zone; offsets end at 14:00`);
  return checkRange(read.local - offset);
}

const DATE_TIME_HINT = 'write it as 2026-03-01T09:30:00Z';

/** What a text of digits is, which may not be read as a time. */
function epochHint(raw: string): string | undefined {
  if (/^\d{9,10}(\.\d+)?$/.test(raw)) return 'it looks like epoch seconds: write milliseconds, as a number';
  return /^\d{12,13}$/.test(raw) ? 'it looks like epoch milliseconds: write a number, without quotes' : undefined;
}

/**
 * `event_time` as a producer may write it (EVENT-2): a moment; a day, month or year (`2018-05-01`,
 * `2018-05`, `2018`; with its zone after it, else UTC); or null for unknown. Numbers are epoch
 * milliseconds, never years or seconds.
 */
export function parseEventTime(raw: unknown): ParsedTime {
  if (raw === null) return { ok: true, time: null };
  if (typeof raw !== 'string') return parseMoment(raw);
  const [, date, zone = 'Z'] = CALENDAR.exec(raw) ?? [];
  return date === undefined ? parseMoment(raw) : calendarTime(date, spellZone(zone), raw);
}

/**
 * The day, month or year `date` in `zone` (`Z`, `+02:00`); a message repeats `raw`. A day has one
 * spelling, with an offset in (-12:00, +12:00]: `2018-05-01+14:00` is `2018-04-30-10:00` (EVENT-3).
 */
export function calendarTime(date: string, zone: string, raw: string = date): ParsedTime {
  const time = `${date}${zone}`;
  const span = calendarSpan(time);
  if (span === undefined) return fail(`${quote(raw)} is no day, month or year between 0001 and 9999`);
  const offset = zoneOffset(zone) ?? 0;
  const isFar = offset > DAY_MS / 2 || offset <= -DAY_MS / 2;
  if (date.length < 'YYYY-MM-DD'.length || !isFar) return { ok: true, time };
  const near = offset - Math.sign(offset) * DAY_MS;
  return { ok: true, time: `${new Date(span.first + near).toISOString().slice(0, 10)}${spellOffset(near)}` };
}

/** Milliseconds east of UTC as `Z` or `+02:00`; the seconds of local mean times are dropped. */
export function spellOffset(ms: number): string {
  const minutes = Math.trunc(Math.abs(ms) / MINUTE_MS);
  if (minutes === 0) return 'Z';
  const two = (n: number) => String(n).padStart(2, '0');
  return `${ms < 0 ? '-' : '+'}${two(Math.trunc(minutes / 60))}:${two(minutes % 60)}`;
}

/** The moment, which must be a whole number of epoch milliseconds inside the years 1 to 9999. */
export function checkRange(ms: number): ParsedTime {
  if (!Number.isInteger(ms)) return fail(`${ms} is no whole number of milliseconds`);
  if (ms < TIME_MIN || ms > TIME_MAX) return fail(`${ms} ms lies outside the years 1 to 9999`);
  return { ok: true, time: ms + 0 };
}

function quote(raw: string): string {
  return JSON.stringify(raw.length > 40 ? `${raw.slice(0, 40)}...` : raw);
}
