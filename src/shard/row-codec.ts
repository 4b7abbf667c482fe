/**
 * Rows as bytes on their way through a sorter: a binary form that follows from the row kind's
 * table.
 */
import { requireStored, type StoredRow, type StoredType, type StoredTypes, type Table } from '../../schemas/columns.ts';
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
