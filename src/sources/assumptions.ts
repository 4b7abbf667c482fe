/**
 * What an import takes on trust and what it leaves out, by the mapping and the columns of the
 * tables.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { AssumedAttribute } from '../../schemas/manifest.ts';
import type { FieldSource, Mapping, MappingTable } from '../../schemas/mapping.ts';
import { readIfThere } from '../adapters/filesystem/user-files.ts';
import { BrewhouseError } from '../errors.ts';
import { timeColumn } from '../tables/column-time.ts';
import { columnOf } from '../tables/field-source.ts';

/** The file beside the events whose content `build` copies into every manifest and card. */
export const ASSUMPTIONS_FILE = 'assumptions.json';

/** Attributes whose time is taken on trust, those that are left out, and whom to credit. */
export const Assumptions = z.strictObject({
  assumed: z.array(AssumedAttribute),
  left_out: z.array(z.strictObject({ type: z.string(), attribute: z.string(), why: z.string() })),
  credit: z.string().optional(),
});
export type Assumptions = z.infer<typeof Assumptions>;

/**
 * The assumptions beside the events of `dir`, empty where the file is missing. Throws
 * BrewhouseError('input_unreadable').
 */
export async function readAssumptions(dir: string): Promise<Assumptions> {
  const file = join(dir, ASSUMPTIONS_FILE);
  try {
    const text = await readIfThere(file);
    return text === undefined ? { assumed: [], left_out: [] } : Assumptions.parse(JSON.parse(text));
  } catch (cause) {
    if (cause instanceof BrewhouseError || !(cause instanceof Error)) throw cause;
    const said = cause instanceof z.ZodError ? (cause.issues[0]?.message ?? '') : cause.message;
    throw new BrewhouseError('input_unreadable', `cannot read ${file}: ${said}`, {
      place: { file },
      remedy: 'brewhouse import writes it: run the import again, or remove the file where nothing is assumed',
      cause,
    });
  }
}

/** A column that a table must have, and the field that is read from it. */
export interface WantedColumn {
  readonly column: string;
  readonly field: string;
}

/** Every column that the table's events are made from, in the mapping's order. */
export function wantedColumns(table: MappingTable): WantedColumn[] {
  const wanted: WantedColumn[] = [];
  const want = (column: string | undefined, field: string) => {
    if (column !== undefined) wanted.push({ column, field });
  };
  const wantAll = (fields: Record<string, FieldSource>, field: string) => {
    for (const [name, source] of Object.entries(fields)) want(columnOf(source), `${field}.${name}`);
  };
  for (const [field, source] of Object.entries(table)) {
    if (SETTINGS.has(field) || source === undefined) continue;
    if (field === 'event_time' || field === 'ingest_time') want(timeColumn(source as string), field);
    else if (field === 'context') wantAll(source as Record<string, FieldSource>, field);
    else if (field === 'sequence' && typeof source === 'object' && 'row_number' in source) continue;
    else want(columnOf(source as FieldSource), field);
  }
  if (table.emit === 'interaction') return wanted;
  for (const { fields, time } of table.attributes) {
    wantAll(fields, 'attributes');
    if (time !== undefined) want(timeColumn(time), 'attributes');
  }
  return wanted;
}

/** Keys of a table that name no field. */
const SETTINGS = new Set(['emit', 'name', 'files', 'format', 'delimiter', 'time_unknown', 'left_out', 'attributes']);

/** The assumptions of an import; `columnsOf` returns the columns that a table's files had. */
export function assumptionsOf(mapping: Mapping, columnsOf: (tableName: string) => Iterable<string>): Assumptions {
  const assumed: Assumptions['assumed'] = [];
  const left_out: Assumptions['left_out'] = [];
  for (const table of mapping.tables) {
    const type = table.emit;
    for (const group of table.emit === 'interaction' ? [] : table.attributes) {
      for (const attribute of Object.keys(group.fields)) {
        if (group.assume_known !== undefined) assumed.push({ type, attribute, because: group.assume_known });
        else if (group.time === undefined)
          left_out.push({ type, attribute, why: 'it has neither a time nor assume_known' });
      }
    }
    for (const [attribute, why] of Object.entries(table.left_out)) left_out.push({ type, attribute, why });
    const named = new Set([...wantedColumns(table).map(({ column }) => column), ...Object.keys(table.left_out)]);
    for (const column of columnsOf(table.name)) {
      if (!named.has(column)) left_out.push({ type, attribute: column, why: 'the mapping does not name it' });
    }
  }
  return { assumed, left_out, ...(mapping.credit === undefined ? {} : { credit: mapping.credit }) };
}
