/** Tables with one fault of every kind in one row each, in every format of tables. */
import type { DeadReason } from '../../schemas/event.ts';
import { LINE_BYTES_MAX } from '../../src/sources/event-line.ts';

/** What becomes of a row. */
export type RowEnd = DeadReason | 'mapped' | 'filtered' | 'equal';

/** One table: its rows in order with their ends, each on a line of its own. */
export interface FaultyTable {
  readonly file: string;
  readonly format: string;
  /** Lines before the rows. */
  readonly head: readonly string[];
  readonly rows: readonly (readonly [end: RowEnd, line: string | Uint8Array])[];
  /** What is between two rows, and behind the last. */
  readonly between?: string;
  readonly tail?: string;
}

const AT = '2026-02-01T10:00:00Z';
const row = (more: object = {}) => JSON.stringify({ who: 'm1', what: 'j1', did: 'viewed', at: AT, ...more });
/** Nested deeper than any event. */
const DEEP = `${'{"a":'.repeat(20)}1${'}'.repeat(20)}`;

/** Faults of one cell, and rows that are left out: every format has them. */
const OBJECTS: FaultyTable['rows'] = [
  ['mapped', row()],
  ['equal', row()],
  ['filtered', row({ did: 'robot' })],
  ['field_missing', row({ who: '' })],
  ['field_invalid', row({ place: 'third' })],
  ['time_invalid', row({ at: 'soon' })],
  ['not_an_object', '[1]'],
  ['not_json', '{"who" "m1"}'],
  ['too_deep', row().replace('}', `,"page":${DEEP}}`)],
  ['line_too_long', row({ who: 'm'.repeat(LINE_BYTES_MAX) })],
];

const separated = (delimiter: string): FaultyTable['rows'] => {
  const line = (...cells: string[]) => cells.join(delimiter);
  return [
    ['mapped', line('m1', 'j2', 'viewed', AT, '0', '')],
    ['filtered', line('m1', 'j1', 'robot', AT, '0', '')],
    ['equal', line('m1', 'j2', 'viewed', AT, '0', '')],
    ['field_missing', line('m1', '', 'viewed', AT, '0', '')],
    ['field_invalid', line('m1', 'j1', 'viewed', AT, 'third', '')],
    ['field_invalid', line('m1', 'j1', 'viewed', AT)],
    ['time_invalid', line('m1', 'j1', 'viewed', '', '0', '')],
    ['mapped', line('m2', 'j1', 'viewed', AT, '0', '')],
  ];
};

const COLUMNS = ['who', 'what', 'did', 'at', 'place', 'page'];

/** The tables. */
export const FAULTY_TABLES: readonly FaultyTable[] = [
  { file: 'a.csv', format: 'csv', head: [COLUMNS.join(',')], rows: separated(',') },
  { file: 'b.tsv', format: 'csv\n    delimiter: "\\t"', head: [COLUMNS.join('\t')], rows: separated('\t') },
  {
    ...{ file: 'c.ndjson', format: 'ndjson', head: [] },
    rows: [...OBJECTS, ['not_utf8', Buffer.from(row({ who: 'Zo\xeb' }), 'latin1')], ['mapped', row({ what: 'j3' })]],
  },
  { file: 'd.json', format: 'json', head: ['['], rows: OBJECTS, between: ',', tail: ']' },
];

/** The text of a table. */
export function tableBytes({ head, rows, between = '', tail }: FaultyTable): Buffer {
  const lines = rows.map(([, line], i) =>
    Buffer.concat([Buffer.from(line), Buffer.from(i + 1 < rows.length ? between : '')]),
  );
  const all = [...head.map((line) => Buffer.from(line)), ...lines, ...(tail === undefined ? [] : [Buffer.from(tail)])];
  return Buffer.concat(all.flatMap((line) => [line, Buffer.from('\n')]));
}

/** The mapping of all tables. */
export const FAULTY_MAPPING = `name: faulty
credit: nobody
tables:
${FAULTY_TABLES.map(
  ({ file, format }) => `  - name: ${file}
    files: ${file}
    format: ${format}
    equal_rows: drop
    where: [{ column: did, is_not: [robot] }]
    emit: interaction
    member_id: who
    item_id: what
    action: did
    event_time: at
    position: { column: place, as: number }
    context: { page: page }
`,
).join('')}`;

const viewed = (more: object) =>
  JSON.stringify({ type: 'interaction', event_time: AT, member_id: 'm1', item_id: 'j1', action: 'viewed', ...more });

/**
 * Why a record of a file of events is dead, by a line of each reason, or two where it takes two. A
 * reason that is added to the schema needs a line here.
 */
export const FAULTY_LINES: Readonly<Record<DeadReason, readonly (string | Uint8Array)[]>> = {
  not_json: ['{"type"'],
  not_utf8: [Buffer.from(viewed({ event_id: 'Zo\xeb' }), 'latin1')],
  line_too_long: [viewed({ event_id: 'x'.repeat(LINE_BYTES_MAX) })],
  too_deep: [viewed({ event_id: 'd' }).replace('}', `,"context":${DEEP}}`)],
  not_an_object: ['[1]'],
  type_unknown: ['{"type":"interacton"}'],
  field_missing: [viewed({})],
  field_unknown: [viewed({ event_id: 'u', shoe: 38 })],
  field_invalid: [viewed({ event_id: 'v', position: -1 })],
  time_invalid: [viewed({ event_id: 't', event_time: 'soon' })],
  id_conflict: [viewed({ event_id: 'c' }), viewed({ event_id: 'c', item_id: 'j2' })],
};

/**
 * Reasons that no row of a table can die of: a mapping says type and fields itself, and ids are
 * compared where all events are, which is `check` and `build`.
 */
export const EVENTS_ALONE: ReadonlySet<DeadReason> = new Set(['type_unknown', 'field_unknown', 'id_conflict']);
