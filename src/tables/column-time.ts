/** Reads a column of times with the mapping's zone and its rule for placeholders. */

import { DAY_MS } from '../../schemas/durations.ts';
import { calendarSpan, dayNumber, timeSpan, zoneOffset } from '../../schemas/event-time.ts';
import type { TimeSource } from '../../schemas/mapping.ts';
import { calendarTime, checkRange, type ParsedTime, readDateTime, spellOffset } from '../../schemas/raw-time.ts';
import { readCell, type TableRow } from './field-source.ts';
import type { Zone } from './zone.ts';

/**
 * MySQL writes zeros for the parts of a date that it does not know: `2001-00-00 00:00:00` is the
 * year 2001.
 */
const ZEROED = /^(\d{4})-(\d\d)-00(?:[T ]00:00:00(?:\.0+)?)?$/;
const CALENDAR = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/;

/** What all times of a table share. */
export interface TimeRules {
  readonly zone: Zone | undefined;
  /** Times before this (epoch ms) are placeholders. */
  readonly unknownBefore: number;
}

/** The column that a time is read from. */
export function timeColumn(source: TimeSource): string {
  return typeof source === 'string' ? source : source.column;
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
  const { column, epoch, precision, empty } =
    typeof source === 'string'
      ? { column: source, epoch: undefined, precision: undefined, empty: 'dead' as const }
      : source;
  const cell = unzeroed(readCell(row, column));
  if (cell === undefined) {
    if (empty === 'unknown') return { ok: true, time: null };
    return { ok: false, message: `column ${column} is empty; if that means an unknown time, give it empty: unknown` };
  }
  const read = epoch === undefined ? readText(String(cell), rules.zone) : readEpoch(String(cell), epoch);
  if (!read.ok) return { ok: false, message: `column ${column}: ${read.message}` };
  if (timeSpan(read.time).first < rules.unknownBefore) return { ok: true, time: null };
  return precision === 'day' && typeof read.time === 'number' ? dayOf(read.time, String(cell)) : read;
}

/** `2001-00-00` to `2001`, `2001-05-00` to `2001-05`, `0000-00-00` to undefined. */
function unzeroed(cell: unknown): unknown {
  const parts = typeof cell === 'string' ? ZEROED.exec(cell) : null;
  if (parts === null) return cell;
  if (parts[1] === '0000') return undefined;
  return parts[2] === '00' ? parts[1] : `${parts[1]}-${parts[2]}`;
}

function readEpoch(text: string, unit: 'ms' | 's'): ParsedTime {
  const parts = /^(-?)(\d{1,15})(?:\.(\d+))?$/.exec(text);
  if (parts === null) return { ok: false, message: `${JSON.stringify(text.slice(0, 40))} is no number of ${unit}` };
  // By digits, since 1525168800.257 x 1000 in floating point is a millisecond short.
  const [, sign, whole, fraction = ''] = parts;
  const ms = unit === 's' ? Number(whole) * 1000 + Number(fraction.slice(0, 3).padEnd(3, '0')) : Number(whole);
  return checkRange(sign === '-' ? -ms : ms);
}

function readText(text: string, zone: Zone | undefined): ParsedTime {
  const calendar = CALENDAR.exec(text);
  if (calendar !== null) return calendarTime(text, zone === undefined ? 'Z' : zoneAt(calendar, zone), text);
  const read = readDateTime(text);
  if (read === undefined) return { ok: false, message: `${JSON.stringify(text.slice(0, 40))} is no ISO 8601 time` };
  if (read.zone !== '') {
    const offset = zoneOffset(read.zone);
    return offset === undefined
      ? { ok: false, message: `no such zone: ${read.zone}` }
      : checkRange(read.local - offset);
  }
  if (zone === undefined) return { ok: false, message: 'the time has no zone; give the mapping a `zone:`' };
  return checkRange(zone.toMoment(read.local));
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

/** The day as it is written, with the offset of the written clock. */
function dayOf(moment: number, text: string): ParsedTime {
  const read = readDateTime(text);
  const offset = read === undefined ? 0 : read.local - moment;
  return calendarTime(new Date(moment + offset).toISOString().slice(0, 10), spellOffset(offset), text);
}
