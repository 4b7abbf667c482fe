/**
 * Turns the text of one record into a validated event, or into the reason why it is not one; pure.
 */
import type { z } from 'zod';
import {
  type DeadReason,
  EVENT_FIELDS,
  type EventRecord,
  InteractionEvent,
  ItemEvent,
  MemberEvent,
} from '../../schemas/event.ts';
import { isDelete } from '../../schemas/event-time.ts';
import { parseEventTime, parseMoment } from '../../schemas/raw-time.ts';
import { nth } from '../checked.ts';
import { nearestName, quotedName } from '../errors.ts';
import { sureEvent } from './sure-event.ts';

/**
 * Why a record is no event; `field` is that of the record, with a dot before a key of `attributes`
 * or `context`.
 */
export type NoEvent = { ok: false; reason: DeadReason; field?: string; message: string };

/** An event, or why there is none. */
export type ParsedEvent = { ok: true; event: EventRecord; rounded?: RoundedNumber } | NoEvent;

/** A whole number that a double cannot hold (beyond 2^53). */
export interface RoundedNumber {
  /** As it is written in events. */
  readonly field: string;
  /** Its digits. */
  readonly from: string;
  /** What they were read as. */
  readonly to: string;
}

/**
 * The deepest nesting that is looked at: an event has three levels, and more are an attack or
 * another format.
 */
export const NESTING_MAX = 16;
/** Letters of a foreign name that are compared with ours. */
const NAME_COMPARED_MAX = 80;
/** Letters of a foreign text that a message repeats. */
const TEXT_QUOTED_MAX = 300;
/** Matches where a bare number may have more digits than a double holds (2^53 has 16). */
const LONG_NUMBER = /[\s:,[]-?\d{16}/;

const SCHEMAS = { member: MemberEvent, item: ItemEvent, interaction: InteractionEvent } as const;
const TYPES = Object.keys(SCHEMAS);
const TIMES = Object.entries({ event_time: parseEventTime, ingest_time: parseMoment });

/** A record is no event, for this reason. */
export function noEvent(reason: DeadReason, message: string, field?: string): NoEvent {
  return field === undefined ? { ok: false, reason, message } : { ok: false, reason, message, field };
}

/**
 * The event in `text`, one JSON object (RFC 8259; of equal keys the last counts, as in ECMAScript).
 * Never throws. Times become canonical, and member and item events without `event_time` get null.
 * The attributes of a delete mean nothing and are dropped unseen, so that a delete is obeyed
 * whatever a producer leaves in it.
 */
export function parseEvent(text: string): ParsedEvent {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // Very deep text can exhaust the parser's stack.
    if (error instanceof RangeError) return noEvent('too_deep', `nested deeper than ${NESTING_MAX}`);
    return noEvent('not_json', clip(`not JSON: ${(error as Error).message}`));
  }
  const sure = isObject(value) ? sureEvent(value, !text.includes('\\')) : undefined;
  if (sure !== undefined) return { ok: true, event: sure };
  const parsed = validateBySchema(value);
  // The times and the sequence of a delete are all the numbers that it has.
  if (!parsed.ok || isDelete(parsed.event) || !LONG_NUMBER.test(text)) return parsed;
  const rounded = roundedNumber(text, parsed.event);
  return rounded === undefined ? parsed : { ...parsed, rounded };
}

/**
 * The first whole number of the record that was rounded; its digits come from JSON.parse with
 * source text (ECMAScript 2026).
 */
function roundedNumber(text: string, event: EventRecord): RoundedNumber | undefined {
  let found: RoundedNumber | undefined;
  JSON.parse(text, (key, value: unknown, ...[context]: { source?: string }[]) => {
    const source = context?.source;
    if (found === undefined && typeof value === 'number' && source !== undefined && /^-?\d{16,}$/.test(source)) {
      if (BigInt(source) !== BigInt(value)) found = { field: fieldOf(key, event), from: source, to: String(value) };
    }
    return value;
  });
  return found;
}

/** The field of a number of which the reviver knows the key alone. */
function fieldOf(key: string, event: EventRecord): string {
  const map = event.type === 'interaction' ? 'context' : 'attributes';
  const values = event.type === 'interaction' ? event.context : event.attributes;
  return values !== undefined && Object.hasOwn(values, key) ? `${map}.${clip(key)}` : clip(key);
}

/** As `parseEvent`, from a parsed JSON value; the value is not changed. */
export function validateEvent(value: unknown): ParsedEvent {
  const sure = isObject(value) ? sureEvent({ ...value }, false) : undefined;
  return sure === undefined ? validateBySchema(value) : { ok: true, event: sure };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * As `validateEvent`, by the schemas alone, which define what an event is: `sureEvent` comes to the
 * same wherever it comes to anything.
 */
export function validateBySchema(value: unknown): ParsedEvent {
  if (!isObject(value)) {
    const found = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
    return noEvent('not_an_object', `a record must be a JSON object, not ${found}`);
  }
  const raw: Record<string, unknown> = { ...value };
  // EVENT-1: before anything looks at them.
  if (isDelete(raw)) delete raw.attributes;
  if (isDeep(raw)) return noEvent('too_deep', `nested deeper than ${NESTING_MAX}`);
  const { type } = raw;
  if (type === undefined) return noEvent('field_missing', `type is missing: one of ${TYPES.join(', ')}`, 'type');
  if (typeof type !== 'string' || !Object.hasOwn(SCHEMAS, type)) {
    const hint = typeof type === 'string' ? didYouMean(type, TYPES) : '';
    return noEvent('type_unknown', clip(`type ${JSON.stringify(type)} is none of ${TYPES.join(', ')}${hint}`), 'type');
  }
  return validateTyped(raw, type as keyof typeof SCHEMAS);
}

/** Changes the record. */
function validateTyped(record: Record<string, unknown>, type: keyof typeof SCHEMAS): ParsedEvent {
  const schema = SCHEMAS[type];
  // Unknown names first: a mistyped `evnt_time` is called what it is, not a missing time.
  const fields = EVENT_FIELDS[type];
  for (const key of Object.keys(record)) {
    if (fields.includes(key)) continue;
    const hint = didYouMean(key, fields);
    return noEvent('field_unknown', `${type} events have no field "${clip(key)}"${hint}`, clip(key));
  }
  if (record.event_time === undefined) {
    if (type === 'interaction')
      return noEvent('field_missing', 'event_time is missing; write null where the time is unknown', 'event_time');
    record.event_time = null;
  }
  for (const [field, parse] of TIMES) {
    if (record[field] === undefined) continue;
    const parsed = parse(record[field]);
    if (!parsed.ok) return noEvent('time_invalid', `${field}: ${parsed.message}`, field);
    record[field] = parsed.time;
  }
  const result = schema.safeParse(record);
  if (!result.success) return explainIssue(nth(result.error.issues, 0), record);
  return { ok: true, event: result.data };
}

function explainIssue(issue: z.core.$ZodIssue, record: Record<string, unknown>): ParsedEvent {
  const [head = '', ...rest] = issue.path.map(String);
  const field = clip([head, ...rest].join('.'));
  if (field === 'attributes' && record[head] === undefined) {
    const message = 'an upsert needs attributes (it replaces all of them); write {} for none';
    return noEvent('field_missing', message, field);
  }
  if (rest.length === 0 && record[head] === undefined) return noEvent('field_missing', `${field} is missing`, field);
  if (head === 'attributes' || head === 'context') {
    const wanted = rest.length > 0 ? 'a text, a finite number, true, false or a list of texts' : 'an object';
    return noEvent('field_invalid', `${field} must be ${wanted}`, field);
  }
  const said =
    issue.code === 'invalid_union'
      ? head === 'op'
        ? 'must be upsert or delete'
        : 'must be a text, a finite number, true or false'
      : issue.message.replace(/^Invalid input: /, '');
  return noEvent('field_invalid', `${field}: ${said}`, field);
}

function didYouMean(name: string, known: readonly string[]): string {
  const near = nearestName(name.slice(0, NAME_COMPARED_MAX), known);
  return near === undefined ? '' : `; did you mean "${near}"?`;
}

/** Whether the value is nested deeper than NESTING_MAX; without recursion. */
function isDeep(value: object): boolean {
  let level: object[] = [value];
  for (let depth = 1; depth <= NESTING_MAX && level.length > 0; depth++) {
    level = level.flatMap((each) =>
      Object.values(each).filter((child): child is object => typeof child === 'object' && child !== null),
    );
  }
  return level.length > 0;
}

function clip(text: string): string {
  return quotedName(text, TEXT_QUOTED_MAX);
}
