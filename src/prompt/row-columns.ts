/** Finished rows side by side in typed columns: what a row group of a part is written from. */
import { ROLES, type Role, SEGMENT_LEVELS, type SegmentLevel } from '../../schemas/rows.ts';
import { recordOf } from '../checked.ts';
import { type IntList, intList, pushInt, pushInts } from './int-list.ts';

/** Columns of numbers of the cut ledger (FILL-5), one a row. */
export const LEDGER_COUNTS = ['shown', 'available', 'lowered', 'left_out', 'room', 'used'] as const;
/** The cut ledger of a row. */
export type PromptLedger = Readonly<Record<(typeof LEDGER_COUNTS)[number], number>> & {
  /** The event at which filling stopped; empty where all entries fitted. */
  readonly stopped_at: string;
};

/**
 * Of each row: its ids, its supervised [from, to) pairs (counted from its first token), where
 * filling stopped.
 */
const ROW_LISTS = ['ids', 'spans', 'stoppedAt'] as const;
/** Begin with 0 and have rows + 1 numbers: row r holds what lies between number r and the next. */
const END_LISTS = ['idEnds', 'spanEnds', 'segmentEnds'] as const;
/**
 * Of each segment: a number into ROLES, where it ends (counted from the row's first token), event,
 * version, runs of fields as origin files hold them, a number into SEGMENT_LEVELS.
 */
const SEGMENT_LISTS = ['role', 'to', 'event', 'version', 'fields', 'level'] as const;
const LISTS = [...ROW_LISTS, ...END_LISTS, ...SEGMENT_LISTS] as const;

type Lists<N extends string> = Readonly<Record<N, IntList>>;

/** Rows. Texts are numbers into `texts`. */
export interface RowColumns extends Lists<(typeof LISTS)[number]> {
  rows: number;
  readonly counts: Lists<(typeof LEDGER_COUNTS)[number]>;
  readonly texts: TextNumbers;
}

/** Texts by number, each once; 0 is the empty text. */
export interface TextNumbers {
  texts: string[];
  numbers: Map<string, number>;
}

/** Where the tokens of a piece come from (ORIGIN-2); what is left out is empty. */
export interface PieceOrigin {
  readonly role: Role;
  readonly event?: string;
  readonly version?: string;
  readonly fields?: string;
  readonly level?: SegmentLevel;
}

/** No rows. Bound: what the rows hold, until they are cleared. */
export function rowColumns(): RowColumns {
  const columns: RowColumns = {
    rows: 0,
    ...recordOf(LISTS, intList),
    counts: recordOf(LEDGER_COUNTS, intList),
    texts: { texts: [], numbers: new Map() },
  };
  clearRows(columns);
  return columns;
}

/** Forgets all rows; memory is kept. */
export function clearRows(columns: RowColumns): void {
  columns.rows = 0;
  for (const list of [...LISTS.map((name) => columns[name]), ...Object.values(columns.counts)]) list.length = 0;
  for (const name of END_LISTS) pushInt(columns[name], 0);
  columns.texts.texts = [''];
  columns.texts.numbers = new Map([['', 0]]);
}

/** Tokens of the row that is being written. */
export function openTokens({ ids, idEnds }: RowColumns): number {
  return ids.length - lastOf(idEnds);
}

/**
 * Adds a piece to the row that is being written: a segment of its own, but that neighbours of one
 * role that are fixed text are one, and an empty piece is none (ORIGIN-2).
 */
export function addPiece(columns: RowColumns, ids: Int32Array, origin: PieceOrigin): void {
  if (ids.length === 0) return;
  pushInts(columns.ids, ids);
  const { role, event = '', version = '', fields = '', level = '' } = origin;
  const roleNumber = ROLE_NUMBERS[role];
  const isFixed = event === '' && version === '';
  if (isFixed && endsInFixed(columns, roleNumber)) columns.to.length--;
  else {
    pushInt(columns.role, roleNumber);
    pushInt(columns.event, numberOf(columns.texts, event));
    pushInt(columns.version, numberOf(columns.texts, version));
    pushInt(columns.fields, numberOf(columns.texts, fields));
    pushInt(columns.level, LEVEL_NUMBERS[level]);
  }
  pushInt(columns.to, openTokens(columns));
}

/** Ends the row: its supervised [from, to) pairs, and its ledger. */
export function endRow(columns: RowColumns, spans: readonly number[], ledger: PromptLedger): void {
  for (const at of spans) pushInt(columns.spans, at);
  pushInt(columns.spanEnds, columns.spans.length);
  pushInt(columns.idEnds, columns.ids.length);
  pushInt(columns.segmentEnds, columns.to.length);
  for (const name of LEDGER_COUNTS) pushInt(columns.counts[name], ledger[name]);
  pushInt(columns.stoppedAt, numberOf(columns.texts, ledger.stopped_at));
  columns.rows++;
}

/** A copy of the ids of the last row's prompt: what comes before its first supervised token. */
export function promptIds({ ids, idEnds, spans, rows }: RowColumns): Int32Array {
  const from = idEnds.values[rows - 1] ?? 0;
  const to = spans.values[spans.length - 2] ?? ids.length - from;
  return ids.values.slice(from, from + to);
}

/** The last segment of the row that is being written is fixed text of this role. */
function endsInFixed({ segmentEnds, to, role, event, version }: RowColumns, roleNumber: number): boolean {
  const at = to.length - 1;
  if (at < lastOf(segmentEnds)) return false;
  return role.values[at] === roleNumber && event.values[at] === 0 && version.values[at] === 0;
}

function numberOf({ texts, numbers }: TextNumbers, text: string): number {
  const known = numbers.get(text);
  if (known !== undefined) return known;
  numbers.set(text, texts.length);
  return texts.push(text) - 1;
}

function lastOf({ values, length }: IntList): number {
  return values[length - 1] ?? 0;
}

const ROLE_NUMBERS = recordOf(ROLES, (_, i) => i);
const LEVEL_NUMBERS = recordOf(SEGMENT_LEVELS, (_, i) => i);
