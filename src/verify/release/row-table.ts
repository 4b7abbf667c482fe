/** All rows of a release in a few numbers each, in memory that threads share. */
import { countBefore, nth, numberAt } from '../checked.ts';
import type { FaultPosition } from '../fault-list.ts';

const ID_BYTES = 16;
const SHA_BYTES = 32;

/** Rows that lie behind one another in one row group. */
export interface RowGroupSpan {
  readonly split: string;
  readonly shard: number;
  readonly group: number;
  /** Its first row, among all rows of the release and among those of the split. */
  readonly first: number;
  readonly firstInSplit: number;
  readonly rows: number;
}

/** What is kept of each row, in the order in which rows are read; ids are 16 bytes. */
export interface RowColumns {
  readonly examples: Uint8Array;
  readonly members: Uint8Array;
  /** By the profile, 32 bytes each (RELEASE-6). */
  readonly digests: Uint8Array;
  /** What its files say of it, 16 bytes each; `contentOf` says over what. */
  readonly contents: Uint8Array;
  readonly tokens: Int32Array;
  readonly supervised: Int32Array;
  readonly settledAt: Float64Array;
  readonly keepShares: Float64Array;
}

/** What is shared of a table: typed arrays over shared memory, and where rows lie. */
export interface SharedRows extends RowColumns {
  readonly count: number;
  /** By a hash of the example id the row with it, plus one; 0 where there is none. */
  readonly slots: Int32Array;
  /** 1 where the rules make the row. */
  readonly matched: Uint8Array;
  readonly places: readonly RowGroupSpan[];
  /** Ids that are no pseudonyms, by row. */
  readonly oddExamples: ReadonlyMap<number, string>;
  readonly oddMembers: ReadonlyMap<number, string>;
}

/** The ids of rows, and where each row lies. */
export type RowTable = ReturnType<typeof rowTableOf>;

/** Columns for so many rows. */
export function emptyColumns(count: number, isShared = false): RowColumns {
  const bytes = (size: number) => (isShared ? new SharedArrayBuffer(size * count) : new ArrayBuffer(size * count));
  return {
    examples: new Uint8Array(bytes(ID_BYTES)),
    members: new Uint8Array(bytes(ID_BYTES)),
    digests: new Uint8Array(bytes(SHA_BYTES)),
    contents: new Uint8Array(bytes(ID_BYTES)),
    tokens: new Int32Array(bytes(4)),
    supervised: new Int32Array(bytes(4)),
    settledAt: new Float64Array(bytes(8)),
    keepShares: new Float64Array(bytes(8)),
  };
}

const PSEUDONYM = /^[0-9a-f]{32}$/;

/** Writes an id into row `row` of ids; false, and zeros, where it is no pseudonym. */
export function writeId(ids: Uint8Array, row: number, id: string): boolean {
  if (!PSEUDONYM.test(id)) return false;
  Buffer.from(ids.buffer, ids.byteOffset, ids.byteLength).write(id, row * ID_BYTES, 'hex');
  return true;
}

/** The id in row `row` of ids. */
export function idAt(ids: Uint8Array, row: number): string {
  return Buffer.from(ids.buffer, ids.byteOffset + row * ID_BYTES, ID_BYTES).toString('hex');
}

/**
 * Joins the columns of parts, which are in order. Bound: about 110 bytes a row. Rows with an id
 * that was there before are `repeated`: nobody finds them by it.
 */
export function shareRows(
  parts: readonly RowColumns[],
  places: readonly RowGroupSpan[],
  odd: Pick<SharedRows, 'oddExamples' | 'oddMembers'>,
): { readonly rows: SharedRows; readonly repeated: readonly number[] } {
  const count = parts.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const columns = emptyColumns(count, true);
  let first = 0;
  for (const part of parts) {
    for (const name of ['examples', 'members', 'digests', 'contents'] as const)
      columns[name].set(part[name], (first * part[name].length) / Math.max(part.tokens.length, 1));
    for (const name of ['tokens', 'supervised', 'settledAt', 'keepShares'] as const)
      columns[name].set(part[name], first);
    first += part.tokens.length;
  }
  const slots = new Int32Array(new SharedArrayBuffer(4 * 2 ** Math.ceil(Math.log2(2 * count + 2))));
  const matched = new Uint8Array(new SharedArrayBuffer(count));
  const rows: SharedRows = { ...columns, count, slots, matched, places, ...odd };
  const repeated: number[] = [];
  const oddOnes = new Set<string>();
  for (let row = 0; row < count; row++) {
    const text = odd.oddExamples.get(row);
    if (text !== undefined) {
      if (oddOnes.has(text)) repeated.push(row);
      oddOnes.add(text);
      continue;
    }
    const slot = slotOf(rows, columns.examples, row);
    if (slots[slot] !== 0) repeated.push(row);
    else slots[slot] = row + 1;
  }
  return { rows, repeated };
}

/** The slot of the id in row `row` of ids: that of a row with it, or a free one. */
function slotOf({ slots, examples }: SharedRows, ids: Uint8Array, row: number): number {
  const from = row * ID_BYTES;
  const start = numberAt(ids, from) + numberAt(ids, from + 1) * 256 + numberAt(ids, from + 2) * 65_536;
  const mask = slots.length - 1;
  // Ids are hashes: their bytes are spread as well as any hash of them.
  for (let slot = (start * 256 + numberAt(ids, from + 3)) & mask; ; slot = (slot + 1) & mask) {
    const there = numberAt(slots, slot) - 1;
    if (there < 0) return slot;
    let same = 0;
    while (same < ID_BYTES && examples[there * ID_BYTES + same] === ids[from + same]) same++;
    if (same === ID_BYTES) return slot;
  }
}

/** Finds rows by their ids, and says where they lie. */
export function rowTableOf(rows: SharedRows) {
  const { places, slots } = rows;
  const wanted = new Uint8Array(ID_BYTES);
  const groupOf = (row: number) =>
    nth(places, countBefore(places.length, (index) => nth(places, index).first <= row) - 1);
  const nameOf = (split: string, shard: number, group: number) => `${split} ${shard} ${group}`;
  const byName = new Map(places.map((one) => [nameOf(one.split, one.shard, one.group), one]));
  const exampleOf = (row: number) => rows.oddExamples.get(row) ?? idAt(rows.examples, row);
  const memberOf = (row: number) => rows.oddMembers.get(row) ?? idAt(rows.members, row);
  return {
    ...rows,
    exampleOf,
    memberOf,
    groupOf,
    digestOf: (row: number) => rows.digests.subarray(row * SHA_BYTES, (row + 1) * SHA_BYTES),
    /** The first row with an example id; -1 where there is none. */
    find(example: string): number {
      if (!writeId(wanted, 0, example)) return -1;
      return numberAt(slots, slotOf(rows, wanted, 0)) - 1;
    },
    /** Where a fault of a row lies. */
    positionOf(row: number): Required<FaultPosition> {
      const { split, first, firstInSplit } = groupOf(row);
      return { split, row: firstInSplit + row - first, example: exampleOf(row) };
    },
    /** The row at a place of a file; -1 where there is none. */
    rowAt({ split, shard, group, row }: { split: string; shard: number; group: number; row: number }): number {
      const found = byName.get(nameOf(split, shard, group));
      return found !== undefined && row >= 0 && row < found.rows ? found.first + row : -1;
    },
  };
}
