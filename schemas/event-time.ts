/** When an event happened, when it could be known, and the one text of its content. */
import { compareUtf8 } from './byte-order.ts';
import { DAY_MS, MINUTE_MS } from './durations.ts';
import type { Attributes, CanonicalTime, EventRecord } from './event.ts';
import { CALENDAR_TIME, EVENT_FIELDS, TIME_UNKNOWN } from './event.ts';

/** The first moment that four digits of a year can write, epoch ms: year 1 in UTC. */
export const TIME_MIN = -62_135_596_800_000;
/** Moments before it were written in another unit: nobody recorded interactions then. Epoch ms. */
export const EARLY_MS = Date.UTC(1980, 0, 1);
/**
 * Whether the latest moment of all says that seconds were taken for milliseconds: those since 1980
 * land there.
 */
export function looksLikeSeconds(latest: number): boolean {
  return latest >= EARLY_MS / 1000 && latest < EARLY_MS;
}

/** The last such moment, epoch ms: the end of year 9999 in UTC. */
export const TIME_MAX = 253_402_300_799_999;

/** The first and the last millisecond of a stretch of time, equal for a moment. */
export interface TimeSpan {
  readonly first: number;
  readonly last: number;
}

/**
 * Days from 1970-01-01 to a day of the proleptic Gregorian calendar, or undefined where there is no
 * such day. `Date.UTC` would read the years 0 to 99 as 1900 to 1999 and let a 31st of April pass.
 * Formula: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
 */
export function dayNumber(year: number, month: number, day: number): number | undefined {
  if (month < 1 || month > 12 || day < 1 || day > monthLength(year, month)) return undefined;
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

function monthLength(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/**
 * Milliseconds east of UTC of `Z` or `+02:00`; undefined beyond 14 hours (XML Schema 1.1 part 2,
 * 3.3.7).
 */
export function zoneOffset(zone: string): number | undefined {
  if (zone === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  if (minutes > 59 || hours * 60 + minutes > 840) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS;
}

/**
 * The stretch of a calendar time (`2018-05-01Z`, `2018-05+02:00`, `2018Z`), or undefined where it
 * does not exist.
 */
export function calendarSpan(text: string): TimeSpan | undefined {
  const parts = CALENDAR_TIME.exec(text);
  if (parts === null) return undefined;
  const year = Number(parts[1]);
  const month = parts[2] === undefined ? undefined : Number(parts[2]);
  const day = parts[3] === undefined ? undefined : Number(parts[3]);
  const offset = zoneOffset(parts[4] ?? '');
  const from = dayNumber(year, month ?? 1, day ?? 1);
  const last = dayNumber(year, month ?? 12, day ?? monthLength(year, month ?? 12));
  if (from === undefined || last === undefined || offset === undefined) return undefined;
  const span = { first: from * DAY_MS - offset, last: (last + 1) * DAY_MS - 1 - offset };
  return span.first < TIME_MIN || span.last > TIME_MAX ? undefined : span;
}

/**
 * The stretch of a validated time. Throws Error, a bug of ours, where the time was never validated.
 */
export function timeSpan(time: CanonicalTime): TimeSpan {
  if (time === null) return { first: TIME_UNKNOWN, last: TIME_UNKNOWN };
  if (typeof time === 'number') return { first: time, last: time };
  const span = calendarSpan(time);
  if (span === undefined) throw new Error(`not a canonical time: ${time}`);
  return span;
}

/** When an event happened and when it was known, epoch milliseconds (ASOF-1). */
export interface EventTimes {
  readonly at: number;
  readonly knownAt: number;
}

/**
 * Event time and known_at (ASOF-1): TIME_UNKNOWN for null; a day, month or
 * year begins at its first and is known from its last millisecond; with `ingest_time` known_at is
 * the later of that and the event's ingest_time.
 */
export function eventTimes(event: EventRecord, known: 'event_time' | 'ingest_time'): EventTimes {
  const span = timeSpan(event.event_time);
  const ingested = known === 'ingest_time' ? event.ingest_time : undefined;
  return { at: span.first, knownAt: ingested === undefined ? span.last : Math.max(span.last, ingested) };
}

/** The member or item whose record this is: event ids are unique within it and the type. */
export function entityOf(event: EventRecord): string {
  return event.type === 'item' ? event.item_id : event.member_id;
}

/**
 * Whether the event, or the record that may become one, says that a member or an item is gone
 * (EVENT-1).
 */
export function isDelete({ type, op }: { readonly type?: unknown; readonly op?: unknown }): boolean {
  return (type === 'member' || type === 'item') && op === 'delete';
}

/**
 * One line of JSON without its line end: keys in the order of the schema, those of attributes and
 * context by their UTF-8 bytes, numbers and strings as ECMAScript's JSON.stringify writes them.
 * Equal events have equal lines, and parsing a line yields its event again; the attributes of a
 * delete are no part of it (EVENT-1).
 */
export function canonicalEvent(event: EventRecord): string {
  return canonical(event, true);
}

/** The content that tells a copy from a conflict (EVENT-3): the line without ingest_time. */
export function contentOf(event: EventRecord): string {
  return canonical(event, false);
}

function canonical(event: EventRecord, withIngest: boolean): string {
  if ((withIngest || event.ingest_time === undefined) && isInOrder(event)) return JSON.stringify(event);
  const fields: Readonly<Record<string, unknown>> = event;
  let text = '';
  for (const key of EVENT_FIELDS[event.type]) {
    const value = fields[key];
    if (value === undefined || (key === 'ingest_time' && !withIngest) || (key === 'attributes' && isDelete(event)))
      continue;
    const json = key === 'attributes' || key === 'context' ? canonicalMap(value as Attributes) : JSON.stringify(value);
    text += `${text === '' ? '{' : ','}"${key}":${json}`;
  }
  return `${text}}`;
}

/**
 * Whether the event's own keys are in the order of its line, so that all of it is written at once,
 * which takes a third of the time.
 */
function isInOrder(event: EventRecord): boolean {
  const fields = EVENT_FIELDS[event.type];
  let at = -1;
  for (const each in event) {
    const next = fields.indexOf(each, at + 1);
    if (next < 0) return false;
    at = next;
  }
  const map = event.type === 'interaction' ? event.context : event.attributes;
  return !(map !== undefined && isDelete(event)) && isAscending(map ?? {});
}

function isAscending(map: Attributes): boolean {
  let last: string | undefined;
  for (const each in map) {
    if (last !== undefined && compareUtf8(last, each) >= 0) return false;
    last = each;
  }
  return true;
}

/** Written piece by piece: an object would put keys that look like integers first. */
function canonicalMap(map: Attributes): string {
  const entries = Object.entries(map).sort(([a], [b]) => compareUtf8(a, b));
  return `{${entries.map((entry) => entry.map((part) => JSON.stringify(part)).join(':')).join(',')}}`;
}
