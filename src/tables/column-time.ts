/** Reads a column of times with the mapping's zone and its rule for placeholders. */

import { DAY_MS } from '../../schemas/durations.ts';
import { calendarSpan, dayNumber, timeSpan, zoneOffset } from '../../schemas/event-time.ts';
import type { ConstantTime, TimeSource } from '../../schemas/mapping.ts';
import { calendarTime, checkRange, type ParsedTime, readDateTime, spellOffset } from '../../schemas/raw-time.ts';
import { type CellReader, type TableRow, textIn } from './cell.ts';
import { type FormattedTime, type TimeFormat, timeFormat } from './time-format.ts';
import { type Zone, zoneNamed } from './zone.ts';

/**
 * MySQL writes zeros for the parts of a date that it does not know: `2001-00-00 00:00:00` is the
 * year 2001.
 */
const ZEROED = /^(\d{4})-(\d\d)-00(?:[T ]00:00:00(?:\.0+)?)?$/;
const CALENDAR = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/;
/** A day of ISO 8601, extended or basic (`20180501`), with a zone behind it or none. */
const DAY = /^(\d{4})(?:-(\d\d)-(\d\d)|(\d\d)(\d\d))(?: ?([+-]\d\d(?::?\d\d)?|[A-Za-z][A-Za-z/_+-]*))?$/;
/** A time in ISO 8601's basic format: `20180501T093000Z`. */
const COMPACT = /^(\d{4})(\d\d)(\d\d)[Tt ]?(\d\d)(\d\d)(\d\d(?:[.,]\d+)?)?([Zz]|[+-]\d\d(?::?\d\d)?)?$/;
/** A time and the name of a zone behind it. */
const NAMED = /^(.+?) ?([A-Za-z]+(?:\/[A-Za-z_+-]+)*)$/;
const DECIMAL = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;
/** Digits of any moment in nanoseconds. */
const DIGITS_MAX = 25;

/** What all times of a table share. */
export interface TimeRules {
  readonly cell: CellReader;
  readonly zone: Zone | undefined;
  /** Times before this (epoch ms) are placeholders. */
  readonly unknownBefore: number;
}

/** The column that a time is read from; undefined for a constant. */
export function timeColumn(source: TimeSource | ConstantTime): string | undefined {
  if (typeof source === 'string') return source;
  return 'column' in source ? source.column : undefined;
}

/**
 * The moment, epoch ms in UTC, of a rule such as `before 1981`: minus infinity without a rule, NaN
 * where there is no such day.
 */
export function unknownBefore(rule: string | undefined): number {
  if (rule === undefined) return Number.NEGATIVE_INFINITY;
  return calendarSpan(`${rule.slice('before '.length)}Z`)?.first ?? Number.NaN;
}

/**
 * The canonical time of a row, or why it has none. Null, an unknown time, where the cell is empty
 * under `empty: unknown` and where it is a placeholder.
 */
export function readTime(row: TableRow, source: TimeSource, rules: TimeRules): ParsedTime {
  const { column, epoch, format, precision, empty } =
    typeof source === 'string'
      ? { column: source, epoch: undefined, format: undefined, precision: undefined, empty: 'dead' as const }
      : source;
  const cell = unzeroed(rules.cell(row, column));
  if (cell === undefined) {
    if (empty === 'unknown') return { ok: true, time: null };
    return { ok: false, message: `column ${column} is empty; if that means an unknown time, give it empty: unknown` };
  }
  const text = textIn(cell)?.trim();
  if (text === undefined) return { ok: false, message: `column ${column} holds no text and no number` };
  const read = epoch === undefined ? readText(text, format, rules.zone) : readEpoch(text, epoch);
  if (!read.ok) return { ok: false, message: `column ${column}: ${read.message}` };
  if (timeSpan(read.time).first < rules.unknownBefore) return { ok: true, time: null };
  return precision === 'day' && typeof read.time === 'number' ? dayOf(read.time, read.offset ?? 0, text) : read;
}

/** The one time of a table that dates no row. */
export function constantTime({ value }: ConstantTime, zone: Zone | undefined): ParsedTime {
  return readText(value, undefined, zone);
}

/** `2001-00-00` to `2001`, `2001-05-00` to `2001-05`, `0000-00-00` to undefined. */
function unzeroed(cell: unknown): unknown {
  const parts = typeof cell === 'string' ? ZEROED.exec(cell) : null;
  if (parts === null) return cell;
  if (parts[1] === '0000') return undefined;
  return parts[2] === '00' ? parts[1] : `${parts[1]}-${parts[2]}`;
}

/** A time, and how far its clock was ahead of UTC, milliseconds. */
type ReadTime = ParsedTime & { readonly offset?: number };

/** Decimal places from one unit to milliseconds. */
const PLACES = { s: 3, ms: 0, us: -3, ns: -6 } as const;

/**
 * By digits, since 1525168800.257 x 1000 in floating point is a millisecond short; what is behind
 * the milliseconds is dropped.
 */
function readEpoch(text: string, unit: keyof typeof PLACES): ReadTime {
  const parts = DECIMAL.exec(text);
  if (parts === null) return { ok: false, message: `${quote(text)} is no number of ${unit}` };
  const [, sign, whole = '', fraction = '', exponent = '0'] = parts;
  const written = `${whole}${fraction}`.replace(/^0+(?=\d)/, '');
  const places = PLACES[unit] + Number(exponent) - fraction.length;
  const digits = places < 0 ? written.slice(0, places) : written === '0' ? '0' : written + '0'.repeat(places);
  if (digits.length > DIGITS_MAX)
    return { ok: false, message: `${quote(text)} ${unit} lies outside the years 1 to 9999` };
  const ms = Number(digits === '' ? 0 : digits);
  return checkRange(sign === '-' ? -ms : ms);
}

function readText(text: string, format: string | undefined, zone: Zone | undefined): ReadTime {
  if (format !== undefined) {
    const read = formatted(format)(text);
    if (read === undefined) return { ok: false, message: `${quote(text)} is no time written as ${format}` };
    return momentOf(read, text, zone);
  }
  const calendar = calendarIn(text);
  if (calendar !== undefined) return momentOf({ ...calendar, local: undefined }, text, zone);
  const read = readDateTime(spelledOut(text));
  if (read !== undefined) return momentOf({ ...read, date: '' }, text, zone);
  const named = NAMED.exec(text);
  const before = named === null ? undefined : readDateTime(spelledOut(named[1] ?? ''));
  if (before !== undefined && before.zone === '')
    return momentOf({ ...before, date: '', zone: named?.[2] ?? '' }, text, zone);
  return { ok: false, message: `${quote(text)} is no ISO 8601 time${hintOf(text)}` };
}

/** What names a day, month or year: it is no moment, and known at its end alone (ASOF-1). */
function calendarIn(text: string): Pick<FormattedTime, 'date' | 'zone'> | undefined {
  if (CALENDAR.test(text)) return { date: text, zone: '' };
  const parts = DAY.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, monthClose, dayClose, zone = ''] = parts;
  return { date: `${year}-${month ?? monthClose}-${day ?? dayClose}`, zone };
}

/** A time in the basic format as in the extended one. */
function spelledOut(text: string): string {
  const parts = COMPACT.exec(text);
  if (parts === null) return text;
  const [, year, month, day, hour, minute, second = '00', zone = ''] = parts;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`;
}

/** What a number may be that is no time. */
function hintOf(text: string): string {
  const digits = /^\d{9,20}(?:\.\d+)?(?:[eE]\+?\d+)?$/.test(text) ? (text.split('.')[0]?.length ?? 0) : 0;
  const unit = digits < 9 ? undefined : digits < 12 ? 's' : digits < 15 ? 'ms' : digits < 18 ? 'us' : 'ns';
  return unit === undefined
    ? '; give the column its format:'
    : `; it looks like an epoch number: give the column epoch: ${unit}`;
}

const formats = new Map<string, TimeFormat>();

/**
 * Mappings hold a few formats, and each is compiled once. Throws Error where it has a flaw, which a
 * mapping that was read has not.
 */
function formatted(format: string): TimeFormat {
  const known = formats.get(format);
  if (known !== undefined) return known;
  const made = timeFormat(format);
  if (typeof made !== 'function') throw new Error(`${format}: ${made.flaw}`);
  formats.set(format, made);
  return made;
}

function momentOf({ date, local, zone: written }: FormattedTime, text: string, zone: Zone | undefined): ReadTime {
  const own = written === '' ? zone : zoneBehind(written);
  if (own === undefined && written !== '') return { ok: false, message: zoneFlaw(written) };
  if (local === undefined) {
    const parts = CALENDAR.exec(date);
    return calendarTime(date, own === undefined || parts === null ? 'Z' : zoneAt(parts, own), text);
  }
  if (own === undefined) return { ok: false, message: 'the time has no zone; give the mapping a `zone:`' };
  const moment = own.toMoment(local);
  return { ...checkRange(moment), offset: local - moment };
}

const zones = new Map<string, Zone | undefined>();
/** More names than there are zones: then a column of other texts is being read. */
const ZONES_MAX = 2_000;

/** Of UTC by its names and of `+02:00`, `+0200` or `+02`, in milliseconds. */
function offsetOf(written: string): number | undefined {
  if (/^(?:UTC|GMT|Z)$/i.test(written)) return 0;
  const parts = /^([+-]\d\d)(?::?(\d\d))?$/.exec(written);
  return parts === null ? undefined : zoneOffset(`${parts[1]}:${parts[2] ?? '00'}`);
}

/** The zone that is written behind a time: an offset, UTC, or a name with its area. */
function zoneBehind(written: string): Zone | undefined {
  const known = zones.get(written);
  if (known !== undefined || zones.has(written)) return known;
  const offset = offsetOf(written);
  const found =
    offset !== undefined
      ? { toMoment: (local: number) => local - offset }
      : written.includes('/')
        ? zoneNamed(written)
        : undefined;
  if (zones.size >= ZONES_MAX) zones.clear();
  zones.set(written, found);
  return found;
}

function zoneFlaw(written: string): string {
  return /^[A-Z]{2,5}$/.test(written)
    ? `${quote(written)} names more than one zone; write an offset, or a name as America/New_York`
    : `no such zone: ${written}`;
}

/**
 * The zone's offset where the day, month or year begins: calendar times have one offset (XML
 * Schema).
 */
function zoneAt(parts: RegExpExecArray, zone: Zone): string {
  const days = dayNumber(Number(parts[1]), Number(parts[2] ?? 1), Number(parts[3] ?? 1));
  // Where there is no such day, calendarTime says so.
  return days === undefined ? 'Z' : spellOffset(days * DAY_MS - zone.toMoment(days * DAY_MS));
}

/** The day of a moment on its own clock. */
function dayOf(moment: number, offset: number, text: string): ParsedTime {
  return calendarTime(new Date(moment + offset).toISOString().slice(0, 10), spellOffset(offset), text);
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}
