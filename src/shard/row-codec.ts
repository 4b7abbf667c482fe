/**
 * Rows as bytes on their way through a sorter: a binary form that follows from the row kind's
 * table.
 */
import { requireStored, type StoredRow, type StoredType, type StoredTypes, type Table } from '../../schemas/columns.ts';
import { intAt } from '../checked.ts';
import type { ByteBuffer } from './byte-buffer.ts';

/** Bytes and how far they are read. */
export interface ByteCursor {
  readonly bytes: Buffer;
  at: number;
}

/** A cursor at the first of the bytes, which are not copied. */
export function byteCursor(bytes: Uint8Array): ByteCursor {
  return { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), at: 0 };
}

/**
 * Appends the row: its values in the table's order, fixed sizes or after their length,
 * little-endian.
 */
export function writeRow<T extends Table>(out: ByteBuffer, table: T, row: StoredRow<T>): void {
  const values: Readonly<Record<string, unknown>> = row;
  for (const { name, type, codec } of codecsOf(table))
    codec.write(out, requireStored(name, type, values[name]) as never);
}

/** Reads what `writeRow` wrote; copies everything. */
export function readRow<T extends Table>(cursor: ByteCursor, table: T): StoredRow<T> {
  const row: Record<string, unknown> = {};
  for (const { name, codec } of codecsOf(table)) row[name] = codec.read(cursor);
  return row as StoredRow<T>;
}

/** Many rows of one buffer, each read up to its place in `at`. */
export interface ByteCursors {
  readonly bytes: Buffer;
  readonly at: Int32Array;
}

/** Columns of rows in memory. */
export interface StoredLists {
  /** Row r holds values[offsets[r] .. offsets[r + 1]). */
  readonly values: Int32Array;
  readonly offsets: Int32Array;
}
interface StoredArrays {
  utf8: string[];
  int32: Int32Array;
  int64: Float64Array;
  double: Float64Array;
  'list<int32>': StoredLists;
  bytes: Uint8Array[];
}
/** The columns of a table, by name. */
export type StoredColumns<T extends Table> = {
  readonly [K in keyof T]: T[K] extends { readonly type: infer S extends StoredType } ? StoredArrays[S] : never;
};

/** Reads of each row what `writeRow` wrote, column by column; copies everything. */
export function readRows<T extends Table>(cursors: ByteCursors, table: T): StoredColumns<T> {
  const columns = codecsOf(table).map(({ name, type }) => [name, READ_ROWS[type](cursors)] as const);
  return Object.fromEntries(columns) as StoredColumns<T>;
}

/** Reads a list of each row. */
export function readLists({ bytes, at }: ByteCursors): StoredLists {
  const offsets = new Int32Array(at.length + 1);
  for (let row = 0; row < at.length; row++)
    offsets[row + 1] = intAt(offsets, row) + bytes.readUInt32LE(intAt(at, row)) / 4;
  const values = new Int32Array(intAt(offsets, at.length));
  const target = new Uint8Array(values.buffer);
  for (let row = 0; row < at.length; row++) {
    const from = intAt(at, row) + 4;
    const to = from + 4 * (intAt(offsets, row + 1) - intAt(offsets, row));
    target.set(bytes.subarray(from, to), 4 * intAt(offsets, row));
    at[row] = to;
  }
  return { values, offsets };
}

function readNumbers<A extends Int32Array | Float64Array>({ bytes, at }: ByteCursors, numbers: A): A {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let row = 0; row < at.length; row++) {
    const from = intAt(at, row);
    numbers[row] = view.getFloat64(from, true);
    at[row] = from + 8;
  }
  return numbers;
}

/** Of each row what `read` makes of the bytes behind their length. */
function readSized<V>({ bytes, at }: ByteCursors, read: (bytes: Buffer, from: number, to: number) => V): V[] {
  return Array.from(at, (start, row) => {
    const to = start + 4 + bytes.readUInt32LE(start);
    at[row] = to;
    return read(bytes, start + 4, to);
  });
}

const READ_ROWS: { readonly [S in StoredType]: (cursors: ByteCursors) => StoredArrays[S] } = {
  utf8: (cursors) => readSized(cursors, (bytes, from, to) => bytes.toString('utf8', from, to)),
  int32: (cursors) => readNumbers(cursors, new Int32Array(cursors.at.length)),
  int64: (cursors) => readNumbers(cursors, new Float64Array(cursors.at.length)),
  double: (cursors) => readNumbers(cursors, new Float64Array(cursors.at.length)),
  'list<int32>': readLists,
  bytes: (cursors) => readSized(cursors, (bytes, from, to) => Uint8Array.from(bytes.subarray(from, to))),
};

interface ColumnCodec {
  readonly name: string;
  readonly type: StoredType;
  readonly codec: Codec<unknown>;
}

const codecs = new WeakMap<Table, readonly ColumnCodec[]>();

/** Made once a table: rows are many. */
function codecsOf(table: Table): readonly ColumnCodec[] {
  let known = codecs.get(table);
  if (known === undefined) {
    known = Object.entries(table).map(([name, { type }]) => ({ name, type, codec: CODECS[type] as Codec<unknown> }));
    codecs.set(table, known);
  }
  return known;
}

interface Codec<T> {
  write(out: ByteBuffer, value: T): void;
  read(cursor: ByteCursor): T;
}

/** A double holds a whole number of either size exactly. */
const NUMBER: Codec<number> = {
  write: (out, value) => {
    const at = out.extend(8);
    out.view.setFloat64(at, value, true);
  },
  read: (cursor) => {
    cursor.at += 8;
    return cursor.bytes.readDoubleLE(cursor.at - 8);
  },
};

const CODECS: { readonly [S in StoredType]: Codec<StoredTypes[S]> } = {
  utf8: { write: (out, value) => out.text(value), read: readText },
  int32: NUMBER,
  int64: NUMBER,
  double: NUMBER,
  'list<int32>': {
    write: (out, value) => writeBytes(out, memory(value)),
    read: (cursor) => new Int32Array(readBytes(cursor).buffer),
  },
  bytes: { write: writeBytes, read: readBytes },
};

function readText(cursor: ByteCursor): string {
  const from = cursor.at + 4;
  cursor.at = from + cursor.bytes.readUInt32LE(cursor.at);
  return cursor.bytes.toString('utf8', from, cursor.at);
}

function writeBytes(out: ByteBuffer, bytes: Uint8Array): void {
  const at = out.extend(4);
  out.setUint32(at, bytes.length);
  out.bytes(bytes);
}

/** A copy, since the bytes need not lie at a multiple of four. */
function readBytes(cursor: ByteCursor): Uint8Array<ArrayBuffer> {
  const from = cursor.at + 4;
  cursor.at = from + cursor.bytes.readUInt32LE(cursor.at);
  const copy = new Uint8Array(cursor.at - from);
  copy.set(cursor.bytes.subarray(from, cursor.at));
  return copy;
}

function memory(values: Int32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
