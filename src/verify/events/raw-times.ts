/**
 * Reads the times of raw event records: moments, calendar times, epoch milliseconds, and the
 * unknown.
 */

/**
 * The unknown time: before every other. Written here again, since the checker imports types alone.
 */
export const TIME_UNKNOWN = -8_640_000_000_000_000;

/** Milliseconds of a UTC day. */
export const DAY_MS = 86_400_000;

const MOMENT = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?([Zz]|[+-]\d\d(?::?\d\d)?)$/;
// Two digits after the first hyphen are always a month, and after the second a day.
const CALENDAR = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?([Zz]|[+-]\d\d(?::?\d\d)?)?$/;
/** The first millisecond of the year 1 in UTC. */
export const EARLIEST = -62_135_596_800_000;
/** The last millisecond of the year 9999 in UTC. */
export const LATEST = 253_402_300_799_999;

/**
 * First and last millisecond that a written time may mean: the same two for the same time, however
 * it is written.
 */
export interface RawTime {
  readonly first: number;
  readonly last: number;
}

/**
 * A raw `event_time` (EVENT-2): epoch milliseconds, ISO 8601 with zone and a `T` or a space
 * (fractions beyond the millisecond are cut off), a day, month or year with an optional zone (UTC
 * where none is written), or null for unknown; undefined where it is not a time.
 */
export function readTime(raw: unknown): RawTime | undefined {
  if (raw === null) return { first: TIME_UNKNOWN, last: TIME_UNKNOWN };
  if (typeof raw === 'number') return Number.isInteger(raw) ? inRange(raw, raw) : undefined;
  if (typeof raw !== 'string') return undefined;
  const moment = readMoment(raw);
  if (moment !== undefined) return inRange(moment, moment);
  return readCalendar(raw);
}

/**
 * A raw `ingest_time`: a moment with zone or epoch milliseconds (EVENT-2); undefined where it is
 * neither.
 */
export function readIngestTime(raw: unknown): number | undefined {
  const time = typeof raw === 'string' ? readMoment(raw) : raw;
  if (typeof time !== 'number' || !Number.isInteger(time)) return undefined;
  return inRange(time, time)?.first;
}

function readMoment(text: string): number | undefined {
  const parts = MOMENT.exec(text);
  if (parts === null) return undefined;
  const [, day = '', hour, minute, second = '00', fraction = '', zone = ''] = parts;
  const midnight = startOfDay(day);
  const offset = zoneOffset(zone);
  if (midnight === undefined || offset === undefined) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const inDay = (Number(hour) * 60 + Number(minute)) * 60_000 + Number(second) * 1_000;
  return midnight + inDay + Number(fraction.slice(0, 3).padEnd(3, '0')) - offset;
}

function readCalendar(text: string): RawTime | undefined {
  const parts = CALENDAR.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, zone = 'Z'] = parts;
  const offset = zoneOffset(zone);
  const first = startOfDay(`${year}-${month ?? '01'}-${day ?? '01'}`);
  if (offset === undefined || first === undefined) return undefined;
  let end: number;
  if (day !== undefined) end = first + DAY_MS;
  else if (month !== undefined) end = startOfMonth(Number(year), Number(month) + 1);
  else end = startOfMonth(Number(year) + 1, 1);
  return inRange(first - offset, end - 1 - offset);
}

function startOfMonth(year: number, month: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, 1);
}

/** Midnight UTC of `yyyy-mm-dd`, or undefined where the calendar has no such day. */
function startOfDay(text: string): number | undefined {
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
  const time = new Date(0).setUTCFullYear(year, month - 1, day);
  return new Date(time).toISOString().startsWith(text) ? time : undefined;
}

/** Milliseconds east of UTC; XML Schema ends at 14 hours. */
function zoneOffset(zone: string): number | undefined {
  const [hours = '00', rest = '00'] = zone.match(/\d\d/g) ?? [];
  const minutes = Number(hours) * 60 + Number(rest);
  if (Number(rest) > 59 || minutes > 840) return undefined;
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}

function inRange(first: number, last: number): RawTime | undefined {
  return first < EARLIEST || last > LATEST ? undefined : { first, last };
}
