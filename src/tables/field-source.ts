/** Reads one field of an event out of a row: which column, changed how, as which type. */

import type { FieldSource } from '../../schemas/mapping.ts';
import { ownValue } from '../../schemas/names.ts';

/** A row of a table: texts from CSV, JSON values from NDJSON. */
export type TableRow = Readonly<Record<string, unknown>>;

/** A read field; `value` is undefined where the cell is an empty text, null or missing. */
export type ReadField = { ok: true; value: unknown } | { ok: false; message: string };

/** What a cell is read as; `natural` keeps the types of NDJSON. */
export type FieldType = 'text' | 'number' | 'boolean' | 'list' | 'natural';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const TRUE = new Set(['true', 't', 'yes', 'y', '1']);
const FALSE = new Set(['false', 'f', 'no', 'n', '0']);

/** The column that a source reads, or undefined for a constant. */
export function columnOf(source: FieldSource): string | undefined {
  return typeof source === 'string' ? source : 'column' in source ? source.column : undefined;
}

/** The cell as it is, or undefined where it is empty. */
export function readCell(row: TableRow, column: string): unknown {
  const cell = ownValue(row, column);
  return cell === '' || cell === null ? undefined : cell;
}

/** The field's value, or why it cannot be read; `type` counts where the source names none. */
export function readField(row: TableRow, source: FieldSource, type: FieldType): ReadField {
  if (typeof source === 'string') return convert(readCell(row, source), type, { column: source, separator: ',' });
  if ('value' in source) return { ok: true, value: source.value };
  const { column, after, map, separator } = source;
  let cell = readCell(row, column);
  if (cell !== undefined && after !== undefined) {
    const text = String(cell);
    const at = text.indexOf(after);
    if (at === -1) return { ok: false, message: `column ${column}: ${quote(text)} has no "${after}"` };
    cell = text.slice(at + after.length);
    if (cell === '') cell = undefined;
  }
  if (cell !== undefined) cell = ownValue(map, String(cell)) ?? cell;
  return convert(cell, source.as ?? type, { column, separator });
}

type CellSource = { readonly column: string; readonly separator: string };

function convert(cell: unknown, type: FieldType, { column, separator }: CellSource): ReadField {
  if (cell === undefined) return { ok: true, value: undefined };
  const refuse = (what: string): ReadField => ({
    ok: false,
    message: `column ${column}: ${quote(cell)} is no ${what}`,
  });
  switch (type) {
    case 'natural':
      return { ok: true, value: cell };
    case 'text':
      return typeof cell === 'object' ? refuse('text') : { ok: true, value: String(cell) };
    case 'number': {
      const value = typeof cell === 'number' ? cell : NUMBER.test(String(cell).trim()) ? Number(cell) : Number.NaN;
      return Number.isFinite(value) ? { ok: true, value } : refuse('number');
    }
    case 'boolean': {
      const word = String(cell).trim().toLowerCase();
      return TRUE.has(word) || FALSE.has(word) ? { ok: true, value: TRUE.has(word) } : refuse('truth value');
    }
    case 'list': {
      if (Array.isArray(cell)) return { ok: true, value: cell };
      const texts = String(cell).split(separator);
      return { ok: true, value: texts.map((text) => text.trim()).filter((text) => text !== '') };
    }
  }
}

function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
