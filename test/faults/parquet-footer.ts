/**
 * The footer of a Parquet file as a tree that keeps wire types, so that a test changes one field
 * and leaves every other byte as it was.
 */
import { MAGIC } from '../../src/shard/parquet-writer.ts';
import { encodeThrift, type ThriftValue } from '../../src/shard/thrift.ts';

/** Fields of a struct by number (parquet.thrift); a test may set and delete them. */
export type Fields = Record<number, ThriftValue>;

/** Length of the footer and magic, behind it. */
const TAIL_BYTES = 8;

/** Numbers of wire types in the compact protocol; 1 and 2 are true and false. */
const KINDS: ReadonlyMap<number, 'i8' | 'i32' | 'i64'> = new Map([
  [3, 'i8'],
  [5, 'i32'],
  [6, 'i64'],
] as const);
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;

/** The file with its FileMetaData changed, and with `before` put in front of the footer. */
export function withFooter(file: Buffer, change: (footer: Fields) => void, before?: Uint8Array): Buffer {
  const { footer, start } = readFooter(file);
  change(footer);
  return closeFile([file.subarray(0, start), before ?? new Uint8Array()], footer);
}

/** The FileMetaData of a file, and where it begins. */
export function readFooter(file: Buffer): { footer: Fields; start: number } {
  const end = file.length - TAIL_BYTES;
  const start = end - file.readUInt32LE(end);
  return { footer: readThrift(file.subarray(start, end)).fields, start };
}

/** A file of what comes before the footer, and the footer. */
export function closeFile(body: readonly Uint8Array[], footer: Fields): Buffer {
  const bytes = encodeThrift(footer);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([...body, bytes, length, MAGIC]);
}

/** The fields of a struct. */
export function fieldsOf(value: ThriftValue | undefined): Fields {
  if (value?.type !== 'struct') throw new Error('the footer has no struct there');
  return value.value as Fields;
}

/** The elements of a list, which a test may change. */
export function elementsOf(value: ThriftValue | undefined): ThriftValue[] {
  if (value?.type !== 'list') throw new Error('the footer has no list there');
  return value.value as ThriftValue[];
}

/** A whole number; 0 where there is none. */
export function numberOf(value: ThriftValue | undefined): number {
  return value?.type === 'i32' || value?.type === 'i64' ? value.value : 0;
}

/** A text, of which the wire knows bytes alone. */
export function textOf(value: ThriftValue | undefined): string {
  if (value?.type !== 'binary') throw new Error('the footer has no text there');
  return Buffer.from(value.value).toString('utf8');
}

/** The key-values of a footer, in order. */
export function keyValuesOf(footer: Fields): ThriftValue[] {
  return elementsOf(footer[5]);
}

/** The element of the schema that has this name: a column, or a part of the one before it. */
export function schemaElement(footer: Fields, name: string, part?: 'list' | 'element'): Fields {
  const elements = elementsOf(footer[2]).map(fieldsOf);
  const column = elements.findIndex((each) => textOf(each[4]) === name);
  const found = elements[column + (part === undefined ? 0 : part === 'list' ? 1 : 2)];
  if (column < 0 || found === undefined) throw new Error(`the schema has no ${name}`);
  return found;
}

/** What the first row group says of a column: its ColumnChunk and its ColumnMetaData. */
export function chunkOf(footer: Fields, name: string): { chunk: Fields; meta: Fields } {
  const [group] = elementsOf(footer[4]);
  for (const element of elementsOf(fieldsOf(group)[1])) {
    const chunk = fieldsOf(element);
    const meta = fieldsOf(chunk[3]);
    if (textOf(elementsOf(meta[3])[0]) === name) return { chunk, meta };
  }
  throw new Error(`the first row group has no column ${name}`);
}

/** The struct that begins at `from`, and the place after it. */
export function readThrift(bytes: Buffer, from = 0): { fields: Fields; end: number } {
  const cursor = { bytes, at: from };
  return { fields: readStruct(cursor), end: cursor.at };
}

interface Cursor {
  readonly bytes: Buffer;
  at: number;
}

function readStruct(cursor: Cursor): Fields {
  const fields: Fields = {};
  let id = 0;
  for (;;) {
    const head = readByte(cursor);
    if (head === 0) return fields;
    id = head >> 4 === 0 ? zigzag(cursor) : id + (head >> 4);
    const code = head & 15;
    fields[id] = code < 3 ? { type: 'bool', value: code === 1 } : readValue(cursor, code);
  }
}

function readValue(cursor: Cursor, code: number): ThriftValue {
  const kind = KINDS.get(code);
  if (kind === 'i8') return { type: kind, value: (readByte(cursor) << 24) >> 24 };
  if (kind !== undefined) return { type: kind, value: zigzag(cursor) };
  if (code < 3) return { type: 'bool', value: readByte(cursor) === 1 };
  if (code === STRUCT) return { type: 'struct', value: readStruct(cursor) };
  if (code === BINARY) {
    const size = varint(cursor);
    cursor.at += size;
    return { type: 'binary', value: cursor.bytes.subarray(cursor.at - size, cursor.at) };
  }
  if (code !== LIST) throw new Error(`a footer with the wire type ${code}`);
  const head = readByte(cursor);
  const size = head >> 4 === 15 ? varint(cursor) : head >> 4;
  return { type: 'list', value: Array.from({ length: size }, () => readValue(cursor, head & 15)) };
}

function readByte(cursor: Cursor): number {
  return cursor.bytes.readUInt8(cursor.at++);
}

function varint(cursor: Cursor): number {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = readByte(cursor);
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
  }
}

function zigzag(cursor: Cursor): number {
  const value = varint(cursor);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
