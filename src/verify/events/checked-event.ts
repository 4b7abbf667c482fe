/**
 * Reads one raw record into what the checker needs of an event, apart from the builder's own
 * validation.
 */
import { createHash } from 'node:crypto';
import type { Attributes } from '../../../schemas/event.ts';
import { type RawTime, readIngestTime, readTime } from './raw-times.ts';

/** What all events have; times in epoch milliseconds. */
interface Stamp {
  readonly id: string;
  /** First millisecond of the event time. */
  readonly at: number;
  /** Last millisecond of the event time. */
  readonly until: number;
  readonly sequence: number;
  readonly ingestedAt: number | undefined;
}

/** A version of a member's profile or of an item, or its deletion. */
export interface VersionEvent extends Stamp {
  readonly type: 'member' | 'item';
  readonly entity: string;
  readonly op: 'upsert' | 'delete';
  readonly attributes: Attributes;
}

/** Something a member did, or was shown. */
export interface InteractionEvent extends Stamp {
  readonly type: 'interaction';
  readonly entity: string;
  readonly item: string;
  readonly action: string;
  readonly surface: string | undefined;
  readonly session: string | undefined;
  readonly slate: string | undefined;
  readonly position: number | undefined;
  readonly propensity: number | undefined;
  readonly value: string | number | boolean | undefined;
  readonly context: Attributes | undefined;
}

/** What the checker knows of one record. */
export type CheckedEvent = VersionEvent | InteractionEvent;

const ENVELOPE = ['type', 'event_id', 'event_time', 'ingest_time', 'sequence'];
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  member: [...ENVELOPE, 'member_id', 'op', 'attributes'],
  item: [...ENVELOPE, 'item_id', 'op', 'attributes', 'kind'],
  interaction: [
    ...ENVELOPE,
    ...['member_id', 'item_id', 'action', 'surface', 'session_id', 'slate_id', 'position', 'policy'],
    ...['propensity', 'value', 'context'],
  ],
};
const NAMES = ['kind', 'surface', 'session_id', 'slate_id', 'policy'];

type Raw = Record<string, unknown>;

/**
 * The event of one parsed record, or undefined where it is not one: the build parks those as dead
 * letters (EVENT-1). Every field is looked at, so that what is dead to the build is dead here too.
 */
export function readEvent(record: unknown): CheckedEvent | undefined {
  if (!isObject(record)) return undefined;
  const fields =
    typeof record.type === 'string' && Object.hasOwn(FIELDS, record.type) ? FIELDS[record.type] : undefined;
  if (fields === undefined || Object.keys(record).some((key) => !fields.includes(key))) return undefined;
  if (NAMES.some((name) => record[name] !== undefined && !isText(record[name]))) return undefined;
  const interaction = record.type === 'interaction';
  if (interaction && record.event_time === undefined) return undefined;
  const time = readTime(record.event_time === undefined ? null : record.event_time);
  if (time === undefined) return undefined;
  const stamp = readStamp(record, time);
  if (stamp === undefined) return undefined;
  return interaction ? readInteraction(record, stamp) : readVersion(record, stamp);
}

function readStamp(record: Raw, time: RawTime): Stamp | undefined {
  const { event_id: id, sequence, ingest_time: ingest } = record;
  if (!isId(id) || (sequence !== undefined && !Number.isSafeInteger(sequence))) return undefined;
  const ingestedAt = ingest === undefined ? undefined : readIngestTime(ingest);
  if (ingest !== undefined && ingestedAt === undefined) return undefined;
  return { id, at: time.first, until: time.last, sequence: (sequence as number | undefined) ?? 0, ingestedAt };
}

function readVersion(record: Raw, stamp: Stamp): VersionEvent | undefined {
  const type = record.type as 'member' | 'item';
  const entity = type === 'member' ? record.member_id : record.item_id;
  const { op, attributes } = record;
  if (!isId(entity) || (op !== 'upsert' && op !== 'delete')) return undefined;
  if (attributes === undefined ? op === 'upsert' : !isAttributes(attributes)) return undefined;
  return { type, ...stamp, entity, op, attributes: op === 'upsert' ? (attributes as Attributes) : {} };
}

function readInteraction(record: Raw, stamp: Stamp): InteractionEvent | undefined {
  const { member_id: entity, item_id: item, action, position, propensity, value, context } = record;
  if (!isId(entity) || !isId(item) || !isText(action)) return undefined;
  if (position !== undefined && !(Number.isSafeInteger(position) && (position as number) >= 0)) return undefined;
  if (propensity !== undefined && !(typeof propensity === 'number' && propensity >= 0 && propensity <= 1)) {
    return undefined;
  }
  if (value !== undefined && (!isAttribute(value) || Array.isArray(value))) return undefined;
  if (context !== undefined && !isAttributes(context)) return undefined;
  const { surface, session_id: session, slate_id: slate } = record as Record<string, string | undefined>;
  return {
    ...{ type: 'interaction', ...stamp, entity, item, action, surface, session, slate },
    position: position as number | undefined,
    propensity: propensity as number | undefined,
    value: value as string | number | boolean | undefined,
    context: context as Attributes | undefined,
  };
}

/**
 * A digest of the record's content (16 bytes as Latin-1): equal for copies, whatever their
 * ingest_time, key order or way of writing the time (EVENT-3). Takes records that `readEvent`
 * accepts.
 */
export function contentDigest(record: unknown): string {
  const { ingest_time: _, event_time: time, ...rest } = record as Raw;
  const content = { ...rest, event_time: readTime(time === undefined ? null : time)?.text };
  return createHash('sha256').update(sortedJson(content)).digest().toString('latin1', 0, 16);
}

function sortedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  return `{${keys
    .sort()
    .map((key) => `${JSON.stringify(key)}:${sortedJson(value[key])}`)
    .join(',')}}`;
}

function isObject(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isId(value: unknown): value is string {
  return isText(value) && value.isWellFormed() && !value.includes('\u001f');
}

function isAttribute(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((part) => typeof part === 'string');
  return (
    typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
  );
}

function isAttributes(value: unknown): value is Attributes {
  return isObject(value) && Object.values(value).every(isAttribute);
}
