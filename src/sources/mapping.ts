/** The mapping as a pure function: a row of a table to the events that it stands for, or the reason why it is dead. */
import { hash } from 'node:crypto';
import type { z } from 'zod';
import { type DeadReason, type EventRecord, ROW_ID_PREFIX } from '../../schemas/event.ts';
import { contentOf, timeSpan } from '../../schemas/event-time.ts';
import {
  type AttributeGroup,
  type FieldSource,
  Mapping,
  type MappingTable,
  type SequenceSource,
} from '../../schemas/mapping.ts';
import { readTime, type TimeRules, unknownBefore } from './column-time.ts';
import { type FieldType, readField, type TableRow } from './field-source.ts';
import { validateEvent } from './validate-event.ts';
import { readYaml } from './yaml-file.ts';
import { zoneNamed } from './zone.ts';

export type MappedRow =
  | { ok: true; events: EventRecord[] }
  | { ok: false; reason: DeadReason; field?: string; message: string };

/** Where a row stands: its number in the table (from 1), and how many rows with this content were mapped before it. */
export interface RowPlace {
  readonly row: number;
  readonly occurrence: (content: string) => number;
}

export type RowMapper = (row: TableRow, place: RowPlace) => MappedRow;

const TEXT_FIELDS = [
  'member_id',
  'item_id',
  'op',
  'kind',
  'action',
  'surface',
  'session_id',
  'slate_id',
  'policy',
] as const;
const NUMBER_FIELDS = ['position', 'propensity'] as const;

/** Bad data inside a row, on its way out of the nested reads; never leaves `mapRow`. */
class DeadRow extends Error {
  readonly reason: DeadReason;
  readonly field: string;
  constructor(reason: DeadReason, field: string, message: string) {
    super(message);
    this.reason = reason;
    this.field = field;
  }
}

/** The mapping in `file`. Throws BrewhouseError('mapping_invalid') with file, line and nearest name. */
export function readMapping(file: string): Promise<Mapping> {
  return readYaml(file, Mapping.superRefine(checkMapping), 'mapping_invalid');
}

function checkMapping(mapping: Mapping, context: z.RefinementCtx): void {
  const refuse = (message: string, ...path: (string | number)[]) => context.addIssue({ code: 'custom', message, path });
  if (mapping.zone !== undefined && zoneNamed(zoneName(mapping.zone)) === undefined) {
    refuse(
      `there is no zone "${zoneName(mapping.zone)}"; write UTC, an offset as +02:00, or a name as Europe/Berlin`,
      'zone',
    );
  }
  const names = new Set<string>();
  mapping.tables.forEach((table, i) => {
    if (names.has(table.name))
      refuse(`two tables are named "${table.name}"; give one of them another name`, 'tables', i, 'name');
    names.add(table.name);
    if (Number.isNaN(unknownBefore(table.time_unknown)))
      refuse('there is no such day; write a day of the calendar, as before 1981-01-01', 'tables', i, 'time_unknown');
    if (table.emit === 'interaction') return;
    const attributes = new Set<string>();
    table.attributes.forEach((group, g) => {
      if (group.time !== undefined && group.assume_known !== undefined) {
        refuse(
          'attributes have either a time or assume_known; keep one of them',
          'tables',
          i,
          'attributes',
          g,
          'assume_known',
        );
      }
      for (const name of Object.keys(group.fields)) {
        if (attributes.has(name))
          refuse(`attribute "${name}" stands twice; keep one of them`, 'tables', i, 'attributes', g, 'fields', name);
        attributes.add(name);
      }
    });
  });
}

function zoneName(zone: NonNullable<Mapping['zone']>): string {
  return typeof zone === 'string' ? zone : zone.name;
}

/**
 * The pure function of one table. A row gives one event; a member or item row whose attributes have times of their own gives one
 * more upsert at each later time, holding all attributes known by then. Row ids: ROW_ID_PREFIX + hexadecimal SHA-256 of the event's content
 * (without id, and without a sequence that is only the row's number), U+001F and the number of equal ones before it.
 */
export function rowMapper(mapping: Mapping, tableName: string): RowMapper {
  const table = mapping.tables.find(({ name }) => name === tableName);
  if (table === undefined) throw new Error(`no table ${tableName} in mapping ${mapping.name}`);
  const zone = mapping.zone === undefined ? undefined : zoneNamed(zoneName(mapping.zone));
  const rules: TimeRules = { zone, unknownBefore: unknownBefore(table.time_unknown) };
  return (row, place) => {
    try {
      const events: EventRecord[] = [];
      for (const draft of draftEvents(table, row, rules)) {
        const event = finishEvent(draft, { table, row, place });
        if (!event.ok) return event;
        events.push(event.event);
      }
      return { ok: true, events };
    } catch (error) {
      if (!(error instanceof DeadRow)) throw error;
      return { ok: false, reason: error.reason, field: error.field, message: error.message };
    }
  };
}

type Draft = Record<string, unknown>;

function draftEvents(table: MappingTable, row: TableRow, rules: TimeRules): Draft[] {
  const sources = table as unknown as Partial<Record<string, FieldSource>>;
  const draft: Draft = { type: table.emit };
  const take = (field: string, type: FieldType) => {
    const source = sources[field];
    const value = source === undefined ? undefined : readValue(row, source, type, field);
    if (value !== undefined) draft[field] = value;
  };
  draft.event_time = table.event_time === undefined ? null : timeAt(row, table.event_time, rules, 'event_time');
  if (table.ingest_time !== undefined) {
    const ingested = timeAt(
      row,
      table.ingest_time,
      { ...rules, unknownBefore: Number.NEGATIVE_INFINITY },
      'ingest_time',
    );
    if (ingested !== null) draft.ingest_time = ingested;
  }
  for (const field of TEXT_FIELDS) take(field, 'text');
  if (table.emit !== 'interaction') return draft.op === 'delete' ? [draft] : versions(table, row, rules, draft);
  for (const field of NUMBER_FIELDS) take(field, 'number');
  take('value', 'natural');
  if (table.context !== undefined) {
    const context = readFields(row, table.context, 'context');
    if (Object.keys(context).length > 0) draft.context = context;
  }
  return [draft];
}

/** One upsert at the entity's own time, one more at each later time of an attribute group. */
function versions(
  table: MappingTable & { emit: 'member' | 'item' },
  row: TableRow,
  rules: TimeRules,
  base: Draft,
): Draft[] {
  const start = timeSpan(base.event_time as never).first;
  const timed: { at: number; time: unknown; fields: Draft }[] = [];
  let known: Draft = {};
  for (const group of table.attributes) {
    if (group.assume_known === undefined && group.time === undefined) continue;
    const fields = readFields(row, group.fields, 'attributes');
    if (group.time === undefined) {
      known = { ...known, ...fields };
      continue;
    }
    const time = timeAt(row, group.time, rules, 'attributes');
    // Known since nobody knows when: it cannot be shown at any time.
    if (time === null) continue;
    const at = timeSpan(time).first;
    if (at <= start) known = { ...known, ...fields };
    else timed.push({ at, time, fields });
  }
  const drafts: Draft[] = [{ ...base, attributes: known }];
  for (const { time, fields } of timed.sort((a, b) => a.at - b.at)) {
    known = { ...known, ...fields };
    const last = drafts.at(-1)!;
    if (last !== drafts[0] && last.event_time === time) last.attributes = known;
    else drafts.push({ ...base, event_time: time, attributes: known });
  }
  return drafts.map((draft, i) => (i === 0 ? draft : { ...draft, version: i }));
}

function finishEvent(
  { version, ...draft }: Draft,
  { table, row, place }: { table: MappingTable; row: TableRow; place: RowPlace },
): ReturnType<typeof validateEvent> {
  const sequence = table.sequence === undefined ? undefined : readSequence(row, table.sequence);
  if (sequence !== undefined) draft.sequence = sequence;
  const id = table.event_id === undefined ? ROW_ID_PREFIX : readValue(row, table.event_id, 'text', 'event_id');
  // The versions of one row share its id column: each needs an id of its own.
  draft.event_id = version === undefined || id === ROW_ID_PREFIX || id === undefined ? id : `${id}#${version}`;
  const checked = validateEvent(draft);
  if (!checked.ok) return checked;
  const { event } = checked;
  if (table.event_id === undefined) {
    const content = contentOf(event);
    event.event_id = `${ROW_ID_PREFIX}${hash('sha256', `${content}\u001f${place.occurrence(content)}`, 'hex')}`;
  }
  if (rowNumbered(table.sequence, event)) event.sequence = place.row;
  return checked;
}

function rowNumbered(source: SequenceSource | undefined, event: EventRecord): boolean {
  if (typeof source !== 'object' || !('row_number' in source)) return false;
  return source.row_number === 'always' || event.event_time === null;
}

function readSequence(row: TableRow, source: SequenceSource): unknown {
  if (typeof source === 'object' && 'row_number' in source) return undefined;
  return readValue(row, source, 'number', 'sequence');
}

function readFields(row: TableRow, sources: AttributeGroup['fields'], field: string): Draft {
  const fields: Draft = {};
  for (const [name, source] of Object.entries(sources)) {
    const value = readValue(row, source, 'natural', `${field}.${name}`);
    if (value !== undefined) fields[name] = value;
  }
  return fields;
}

function readValue(row: TableRow, source: FieldSource, type: FieldType, field: string): unknown {
  const read = readField(row, source, type);
  if (!read.ok) throw new DeadRow('field_invalid', field, read.message);
  return read.value;
}

function timeAt(
  row: TableRow,
  source: Parameters<typeof readTime>[1],
  rules: TimeRules,
  field: string,
): string | number | null {
  const read = readTime(row, source, rules);
  if (!read.ok) throw new DeadRow('time_invalid', field, read.message);
  return read.time;
}
