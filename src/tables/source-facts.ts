/**
 * What a table takes on trust and what it leaves out, by the mapping and the columns that its files
 * have.
 */

import type { ImportedTable } from '../../schemas/import.ts';
import type { ConstantTime, FieldSource, MappingTable, TimeSource } from '../../schemas/mapping.ts';
import { timeColumn } from './column-time.ts';
import { explodedColumns } from './exploded.ts';
import { columnsOf } from './field-source.ts';

/** A column that a table must have, and the field that is read from it. */
export interface WantedColumn {
  readonly column: string;
  readonly field: string;
}

/** Keys of a table that read no column, and those that are read apart. */
const SETTINGS: ReadonlySet<string> = new Set([
  ...['emit', 'name', 'files', 'format', 'delimiter', 'quotes', 'escape', 'columns', 'encoding', 'empty_words'],
  ...['equal_rows', 'time_unknown', 'left_out', 'attributes', 'where', 'explode'],
]);

/** Every column that the table's events are made from, in the mapping's order. */
export function wantedColumns(table: MappingTable): WantedColumn[] {
  const wanted: WantedColumn[] = [];
  const want = (column: string | undefined, field: string) => {
    if (column !== undefined) wanted.push({ column, field });
  };
  const wantField = (source: FieldSource, field: string) => {
    for (const column of columnsOf(source)) want(column, field);
  };
  const wantAll = (fields: Readonly<Record<string, FieldSource>>, field: string) => {
    for (const [name, source] of Object.entries(fields)) wantField(source, `${field}.${name}`);
  };
  for (const { column } of table.where) want(column, 'where');
  want(table.explode?.column, 'explode');
  for (const [field, source] of Object.entries(table)) {
    if (SETTINGS.has(field) || source === undefined) continue;
    if (field === 'event_time' || field === 'ingest_time') want(timeColumn(source as TimeSource | ConstantTime), field);
    else if (field === 'context') wantAll(source as Record<string, FieldSource>, field);
    else if (field === 'sequence' && typeof source === 'object' && 'row_number' in source) continue;
    else wantField(source as FieldSource, field);
  }
  if (table.emit !== 'interaction') {
    for (const { fields, time } of table.attributes) {
      wantAll(fields, 'attributes');
      if (time !== undefined) want(timeColumn(time), 'attributes');
    }
  }
  const made = new Set(table.explode === undefined ? [] : explodedColumns(table.explode));
  return wanted.filter(({ column }) => !made.has(column));
}

/** The facts of one table whose files have these columns. */
export function factsOf(table: MappingTable, columns: Iterable<string>): ImportedTable['facts'] {
  const type = table.emit;
  const assumed: ImportedTable['facts']['assumed'] = [];
  const dated: ImportedTable['facts']['dated'] = [];
  const left_out: ImportedTable['facts']['left_out'] = [];
  for (const group of table.emit === 'interaction' ? [] : table.attributes) {
    for (const attribute of Object.keys(group.fields)) {
      if (group.assume_known !== undefined) assumed.push({ type, attribute, because: group.assume_known });
      else if (group.time === undefined)
        left_out.push({ type, attribute, why: 'it has neither a time nor assume_known' });
    }
  }
  const time = table.event_time;
  if (typeof time === 'object' && 'because' in time) dated.push({ by: 'constant', because: time.because });
  for (const [attribute, why] of Object.entries(table.left_out)) left_out.push({ type, attribute, why });
  const wanted = wantedColumns(table).map(({ column }) => column);
  const isNamed = (column: string) =>
    Object.hasOwn(table.left_out, column) || wanted.some((one) => one === column || one.startsWith(`${column}.`));
  for (const column of columns)
    if (!isNamed(column)) left_out.push({ type, attribute: column, why: 'the mapping does not name it' });
  return { assumed, dated, left_out };
}
