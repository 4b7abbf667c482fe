/**
 * Reads the Parquet files of our own encoder back into typed arrays; anything else is refused as
 * broken.
 */
import { nth } from '../checked.ts';
import { BrewhouseError } from '../errors.ts';
import { chunkRange, decodeChunk, type ReadLists, type ReadValues } from './column-reader.ts';
import { type ColumnSpec, readSchema } from './parquet-schema.ts';
import { CREATED_BY, MAGIC } from './parquet-writer.ts';
import * as thrift from './thrift.ts';

export type { ReadLists, ReadNumbers, ReadValues } from './column-reader.ts';

/** The bytes of a Parquet file, read part by part. */
export interface ParquetSource {
  /** Bytes of the file. */
  readonly size: number;
  /** The bytes from `from` up to, not with, `to`. */
  readonly read: (from: number, to: number) => Promise<Uint8Array>;
  /** The file's name for messages. */
  readonly name?: string;
}

/** A file whose footer has been read. */
export interface ParquetFile {
  readonly columns: readonly ColumnSpec[];
  readonly keyValues: Readonly<Record<string, string>>;
  readonly rowGroups: readonly { readonly rows: number }[];
  /** One column of one row group, by one read. Bound: the column's pages in memory. */
  readonly readColumn: (rowGroup: number, name: string) => Promise<ReadValues | ReadLists>;
  /**
   * Several columns of one row group, in the order of the names; what lies close together comes by
   * one read. Bound: their pages in memory.
   */
  readonly readColumns: (rowGroup: number, names: readonly string[]) => Promise<(ReadValues | ReadLists)[]>;
}

/** Bytes between two columns that are read over: a read costs more than so many bytes. */
const GAP_MAX = 65_536;

// Footer length and magic.
const TAIL_BYTES = 8;

/**
 * Opens a file that `createParquetWriter` wrote, by two reads. Throws BrewhouseError `lake_broken`,
 * here and from `readColumn`, where the bytes are cut, changed or of another writer, lack the
 * column that is asked for, or hold an int64 beyond 2^53 - 1.
 */
export async function openParquet(source: ParquetSource): Promise<ParquetFile> {
  const footer = await translated(source, () => readFooter(source));
  return {
    columns: footer.columns,
    keyValues: footer.keyValues,
    rowGroups: footer.groups.map(({ rows }) => ({ rows })),
    readColumn: async (rowGroup, name) => nth(await readColumns(source, footer, { rowGroup, names: [name] }), 0),
    readColumns: (rowGroup, names) => readColumns(source, footer, { rowGroup, names }),
  };
}

interface WantedColumns {
  readonly rowGroup: number;
  readonly names: readonly string[];
}

async function readColumns(source: ParquetSource, footer: Footer, { rowGroup, names }: WantedColumns) {
  const group = footer.groups[rowGroup];
  if (group === undefined) throw new Error(`row group ${rowGroup} of ${footer.groups.length}`);
  return translated(source, async () => {
    const chunks = names.map((name) => {
      const column = footer.columns.findIndex((spec) => spec.name === name);
      const spec = footer.columns[column];
      if (spec === undefined) throw new RangeError(`it has no column "${name}"`);
      const meta = thrift.structField(thrift.asStruct(group.chunks[column]), 3);
      return { spec, meta, range: chunkRange(meta) };
    });
    const bytesOf = await readRanges(
      source,
      chunks.map(({ range }) => range),
    );
    return chunks.map(({ spec, meta, range }) => decodeChunk(spec, { meta, rows: group.rows, bytes: bytesOf(range) }));
  });
}

type Range = readonly [from: number, to: number];

/** Reads ranges, those that lie close together by one read; says the bytes of each. */
async function readRanges(source: ParquetSource, ranges: readonly Range[]): Promise<(range: Range) => Uint8Array> {
  const spans: [from: number, to: number][] = [];
  for (const [from, to] of ranges.toSorted(([a], [b]) => a - b)) {
    const before = spans.at(-1);
    if (before !== undefined && from - before[1] <= GAP_MAX) before[1] = Math.max(before[1], to);
    else spans.push([from, to]);
  }
  const read = await Promise.all(
    spans.map(async ([from, to]) => ({ from, to, bytes: await readExactly(source, from, to) })),
  );
  return ([from, to]) => {
    const span = read.find((each) => each.from <= from && to <= each.to);
    if (span === undefined) throw new Error('a range was not read');
    return span.bytes.subarray(from - span.from, to - span.from);
  };
}

interface Footer {
  readonly columns: readonly ColumnSpec[];
  readonly keyValues: Record<string, string>;
  readonly groups: readonly { readonly rows: number; readonly chunks: readonly thrift.ThriftRead[] }[];
}

async function readFooter(source: ParquetSource): Promise<Footer> {
  if (source.size < MAGIC.length + TAIL_BYTES) throw new RangeError('the file is too short');
  const tail = await readExactly(source, source.size - TAIL_BYTES, source.size);
  if (Buffer.compare(tail.subarray(4), MAGIC) !== 0) throw new RangeError('the file does not end as Parquet does');
  const length = new DataView(tail.buffer, tail.byteOffset).getUint32(0, true);
  const end = source.size - TAIL_BYTES;
  if (length > end - MAGIC.length) throw new RangeError('the footer is cut off');
  const { fields } = thrift.decodeThrift(await readExactly(source, end - length, end));
  if (thrift.textField(fields, 6) !== CREATED_BY)
    throw new RangeError(`the file was written by "${thrift.textField(fields, 6)}"`);
  const columns = readSchema(thrift.listField(fields, 2));
  return {
    columns,
    keyValues: Object.fromEntries(thrift.listField(fields, 5).map((pair) => keyValue(thrift.asStruct(pair)))),
    groups: thrift.listField(fields, 4).map((element) => {
      const group = thrift.asStruct(element);
      return { rows: thrift.numberField(group, 3), chunks: thrift.listField(group, 1) };
    }),
  };
}

function keyValue(pair: thrift.ThriftStruct): [string, string] {
  return [thrift.textField(pair, 1), thrift.textField(pair, 2)];
}

async function readExactly(source: ParquetSource, from: number, to: number): Promise<Uint8Array> {
  if (from < 0 || from > to || to > source.size) throw new RangeError('a header points outside of the file');
  const bytes = await source.read(from, to);
  if (bytes.length !== to - from) throw new RangeError(`${to - from} bytes were asked for and ${bytes.length} came`);
  return bytes;
}

/** Bytes that do not decode (RangeError, or an error of zstd) are a broken file. */
async function translated<T>(source: ParquetSource, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    const isDecoding = cause instanceof RangeError || (cause instanceof Error && /^(ZSTD_|Z_)/.test(codeOf(cause)));
    if (!isDecoding) throw cause;
    throw brokenParquet(cause.message, cause, source.name);
  }
}

/** `lake_broken`: a Parquet file, by its name where it has one, that does not read. */
export function brokenParquet(message: string, cause?: unknown, name?: string): BrewhouseError {
  return new BrewhouseError('lake_broken', `${name ?? 'a Parquet file'} does not read: ${message}`, {
    ...(name !== undefined && { place: { file: name } }),
    remedy: 'the file is damaged or was not written by brewhouse; take it from a copy or build it again',
    cause,
  });
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}
