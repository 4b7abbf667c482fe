/**
 * The mapping as a pure function: from a row of a table to its events, or to the reason why it is
 * dead.
 */

import { hash } from 'node:crypto';
import { type CanonicalTime, type EventRecord, ROW_ID_PREFIX } from '../../schemas/event.ts';
import { contentOf, timeSpan } from '../../schemas/event-time.ts';
import type { EventId } from '../../schemas/ids.ts';
import type { FieldSource, Mapping, MappingTable, SequenceSource, TimeSource } from '../../schemas/mapping.ts';
import { setOwn } from '../../schemas/names.ts';
import { type NoEvent, noEvent, type ParsedEvent, validateEvent } from '../sources/validate-event.ts';
import { cellReader, type TableRow } from './cell.ts';
import { constantTime, readTime, type TimeRules, unknownBefore } from './column-time.ts';
import { explode } from './exploded.ts';
import { type FieldType, readField } from './field-source.ts';
import { zoneOf } from './mapping-file.ts';
import { type RowFilter, rowFilter } from './row-filter.ts';

/**
 * What became of a row, or of each part of its list: events, a fault, or a word that it is not
 * wanted.
 */
export type MappedRow =
  | { readonly ok: true; readonly events: EventRecord[] }
  | NoEvent
  | { readonly ok: false; readonly reason: 'filtered' | 'equal' };

/** What tells a row from others with its content. */
export interface RowNumber {
  /** Path of its file below the folder of tables. */
  readonly path: string;
  /** In the file, from 1. */
  readonly row: number;
  /** How many rows of the file with this content were mapped before. */
  readonly occurrence: (content: string) => number;
}

/** Maps a row of one table. Pure but for what `occurrence` counts. */
export type RowMapper = (row: TableRow, number: RowNumber) => MappedRow[];

const TEXTS = ['member_id', 'item_id', 'op', 'kind', 'action', 'surface', 'session_id', 'slate_id', 'policy'] as const;
const NUMBERS = ['position', 'propensity'] as const;
type SourceField = (typeof TEXTS)[number] | (typeof NUMBERS)[number] | 'value';

/** How the rows of a table are read. */
interface TableReading {
  readonly table: MappingTable;
  readonly rules: TimeRules;
  readonly isWanted: RowFilter;
}

/** A row that is read: its first fault is kept, and what is read after that does not matter. */
interface Reading extends TableReading {
  readonly row: TableRow;
  fault: NoEvent | undefined;
}

/**
 * The mapper of one table. A row makes one event, or where it holds a list to `explode` one for
 * each part; a member or item row whose attributes have times of their own makes one more upsert at
 * each later time, with all attributes that are known by then. Row ids are ROW_ID_PREFIX and the
 * hexadecimal SHA-256 of the event's content (without id, and without a sequence that is only the
 * row's number), the path of the file and the number of equal ones before it, with U+001F between.
 * Throws Error where the mapping has no such table.
 */
export function rowMapper(mapping: Mapping, tableName: string): RowMapper {
  const table = mapping.tables.find(({ name }) => name === tableName);
  if (table === undefined) throw new Error(`no table ${tableName} in mapping ${mapping.name}`);
  const cell = cellReader(table.empty_words);
  const rules: TimeRules = { cell, zone: zoneOf(mapping), unknownBefore: unknownBefore(table.time_unknown) };
  const reading: TableReading = { table, rules, isWanted: rowFilter(table.where, cell) };
  return (row, number) => {
    if (table.explode === undefined) return [mapOne(reading, row, number)];
    const parts = explode(row, table.explode, cell);
    if (!parts.ok) return [noEvent('field_invalid', parts.message, 'explode')];
    // A list of nothing says nothing, but its row was read.
    return parts.rows.length === 0 ? [FILTERED] : parts.rows.map((part) => mapOne(reading, part, number));
  };
}

const FILTERED: MappedRow = { ok: false, reason: 'filtered' };

function mapOne(of: TableReading, row: TableRow, number: RowNumber): MappedRow {
  if (!of.isWanted(row)) return FILTERED;
  const reading: Reading = { ...of, row, fault: undefined };
  const events: EventRecord[] = [];
  for (const draft of draftEvents(reading)) {
    const event = finishEvent(draft, reading);
    if (reading.fault !== undefined) return reading.fault;
    if (!event.ok) return event;
    events.push(event.event);
  }
  return withIds(events, of.table, number);
}

/**
 * Ids where the table has none, numbers of rows, and whether a row like this one was there before.
 */
function withIds(events: EventRecord[], table: MappingTable, { path, row, occurrence }: RowNumber): MappedRow {
  const contents = events.map(contentOf);
  if (table.equal_rows === 'drop') {
    // Of the whole row: one that equals another up to its later versions says more than that one.
    if (occurrence(contents.join('\u001e')) > 0) return { ok: false, reason: 'equal' };
  }
  for (const [i, event] of table.event_id === undefined ? events.entries() : []) {
    const content = contents[i] ?? '';
    // A row alone of its kind is the first with its content.
    const before = table.equal_rows === 'drop' && events.length === 1 ? 0 : occurrence(content);
    event.event_id = rowId([content, path, before]);
  }
  for (const event of events) if (isRowNumbered(table.sequence, event)) event.sequence = row;
  return { ok: true, events };
}

type Draft = Record<string, unknown>;
type EntityTable = MappingTable & { emit: 'member' | 'item' };

function draftEvents(reading: Reading): Draft[] {
  const { table, rules } = reading;
  const sources: Partial<Record<SourceField, FieldSource | undefined>> = table;
  const draft: Draft = { type: table.emit };
  const take = (field: SourceField, type: FieldType) => {
    const source = sources[field];
    const value = source === undefined ? undefined : readValue(reading, source, { field, type });
    if (value !== undefined) draft[field] = value;
  };
  const at = ownTime(reading);
  draft.event_time = at;
  if (table.ingest_time !== undefined) {
    // No placeholder is expected here.
    const always = { ...rules, unknownBefore: Number.NEGATIVE_INFINITY };
    const ingested = readMoment(reading, table.ingest_time, { field: 'ingest_time', rules: always });
    if (ingested !== null) draft.ingest_time = ingested;
  }
  for (const field of TEXTS) take(field, 'text');
  if (table.emit !== 'interaction') return draft.op === 'delete' ? [draft] : versions(table, reading, { draft, at });
  for (const field of NUMBERS) take(field, 'number');
  take('value', 'natural');
  if (table.context !== undefined) {
    const context = readFields(reading, table.context, 'context');
    if (Object.keys(context).length > 0) draft.context = context;
  }
  return [draft];
}

/** Of the row, of all rows of its table, or unknown. */
function ownTime(reading: Reading): CanonicalTime {
  const { event_time: source } = reading.table;
  if (source === undefined) return null;
  if (typeof source === 'string' || 'column' in source) return readMoment(reading, source, { field: 'event_time' });
  const read = constantTime(source, reading.rules.zone);
  if (read.ok) return read.time;
  reading.fault ??= noEvent('time_invalid', read.message, 'event_time');
  return null;
}

/** One upsert at the entity's own time, and one at each later time of an attribute group. */
function versions(table: EntityTable, reading: Reading, { draft, at }: { draft: Draft; at: CanonicalTime }) {
  const start = timeSpan(at).first;
  const timed: { first: number; time: CanonicalTime; fields: Draft }[] = [];
  let known: Draft = {};
  for (const group of table.attributes) {
    if (group.assume_known === undefined && group.time === undefined) continue;
    const fields = readFields(reading, group.fields, 'attributes');
    const time = group.time === undefined ? at : readMoment(reading, group.time, { field: 'attributes' });
    // Nobody knows since when such an attribute was known: it can be told at no time.
    if (time === null && group.time !== undefined) continue;
    const { first } = timeSpan(time);
    if (first <= start) known = { ...known, ...fields };
    else timed.push({ first, time, fields });
  }
  const drafts: Draft[] = [];
  let last: Draft = { ...draft, attributes: known };
  for (const { time, fields } of timed.sort((a, b) => a.first - b.first)) {
    known = { ...known, ...fields };
    if (drafts.length > 0 && last.event_time === time) last.attributes = known;
    else {
      drafts.push(last);
      last = { ...draft, event_time: time, attributes: known };
    }
  }
  drafts.push(last);
  return drafts.map((each, i) => (i === 0 ? each : { ...each, version: i }));
}

function finishEvent({ version, ...draft }: Draft, reading: Reading): ParsedEvent {
  const { table } = reading;
  const sequence = table.sequence === undefined ? undefined : readSequence(reading, table.sequence);
  if (sequence !== undefined) draft.sequence = sequence;
  const wanted = { field: 'event_id', type: 'text' } as const;
  const id = table.event_id === undefined ? ROW_ID_PREFIX : readValue(reading, table.event_id, wanted);
  // The versions of one row share its id column: each needs an id of its own.
  draft.event_id = version === undefined || id === ROW_ID_PREFIX || id === undefined ? id : `${id}#${version}`;
  return validateEvent(draft);
}

function rowId(parts: readonly [content: string, path: string, occurrence: number]): EventId {
  return `${ROW_ID_PREFIX}${hash('sha256', parts.join('\u001f'), 'hex')}` as EventId;
}

function isRowNumbered(source: SequenceSource | undefined, event: EventRecord): boolean {
  if (typeof source !== 'object' || !('row_number' in source)) return false;
  return source.row_number === 'always' || event.event_time === null;
}

function readSequence(reading: Reading, source: SequenceSource): unknown {
  if (typeof source === 'object' && 'row_number' in source) return undefined;
  return readValue(reading, source, { field: 'sequence', type: 'number' });
}

function readFields(reading: Reading, sources: Readonly<Record<string, FieldSource>>, field: string): Draft {
  const fields: Draft = {};
  for (const [name, source] of Object.entries(sources)) {
    const value = readValue(reading, source, { field: `${field}.${name}`, type: 'natural' });
    if (value !== undefined) setOwn<unknown>(fields, name, value);
  }
  return fields;
}

type WantedValue = { readonly field: string; readonly type: FieldType };

function readValue(reading: Reading, source: FieldSource, { field, type }: WantedValue): unknown {
  const read = readField(reading.row, source, { cell: reading.rules.cell, type });
  if (read.ok) return read.value;
  reading.fault ??= { ok: false, reason: 'field_invalid', field, message: read.message };
  return undefined;
}

/** `rules` are those of the table where there are none. */
type WantedMoment = { readonly field: string; readonly rules?: TimeRules };

/** Null where the time is unknown, and where it is a fault. */
function readMoment(reading: Reading, source: TimeSource, wanted: WantedMoment): CanonicalTime {
  const { field, rules = reading.rules } = wanted;
  const read = readTime(reading.row, source, rules);
  if (read.ok) return read.time;
  reading.fault ??= { ok: false, reason: 'time_invalid', field, message: read.message };
  return null;
}
