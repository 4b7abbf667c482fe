/**
 * Reads one raw record into what the checker needs of an event, apart from the builder's own
 * validation.
 */
import { hash } from 'node:crypto';
import type { Attributes } from '../../../schemas/event.ts';
import { type RawTime, readIngestTime, readTime } from './raw-times.ts';

/** What all events have; times in epoch milliseconds. */
interface Stamp {
  readonly id: string;
  /** Orders events of one time and sequence (EVENT-4): 8 bytes as Latin-1. */
  readonly tie: string;
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
  /** Empty of a delete (EVENT-1). */
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
  if (NAMES.some((name) => record[name] !== undefined && !isName(record[name]))) return undefined;
  const interaction = record.type === 'interaction';
  const { event_time: written = null } = record;
  if (interaction && record.event_time === undefined) return undefined;
  const time = readTime(written);
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
  const tie = shortHash(`${record.type}\u001f${id}`, 8);
  return { id, tie, at: time.first, until: time.last, sequence: (sequence as number | undefined) ?? 0, ingestedAt };
}

function readVersion(record: Raw, stamp: Stamp): VersionEvent | undefined {
  const type = record.type as 'member' | 'item';
  const entity = type === 'member' ? record.member_id : record.item_id;
  const { op, attributes } = record;
  if (!isId(entity)) return undefined;
  if (op === 'delete') return { type, ...stamp, entity, op, attributes: {} };
  return op === 'upsert' && isAttributes(attributes) ? { type, ...stamp, entity, op, attributes } : undefined;
}

function readInteraction(record: Raw, stamp: Stamp): InteractionEvent | undefined {
  const { member_id: entity, item_id: item, action, position, propensity, value, context } = record;
  if (!isId(entity) || !isId(item) || !isName(action)) return undefined;
  if (position !== undefined && !(Number.isInteger(position) && isWithin(position, 2_147_483_647))) return undefined;
  if (propensity !== undefined && !isWithin(propensity, 1)) return undefined;
  if (value !== undefined && !isScalar(value)) return undefined;
  if (context !== undefined && !isAttributes(context)) return undefined;
  const { surface, session_id: session, slate_id: slate } = record as Record<string, string | undefined>;
  const what = { entity, item, action, surface, session, slate };
  return { type: 'interaction', ...stamp, ...what, position, propensity, value, context };
}

/**
 * A digest of the record's content (16 bytes as Latin-1): equal for copies, whatever their
 * ingest_time, key order, way of writing the time or attributes of a delete (EVENT-3). Takes
 * a record and what `readEvent` made of it.
 */
export function contentDigest(record: unknown, { at, until }: CheckedEvent): string {
  const { ingest_time: _, event_time: __, attributes, ...rest } = record as Raw;
  const told = rest.op === 'delete' ? [] : attributes;
  return shortHash(JSON.stringify([at, until, told, rest], sorted), 16);
}

/** The first bytes of a text's SHA-256, as Latin-1. */
function shortHash(text: string, bytes: number): string {
  return hash('sha256', text, 'binary').slice(0, bytes);
}

/** Objects with their keys in one order, however they were written. */
function sorted(_key: string, value: unknown): unknown {
  return isObject(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;
}

function isObject(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.isWellFormed();
}

function isId(value: unknown): value is string {
  return isName(value) && !value.includes('\u001f');
}

function isWithin(value: unknown, most: number): value is number {
  return typeof value === 'number' && value >= 0 && value <= most;
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}

function isAttribute(value: unknown): boolean {
  return Array.isArray(value) ? value.every((part) => typeof part === 'string') : isScalar(value);
}

function isAttributes(value: unknown): value is Attributes {
  return isObject(value) && Object.values(value).every(isAttribute);
}
