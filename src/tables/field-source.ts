/** Reads one field of an event out of a row: which columns, changed how, as which type. */

import type { FieldSource } from '../../schemas/mapping.ts';
import { ownValue } from '../../schemas/names.ts';
import { type CellReader, type TableRow, textIn } from './cell.ts';
import { type ListSpelling, listIn } from './list-text.ts';

/** A read field; `value` is undefined where the cell is empty and nothing replaces it. */
export type ReadField = { ok: true; value: unknown } | { ok: false; message: string };

/** What a cell is read as; `natural` keeps the types of JSON. */
export type FieldType = 'text' | 'number' | 'boolean' | 'list' | 'natural';

/** A source with its changes. */
type Changed = Exclude<FieldSource, string | { value: unknown } | { flags: string[] }>;
type Joined = Extract<Changed, { columns: string[] }>;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const TRUE = new Set(['true', 't', 'yes', 'y', '1']);
const FALSE = new Set(['false', 'f', 'no', 'n', '0']);
const SEPARATED: ListSpelling = { spelling: 'separated', separator: ',' };

/** The columns that a source reads: none for a constant. */
export function columnsOf(source: FieldSource): readonly string[] {
  if (typeof source === 'string') return [source];
  if ('value' in source) return [];
  if ('flags' in source) return source.flags;
  return 'column' in source ? [source.column] : source.columns;
}

/** The number in a cell, or undefined. */
export function numberIn(cell: unknown): number | undefined {
  const value =
    typeof cell === 'number' ? cell : typeof cell === 'string' && NUMBER.test(cell.trim()) ? Number(cell) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

/** The field's value, or why it cannot be read; `type` counts where the source names none. */
export function readField(row: TableRow, source: FieldSource, { cell, type }: FieldReading): ReadField {
  if (typeof source === 'string') return convert(cell(row, source), type, { name: source, ...SEPARATED });
  if ('value' in source) return { ok: true, value: source.value };
  if ('flags' in source) return raised(row, source.flags, cell);
  const name = columnsOf(source).join(', ');
  const found = 'column' in source ? cell(row, source.column) : joined(row, source, cell);
  const changed = found === undefined ? { ok: true as const, value: undefined } : change(found, source, name);
  if (!changed.ok) return changed;
  return convert(changed.value ?? source.default, source.as ?? type, { name, ...source });
}

/** How fields of a table are read. */
export interface FieldReading {
  readonly cell: CellReader;
  readonly type: FieldType;
}

/** The names of the columns that say yes; missing where none does. */
function raised(row: TableRow, flags: readonly string[], cell: CellReader): ReadField {
  const names: string[] = [];
  for (const name of flags) {
    const read = convert(cell(row, name), 'boolean', { name, ...SEPARATED });
    if (!read.ok) return read;
    if (read.value === true) names.push(name);
  }
  return { ok: true, value: names.length === 0 ? undefined : names };
}

/** Cells of which one has no text stay apart, and are refused as no text. */
function joined(row: TableRow, source: Joined, cell: CellReader): unknown {
  const parts = source.columns.map((column) => cell(row, column));
  if (parts.includes(undefined)) return undefined;
  const texts = parts.map(textIn);
  return texts.includes(undefined) ? parts : texts.join(source.with);
}

function change(cell: unknown, { after, before, map, steps }: Changed, name: string): ReadField {
  if ([after, before, map, steps].every((one) => one === undefined)) return { ok: true, value: cell };
  const written = textIn(cell);
  if (written === undefined) return { ok: false, message: `column ${name}: ${quote(cell)} is no text` };
  let value = cell;
  let text = written;
  for (const [mark, take] of [
    [after, (text: string, at: number, length: number) => text.slice(at + length)],
    [before, (text: string, at: number) => text.slice(0, at)],
  ] as const) {
    if (mark === undefined) continue;
    const at = text.indexOf(mark);
    if (at === -1) return { ok: false, message: `column ${name}: ${quote(text)} has no "${mark}"` };
    text = take(text, at, mark.length);
    value = text;
  }
  if (value === '') return { ok: true, value: undefined };
  value = ownValue(map, text) ?? value;
  if (steps === undefined) return { ok: true, value };
  const number = numberIn(value);
  if (number === undefined) return { ok: false, message: `column ${name}: ${quote(value)} is no number` };
  const reached = steps.filter((step) => step.at_least <= number).sort((a, b) => b.at_least - a.at_least);
  return { ok: true, value: reached[0]?.value };
}

type CellSource = ListSpelling & { readonly name: string };

function convert(cell: unknown, type: FieldType, source: CellSource): ReadField {
  if (cell === undefined) return { ok: true, value: undefined };
  const refuse = (what: string): ReadField => ({
    ok: false,
    message: `column ${source.name}: ${quote(cell)} is no ${what}`,
  });
  switch (type) {
    case 'natural':
      return { ok: true, value: Array.isArray(cell) ? (textsOf(cell) ?? cell) : cell };
    case 'text':
      return typeof cell === 'object' ? refuse('text') : { ok: true, value: String(cell) };
    case 'number': {
      const value = numberIn(cell);
      return value === undefined ? refuse('number') : { ok: true, value };
    }
    case 'boolean': {
      const word = textIn(cell)?.trim().toLowerCase() ?? '';
      return TRUE.has(word) || FALSE.has(word) ? { ok: true, value: TRUE.has(word) } : refuse('truth value');
    }
    case 'list': {
      const text = textIn(cell);
      const list = Array.isArray(cell) ? cell : text === undefined ? undefined : listIn(text, source);
      const texts = list === undefined ? undefined : textsOf(list);
      return texts === undefined
        ? refuse(source.spelling === 'separated' ? 'list of texts' : LISTS[source.spelling])
        : { ok: true, value: texts };
    }
  }
}

const LISTS = { json: 'JSON list of texts', python: 'list of texts as Python prints it' } as const;

/** Elements as texts without those that are null; undefined where one is an object or a list. */
function textsOf(list: readonly unknown[]): string[] | undefined {
  const there = list.filter((element) => element !== null);
  return there.some((element) => typeof element === 'object') ? undefined : there.map(String);
}

function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
