/**
 * Reads the rows of a release: token, sidecar and origin file side by side, one row group of each
 * at a time, whose pages are checked on the way.
 */
import { nth, numberAt, present } from '../checked.ts';
import type { OpenParquet, WalkedGroup } from '../parquet/check-parquet.ts';
import type { ColumnValues } from '../parquet/column-values.ts';
import type { Profile } from '../profiles/profile.ts';
import { flawOf } from '../reader.ts';
import { lookUp } from './origin-row.ts';
import type { SharedOrigins } from './origin-tables.ts';
import { type Cell, number, type ReadRow, type TableRow, text } from './release-row.ts';

/** The three files of a shard. */
export const SIDES = ['data', 'meta', 'origin'] as const;

/** One of SIDES. */
export type Side = (typeof SIDES)[number];

/** What was found on the way in row groups of a file. */
export interface WalkedPart {
  readonly groups: Pick<WalkedGroup, 'spans' | 'wrong'>[];
  /** Why the file cannot be read; undefined where it can. */
  failure?: string;
}

/** Row groups of an open shard, whose first row is `firstRow` of its split. */
export interface ShardPart {
  readonly files: Readonly<Record<Side, OpenParquet>>;
  /** Row groups of the token file. */
  readonly from: number;
  readonly to: number;
  readonly split: string;
  readonly firstRow: number;
  readonly profile: Profile;
  readonly origins: SharedOrigins;
}

/**
 * Reads row groups of a shard, and tells `see` of each row; what was found of each file comes back.
 * Where row groups of sidecar and origin are others than those of the tokens, the part must be the
 * whole shard. Bound: one row group of each file.
 */
export async function readRows(part: ShardPart, see: (row: ReadRow) => void): Promise<Record<Side, WalkedPart>> {
  const { files, from, to, split, firstRow, profile, origins } = part;
  const isAligned = SIDES.every((side) => files[side].groups.join() === files.data.groups.join());
  const walked: Record<Side, WalkedPart> = { data: { groups: [] }, meta: { groups: [] }, origin: { groups: [] } };
  const cursors = SIDES.map((side) => {
    const groups: readonly [number, number] = isAligned ? [from, to] : [0, files[side].groups.length];
    return cursorOf(files[side], groups, walked[side]);
  });
  const [data, meta, origin] = cursors;
  let row = firstRow;
  for (let group = from; group < to; group++) {
    for (let inGroup = 0; inGroup < nth(files.data.groups, group); inGroup++) {
      for (const cursor of cursors) if (cursor.isAtEnd()) await cursor.advance();
      const [tokens, beside, source] = [data?.next(), meta?.next(), origin?.next()];
      if (tokens === undefined || beside === undefined || source === undefined) break;
      const place = { split, row: row++ };
      see(rowAt(place, { tokens, beside, source, profile, origins }));
    }
  }
  for (const cursor of cursors) await cursor.finish();
  return walked;
}

/** A row of a row group. */
interface Spot {
  readonly columns: ReadonlyMap<string, ColumnValues>;
  readonly row: number;
}

/** Goes through rows of a file, and walks each row group when it comes to it. */
function cursorOf(file: OpenParquet, [from, to]: readonly [number, number], walked: WalkedPart) {
  let group = from;
  let columns: WalkedGroup['columns'] = new Map();
  let [row, rows] = [0, 0];
  /** Walks the next row group; false where there is none or it cannot be read. */
  const walkNext = async (): Promise<boolean> => {
    if (group >= to || walked.failure !== undefined) return false;
    try {
      const { spans, wrong, columns: own } = await file.walk(group);
      walked.groups.push({ spans, wrong });
      [columns, row, rows] = [own, 0, nth(file.groups, group)];
      group++;
      return true;
    } catch (error) {
      walked.failure = flawOf(error);
      return false;
    }
  };
  return {
    /** Whether the next row is in another row group, if in any. */
    isAtEnd: () => row >= rows,
    async advance(): Promise<void> {
      while (row >= rows && (await walkNext()));
    },
    /** The next row of the group. */
    next: (): Spot | undefined => (row < rows ? { columns, row: row++ } : undefined),
    async finish(): Promise<void> {
      while (await walkNext());
      columns = new Map();
    },
  };
}

/** The cells of a row but for its lists. */
function rowOf({ columns, row }: Spot): TableRow {
  const cells: Record<string, Cell> = {};
  for (const [name, column] of columns) {
    if (column.ends === undefined) cells[name] = valueAt(column, row);
  }
  return cells;
}

function valueAt(column: ColumnValues, index: number): string | number {
  return 'texts' in column ? nth(column.texts, numberAt(column.index, index)) : numberAt(column.numbers, index);
}

function spanOf(ends: Int32Array, row: number): readonly [number, number] {
  return [row === 0 ? 0 : numberAt(ends, row - 1), numberAt(ends, row)];
}

interface RowParts extends Pick<ShardPart, 'profile' | 'origins'> {
  readonly tokens: Spot;
  readonly beside: Spot;
  readonly source: Spot;
}

/** Puts a row together of what its three files hold. */
function rowAt(place: { split: string; row: number }, { tokens, beside, source, profile, origins }: RowParts): ReadRow {
  const ids = numbersOf(tokens, 'input_ids');
  if (!(ids instanceof Int32Array)) throw new RangeError('ids are no 32-bit numbers');
  const columns = Object.fromEntries(profile.columns.map(({ name }) => [name, numbersOf(tokens, name)]));
  const [meta, origin] = [rowOf(beside), rowOf(source)];
  const numbers = {
    ...{ segments: numbersOf(source, 'segments'), events: numbersOf(source, 'events') },
    ...{ firstEvent: number(origin.first_event), stoppedAt: number(origin.stopped_at) },
  };
  return {
    ...{ place: { ...place, example: text(meta.example_id) }, ids, columns, meta, origin, numbers },
    ...profile.supervised({ ids, columns }),
    ...lookUp(origins, numbers, text(meta.member)),
  };
}

function numbersOf({ columns, row }: Spot, name: string): Int32Array | Float64Array {
  const column = present(columns.get(name), `the column ${name}`);
  if ('texts' in column || column.ends === undefined) throw new RangeError(`${name} is no list of numbers`);
  return column.numbers.subarray(...spanOf(column.ends, row));
}

const GROUP_ROWS_MAX = 1_000;
const GROUP_TOKENS_MAX = 1_000_000;

/**
 * The first row group that does not end exactly where the next row would be too much; undefined
 * where all do. Takes the tokens of each row, group by group.
 */
export function wrongGroup(groups: readonly ArrayLike<number>[]): number | undefined {
  const tokensOf = (rows: ArrayLike<number>) => {
    let sum = 0;
    for (let row = 0; row < rows.length; row++) sum += numberAt(rows, row);
    return sum;
  };
  const index = groups.findIndex((rows, at) => {
    const isOver = rows.length > 1 && tokensOf(rows) > GROUP_TOKENS_MAX;
    if (rows.length === 0 || rows.length > GROUP_ROWS_MAX || isOver) return true;
    const next = groups[at + 1]?.[0];
    return next !== undefined && rows.length < GROUP_ROWS_MAX && tokensOf(rows) + next <= GROUP_TOKENS_MAX;
  });
  return index < 0 ? undefined : index;
}
