/**
 * The quick way to an event: what the schemas of schemas/event.ts are sure to take, told without
 * them. They stay the definition, and what is not sure here is left to them.
 */
import { type EventRecord, POSITION_MAX } from '../../schemas/event.ts';
import { parseEventTime, parseMoment, plainMoment } from '../../schemas/raw-time.ts';
import { UNIT_SEPARATOR } from '../../schemas/rows.ts';

/** From 16 digits on a number may have lost some of those that were written. */
const LONG_NUMBER_MIN = 1e15;

const EVENT_ID = 1;
const EVENT_TIME = 2;
const MEMBER_ID = 4;
const ITEM_ID = 8;
const OP = 16;
const ATTRIBUTES = 32;
const KIND = 64;
const ACTION = 128;
/** Fields of interactions that may be left out. */
const CIRCUMSTANCE = 256;
/** Fields of every event that may be left out. */
const ENVELOPE = 512;

/** By the type of an event: the fields that it must have, and those that it may have besides. */
const FIELDS = {
  member: { must: EVENT_ID | MEMBER_ID | OP, may: EVENT_TIME | ENVELOPE | ATTRIBUTES },
  item: { must: EVENT_ID | ITEM_ID | OP, may: EVENT_TIME | ENVELOPE | ATTRIBUTES | KIND },
  interaction: { must: EVENT_ID | EVENT_TIME | MEMBER_ID | ITEM_ID | ACTION, may: ENVELOPE | CIRCUMSTANCE },
} as const;

/** A record that JSON.parse made, or a copy of one. */
type Parsed = Record<string, unknown>;

/**
 * The record itself, its times canonical, where it is an event for sure and none of its numbers was
 * rounded; else undefined, and the record is as it was. `isPlain`: its line has no backslash, so
 * that no text of it holds a control character or half of a surrogate pair.
 */
export function sureEvent(record: Parsed, isPlain: boolean): EventRecord | undefined {
  const { type, op } = record;
  if (type !== 'interaction' && type !== 'item' && type !== 'member') return undefined;
  let found = 0;
  for (const each in record) {
    const field = each === 'type' ? 0 : sureField(each, record[each], isPlain);
    if (field < 0) return undefined;
    found |= field;
  }
  const { must, may } = FIELDS[type];
  if ((found & must) !== must || (found & ~(must | may)) !== 0) return undefined;
  // What a delete carries is dropped unseen, and an upsert replaces all.
  if (type !== 'interaction' && (found & ATTRIBUTES) !== (op === 'upsert' ? ATTRIBUTES : 0)) return undefined;
  return withTimes(record);
}

/** Changes the record once both times are read. */
function withTimes(record: Parsed): EventRecord | undefined {
  const { event_time = null, ingest_time } = record;
  const at = event_time === null ? null : (plainMoment(event_time) ?? timeOf(parseEventTime(event_time)));
  const ingested = ingest_time === undefined ? null : (plainMoment(ingest_time) ?? timeOf(parseMoment(ingest_time)));
  if (at === undefined || ingested === undefined) return undefined;
  record.event_time = at;
  if (ingested !== null) record.ingest_time = ingested;
  return record as EventRecord;
}

function timeOf(parsed: ReturnType<typeof parseEventTime>): string | number | null | undefined {
  return parsed.ok ? parsed.time : undefined;
}

/** The bit of a field whose value is sure to be taken, times aside; -1 for all others. */
function sureField(field: string, value: unknown, isPlain: boolean): number {
  switch (field) {
    case 'event_id':
      return isId(value, isPlain) ? EVENT_ID : -1;
    case 'member_id':
      return isId(value, isPlain) ? MEMBER_ID : -1;
    case 'item_id':
      return isId(value, isPlain) ? ITEM_ID : -1;
    case 'event_time':
      return value === undefined ? -1 : EVENT_TIME;
    case 'ingest_time':
      return value === undefined ? -1 : ENVELOPE;
    case 'sequence':
      return Number.isSafeInteger(value) ? ENVELOPE : -1;
    case 'op':
      return value === 'upsert' || value === 'delete' ? OP : -1;
    case 'attributes':
      return isFlat(value) ? ATTRIBUTES : -1;
    case 'kind':
      return isName(value, isPlain) ? KIND : -1;
    case 'action':
      return isName(value, isPlain) ? ACTION : -1;
    case 'surface':
    case 'session_id':
    case 'slate_id':
    case 'policy':
      return isName(value, isPlain) ? CIRCUMSTANCE : -1;
    case 'position':
      return Number.isInteger(value) && isBetween(value, POSITION_MAX) ? CIRCUMSTANCE : -1;
    case 'propensity':
      return isBetween(value, 1) ? CIRCUMSTANCE : -1;
    case 'value':
      return isScalar(value) ? CIRCUMSTANCE : -1;
    case 'context':
      return isFlat(value) ? CIRCUMSTANCE : -1;
    default:
      return -1;
  }
}

function isName(value: unknown, isPlain: boolean): boolean {
  return typeof value === 'string' && value !== '' && (isPlain || value.isWellFormed());
}

function isId(value: unknown, isPlain: boolean): boolean {
  return isName(value, isPlain) && (isPlain || !(value as string).includes(UNIT_SEPARATOR));
}

function isBetween(value: unknown, most: number): boolean {
  return typeof value === 'number' && value >= 0 && value <= most;
}

function isScalar(value: unknown): boolean {
  if (typeof value === 'number') return Math.abs(value) < LONG_NUMBER_MIN;
  return typeof value === 'string' || typeof value === 'boolean';
}

/** Attributes by their names, `__proto__` not among them. */
function isFlat(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const each in value) {
    const inner = (value as Parsed)[each];
    if (each === '__proto__' || !(isScalar(inner) || isTexts(inner))) return false;
  }
  return true;
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
