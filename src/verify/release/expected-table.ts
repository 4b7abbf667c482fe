/**
 * All rows that the rules make, in a few numbers each: what chooses among them looks at no more.
 */
import { nth, numberAt } from '../checked.ts';
import { idAt, writeId } from './row-table.ts';
import { ROW_ENDS, type RowEnd, type SelectableRow } from './selection.ts';

const ID_BYTES = 16;
/** Of a row whose tokens nobody has counted, and of one that the release does not hold. */
const NONE = -1;

/** Rows of some members. */
export interface ExpectedColumns {
  /** Names that `tasks`, `labels` and `variants` are indices into. */
  readonly names: readonly string[];
  readonly tasks: Int32Array;
  readonly labels: Int32Array;
  readonly variants: Int32Array;
  /** Indices into ROW_ENDS. */
  readonly ends: Uint8Array;
  readonly examples: Uint8Array;
  /** The draws. */
  readonly thin: Float64Array;
  readonly labelCap: Float64Array;
  readonly shuffle: Float64Array;
  readonly askedAt: Float64Array;
  readonly closesAt: Float64Array;
  /** Indices into COMPARED. */
  readonly compared: Uint8Array;
  readonly keepShares: Float64Array;
  readonly tokens: Int32Array;
  /** Which row of the release it is, or -1. */
  readonly rows: Int32Array;
  /** The bucket of its member. */
  readonly buckets: Int32Array;
  /** Ids one after the other, and where each ends: they decide where draws are equal. */
  readonly ids: Uint8Array;
  readonly idEnds: Int32Array;
}

/**
 * How a row is beside that which releases before have: there is none, it is the same, or another;
 * or it was not made anew.
 */
export const COMPARED = ['unknown', 'same', 'other', 'sampled_out'] as const;
/** One of COMPARED. */
export type Compared = (typeof COMPARED)[number];

/** What is kept of a row when its member is looked at. */
export interface FoundRow extends Readonly<SelectableRow> {
  readonly example: string;
  readonly bucket: number;
  readonly shuffle: number;
  readonly askedAt: number;
  readonly closesAt: number;
  readonly compared: Compared;
  /** In the release, or -1. */
  readonly row: number;
}

/** The columns of rows. */
export function expectedColumns(found: readonly FoundRow[]): ExpectedColumns {
  const names = new Map<string, number>();
  const indexOf = (name: string) => {
    const index = names.get(name) ?? names.size;
    names.set(name, index);
    return index;
  };
  const whole = (of: (one: FoundRow) => number) => Int32Array.from(found, of);
  const double = (of: (one: FoundRow) => number) => Float64Array.from(found, of);
  const texts = found.map(({ id }) => Buffer.from(id));
  let end = 0;
  const examples = new Uint8Array(found.length * ID_BYTES);
  for (const [index, { example }] of found.entries()) writeId(examples, index, example);
  return {
    tasks: whole(({ task }) => indexOf(task)),
    labels: whole(({ label }) => indexOf(label)),
    variants: whole(({ variant }) => indexOf(variant)),
    ends: Uint8Array.from(found, ({ end: one }) => ROW_ENDS.indexOf(one)),
    examples,
    thin: double(({ thin }) => thin),
    labelCap: double(({ labelCap }) => labelCap),
    shuffle: double(({ shuffle }) => shuffle),
    askedAt: double(({ askedAt }) => askedAt),
    closesAt: double(({ closesAt }) => closesAt),
    compared: Uint8Array.from(found, ({ compared }) => COMPARED.indexOf(compared)),
    keepShares: new Float64Array(found.length).fill(1),
    tokens: whole(({ tokens }) => tokens ?? NONE),
    rows: whole(({ row }) => row),
    buckets: whole(({ bucket }) => bucket),
    ids: Buffer.concat(texts),
    idEnds: Int32Array.from(texts, ({ length }) => (end += length)),
    names: [...names.keys()],
  };
}

/** A row that the rules make, read from its columns. Bound: about 100 bytes a row, and its id. */
export class TableRow implements SelectableRow {
  private readonly columns: ExpectedColumns;
  private readonly index: number;

  constructor(columns: ExpectedColumns, index: number) {
    this.columns = columns;
    this.index = index;
  }
  get task() {
    return nth(this.columns.names, numberAt(this.columns.tasks, this.index));
  }
  get label() {
    return nth(this.columns.names, numberAt(this.columns.labels, this.index));
  }
  get variant() {
    return nth(this.columns.names, numberAt(this.columns.variants, this.index));
  }
  get id() {
    const { ids, idEnds } = this.columns;
    const begin = this.index === 0 ? 0 : numberAt(idEnds, this.index - 1);
    return Buffer.from(ids.subarray(begin, numberAt(idEnds, this.index))).toString('utf8');
  }
  get example() {
    return idAt(this.columns.examples, this.index);
  }
  get thin() {
    return numberAt(this.columns.thin, this.index);
  }
  get labelCap() {
    return numberAt(this.columns.labelCap, this.index);
  }
  get shuffle() {
    return numberAt(this.columns.shuffle, this.index);
  }
  get askedAt() {
    return numberAt(this.columns.askedAt, this.index);
  }
  get closesAt() {
    return numberAt(this.columns.closesAt, this.index);
  }
  get compared(): Compared {
    return nth(COMPARED, numberAt(this.columns.compared, this.index));
  }
  get row() {
    return numberAt(this.columns.rows, this.index);
  }
  get bucket() {
    return numberAt(this.columns.buckets, this.index);
  }
  get end(): RowEnd {
    return nth(ROW_ENDS, numberAt(this.columns.ends, this.index));
  }
  set end(end: RowEnd) {
    this.columns.ends[this.index] = ROW_ENDS.indexOf(end);
  }
  get keepShare() {
    return numberAt(this.columns.keepShares, this.index);
  }
  set keepShare(share: number) {
    this.columns.keepShares[this.index] = share;
  }
  get tokens() {
    const tokens = numberAt(this.columns.tokens, this.index);
    return tokens === NONE ? undefined : tokens;
  }
  set tokens(tokens: number | undefined) {
    this.columns.tokens[this.index] = tokens ?? NONE;
  }
}

/** The rows of columns, in an order that no thread changes. */
export function tableRows(all: readonly ExpectedColumns[]): TableRow[] {
  const rows = all.flatMap((columns) => Array.from(columns.rows, (_, index) => new TableRow(columns, index)));
  const keyed = rows.map((row) => ({ row, example: row.example }));
  keyed.sort((a, b) => Number(a.example > b.example) - Number(a.example < b.example));
  return keyed.map(({ row }) => row);
}
