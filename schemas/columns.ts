/**
 * A row kind said once, as a table of columns: its type, its file's columns and its check follow
 * from it.
 */

/** What a column of each type holds in a file; nothing is ever null. */
export interface StoredTypes {
  utf8: string;
  int32: number;
  /** A safe integer. */
  int64: number;
  double: number;
  'list<int32>': Int32Array;
  /** Of dead letters alone. */
  bytes: Uint8Array;
}
/** A column's type in the file. */
export type StoredType = keyof StoredTypes;

/** One column: its type in the file, and how its value in memory (`T`) is held there. */
export interface Column<T, S extends StoredType = StoredType> {
  readonly type: S;
  store(value: T): StoredTypes[S];
  /** Throws RangeError where the file's value says nothing of `T`. */
  load(stored: StoredTypes[S]): T;
}

/** Columns by name, in file order. */
export type Table<S extends StoredType = StoredType> = Readonly<Record<string, Column<unknown, S>>>;
/** A row of the table in memory. */
export type RowOf<T extends Table> = { readonly [K in keyof T]: T[K] extends Column<infer V, infer _> ? V : never };
/** A row of the table with every value as its file holds it. */
export type StoredRow<T extends Table> = {
  readonly [K in keyof T]: T[K] extends { readonly type: infer S extends StoredType } ? StoredTypes[S] : never;
};

/** Columns whose values are alike in memory and in the file. */
function plain<S extends StoredType>(type: S): Column<StoredTypes[S], S> {
  return { type, store: (value) => value, load: (stored) => stored };
}

/** Any text. */
export const TEXT = plain('utf8');
/** A whole number of 32 bits. */
export const WHOLE = plain('int32');
/** A whole number up to 2^53 - 1: times in epoch milliseconds, draws. */
export const LONG = plain('int64');
/** Any number. */
export const REAL = plain('double');
/** A list of whole numbers of 32 bits. */
export const WHOLES = plain('list<int32>');
/** Raw bytes. */
export const BYTES = plain('bytes');

/** An id of one kind, which was made or parsed before it was written. */
export function idText<I extends string>(): Column<I, 'utf8'> {
  return { type: 'utf8', store: (id) => id, load: (stored) => stored as I };
}

/** One of a closed list of words. */
export function wordOf<const W extends string>(words: readonly W[]): Column<W, 'utf8'> {
  const known = new Map<string, W>(words.map((word) => [word, word]));
  return {
    type: 'utf8',
    store: (value) => value,
    load(stored) {
      const word = known.get(stored);
      if (word === undefined) throw new RangeError(`"${stored}" is none of ${words.join(', ')}`);
      return word;
    },
  };
}

/**
 * A list inside one text, its elements joined by `separator`, which none of them holds; empty: no
 * element.
 */
export function joined<E>(element: Column<E, 'utf8'>, separator: string): Column<readonly E[], 'utf8'> {
  return {
    type: 'utf8',
    store: (values) => values.map((value) => element.store(value)).join(separator),
    load: (stored) => (stored === '' ? [] : stored.split(separator).map((text) => element.load(text))),
  };
}

/** A number written out in a text. */
export const NUMBER_TEXT: Column<number, 'utf8'> = {
  type: 'utf8',
  store: String,
  load(stored) {
    const number = Number(stored);
    if (stored.trim() === '' || !Number.isFinite(number)) throw new RangeError(`"${stored}" is no number`);
    return number;
  },
};

/**
 * Whether a value may lie in a column of the type: of its kind, and whole where the type says so.
 */
const IS_STORED: Readonly<Record<StoredType, (value: unknown) => boolean>> = {
  utf8: (value) => typeof value === 'string',
  int32: (value) => typeof value === 'number' && (value | 0) === value,
  int64: Number.isSafeInteger,
  double: (value) => typeof value === 'number',
  'list<int32>': (value) => value instanceof Int32Array,
  bytes: (value) => value instanceof Uint8Array,
};

/**
 * The row as its file holds it. Throws Error where a value is missing or of another kind: a bug of
 * the caller.
 */
export function storeRow<T extends Table>(table: T, row: RowOf<T>): StoredRow<T> {
  return mapRow(table, row, (name, column, value) => {
    const stored = value === undefined || value === null ? value : column.store(value);
    return requireStored(name, column.type, stored);
  }) as StoredRow<T>;
}

/** The row as it is in memory. Throws RangeError where a text says nothing of its kind. */
export function loadRow<T extends Table>(table: T, stored: StoredRow<T>): RowOf<T> {
  return mapRow(table, stored, (name, column, value) =>
    column.load(requireStored(name, column.type, value)),
  ) as RowOf<T>;
}

/** The value of column `name`. Throws Error where it is missing or not of the type: NEVER NULL. */
export function requireStored<S extends StoredType>(name: string, type: S, value: unknown): StoredTypes[S] {
  if (!IS_STORED[type](value)) throw new Error(`the column ${name} of type ${type} cannot hold ${String(value)}`);
  return value as StoredTypes[S];
}

function mapRow(
  table: Table,
  row: Readonly<Record<string, unknown>>,
  convert: (name: string, column: Column<unknown>, value: unknown) => unknown,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(table).map(([name, column]) => [name, convert(name, column, row[name])]));
}
