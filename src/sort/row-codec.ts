/**
 * Rows as bytes on their way through a sorter: a binary form that follows from the row kind's
 * table.
 */
import { requireStored, type StoredRow, type StoredType, type StoredTypes, type Table } from '../../schemas/columns.ts';

const FIRST_BYTES = 64 * 1024;

/** Bytes that grow at the end; used again for the next row. */
export interface ByteWriter {
  buffer: Buffer;
  length: number;
}

/** Bytes and how far they are read. */
export interface ByteCursor {
  readonly bytes: Buffer;
  at: number;
}

/** An empty writer. */
export function byteWriter(): ByteWriter {
  return { buffer: Buffer.allocUnsafe(FIRST_BYTES), length: 0 };
}

/** A cursor at the first of the bytes, which are not copied. */
export function byteCursor(bytes: Uint8Array): ByteCursor {
  return { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), at: 0 };
}

/** What was written since the writer was made or emptied; holds until the next write. */
export function writtenBytes({ buffer, length }: ByteWriter): Uint8Array {
  return buffer.subarray(0, length);
}

/**
 * Appends the row: its values in the table's order, fixed sizes or after their length,
 * little-endian.
 */
export function writeRow<T extends Table>(out: ByteWriter, table: T, row: StoredRow<T>): void {
  const values: Readonly<Record<string, unknown>> = row;
  for (const [name, { type }] of Object.entries(table))
    CODECS[type].write(out, requireStored(name, type, values[name]) as never);
}

/** Reads what `writeRow` wrote; copies everything. */
export function readRow<T extends Table>(cursor: ByteCursor, table: T): StoredRow<T> {
  return Object.fromEntries(
    Object.entries(table).map(([name, { type }]) => [name, CODECS[type].read(cursor)]),
  ) as StoredRow<T>;
}

interface Codec<T> {
  write(out: ByteWriter, value: T): void;
  read(cursor: ByteCursor): T;
}

const DOUBLE: Codec<number> = {
  write: (out, value) => {
    out.length = reserved(out, 8).writeDoubleLE(value, out.length);
  },
  read: (cursor) => {
    cursor.at += 8;
    return cursor.bytes.readDoubleLE(cursor.at - 8);
  },
};

const CODECS: { readonly [S in StoredType]: Codec<StoredTypes[S]> } = {
  utf8: { write: writeText, read: readText },
  int32: {
    write: (out, value) => {
      out.length = reserved(out, 4).writeInt32LE(value, out.length);
    },
    read: (cursor) => {
      cursor.at += 4;
      return cursor.bytes.readInt32LE(cursor.at - 4);
    },
  },
  int64: DOUBLE,
  double: DOUBLE,
  'list<utf8>': { write: writeTexts, read: readTexts },
  'list<int32>': {
    write: (out, value) => writeBytes(out, memory(value)),
    read: (cursor) => new Int32Array(readBytes(cursor).buffer),
  },
  bytes: { write: writeBytes, read: readBytes },
};

/** The buffer with room for `bytes` more. */
function reserved(out: ByteWriter, bytes: number): Buffer {
  if (out.length + bytes > out.buffer.length) {
    const grown = Buffer.allocUnsafe(Math.max(out.length + bytes, 2 * out.buffer.length));
    grown.set(writtenBytes(out));
    out.buffer = grown;
  }
  return out.buffer;
}

function writeText(out: ByteWriter, text: string): void {
  const buffer = reserved(out, 4 + 3 * text.length);
  const size = buffer.write(text, out.length + 4, 'utf8');
  buffer.writeUInt32LE(size, out.length);
  out.length += 4 + size;
}

function readText(cursor: ByteCursor): string {
  const from = cursor.at + 4;
  cursor.at = from + cursor.bytes.readUInt32LE(cursor.at);
  return cursor.bytes.toString('utf8', from, cursor.at);
}

/**
 * Their lengths in UTF-16 code units, then all texts as one: coded at once, which is much faster
 * than one by one.
 */
function writeTexts(out: ByteWriter, texts: readonly string[]): void {
  const lengths = new Int32Array(texts.length);
  let i = 0;
  for (const text of texts) lengths[i++] = text.length;
  writeBytes(out, memory(lengths));
  writeText(out, texts.join(''));
}

function readTexts(cursor: ByteCursor): string[] {
  const lengths = new Int32Array(readBytes(cursor).buffer);
  const all = readText(cursor);
  const texts: string[] = [];
  let from = 0;
  for (const length of lengths) {
    texts.push(all.slice(from, from + length));
    from += length;
  }
  return texts;
}

function writeBytes(out: ByteWriter, bytes: Uint8Array): void {
  const buffer = reserved(out, 4 + bytes.length);
  buffer.writeUInt32LE(bytes.length, out.length);
  buffer.set(bytes, out.length + 4);
  out.length += 4 + bytes.length;
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
