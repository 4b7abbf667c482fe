/** Reads the Parquet files of our own encoder back into typed arrays; anything else is refused as broken. */
import { BrewhouseError } from '../errors.ts';
import { type ReadLists, type ReadValues, readChunk } from './column-reader.ts';
import { type ColumnSpec, readSchema } from './parquet-schema.ts';
import { CREATED_BY, MAGIC } from './parquet-writer.ts';
import {
  asStruct,
  decodeThrift,
  intAt,
  listAt,
  structAt,
  type ThriftRead,
  type ThriftStruct,
  textAt,
} from './thrift.ts';

export type { ReadLists, ReadNumbers, ReadValues } from './column-reader.ts';

export interface ParquetSource {
  /** Bytes of the file. */
  readonly size: number;
  /** The bytes from `from` up to, not with, `to`. */
  readonly read: (from: number, to: number) => Uint8Array;
  /** The file's name for messages. */
  readonly name?: string;
}

export interface ParquetFile {
  readonly columns: readonly ColumnSpec[];
  readonly keyValues: Readonly<Record<string, string>>;
  readonly rowGroups: readonly { readonly rows: number }[];
  /** One column of one row group. Bound: the column's pages in memory. */
  readonly readColumn: (rowGroup: number, name: string) => ReadValues | ReadLists;
}

// Footer length and magic.
const TAIL_BYTES = 8;

/**
 * Opens a file that `createParquetWriter` wrote. Throws BrewhouseError `lake_broken`, here and from `readColumn`, where the
 * bytes are cut, changed or of another writer, lack the column that is asked for, or hold an int64 beyond 2^53 - 1.
 */
export function openParquet(source: ParquetSource): ParquetFile {
  const footer = translated(source, () => readFooter(source));
  return {
    columns: footer.columns,
    keyValues: footer.keyValues,
    rowGroups: footer.groups.map(({ rows }) => ({ rows })),
    readColumn(rowGroup, name) {
      const group = footer.groups[rowGroup];
      if (group === undefined) throw new Error(`row group ${rowGroup} of ${footer.groups.length}`);
      return translated(source, () => {
        const column = footer.columns.findIndex((spec) => spec.name === name);
        if (column === -1) throw new RangeError(`it has no column "${name}"`);
        const meta = structAt(asStruct(group.chunks[column]), 3);
        return readChunk(footer.columns[column]!, meta, group.rows, (from, to) => readExactly(source, from, to));
      });
    },
  };
}

interface Footer {
  readonly columns: readonly ColumnSpec[];
  readonly keyValues: Record<string, string>;
  readonly groups: readonly { readonly rows: number; readonly chunks: readonly ThriftRead[] }[];
}

function readFooter(source: ParquetSource): Footer {
  if (source.size < MAGIC.length + TAIL_BYTES) throw new RangeError('the file is too short');
  const tail = readExactly(source, source.size - TAIL_BYTES, source.size);
  if (Buffer.compare(tail.subarray(4), MAGIC) !== 0) throw new RangeError('the file does not end as Parquet does');
  const length = new DataView(tail.buffer, tail.byteOffset).getUint32(0, true);
  const end = source.size - TAIL_BYTES;
  if (length > end - MAGIC.length) throw new RangeError('the footer is cut off');
  const { fields } = decodeThrift(readExactly(source, end - length, end));
  if (textAt(fields, 6) !== CREATED_BY) throw new RangeError(`the file was written by "${textAt(fields, 6)}"`);
  const columns = readSchema(listAt(fields, 2));
  return {
    columns,
    keyValues: Object.fromEntries(listAt(fields, 5).map((pair) => keyValue(asStruct(pair)))),
    groups: listAt(fields, 4).map((element) => {
      const group = asStruct(element);
      return { rows: intAt(group, 3), chunks: listAt(group, 1) };
    }),
  };
}

function keyValue(pair: ThriftStruct): [string, string] {
  return [textAt(pair, 1), textAt(pair, 2)];
}

function readExactly(source: ParquetSource, from: number, to: number): Uint8Array {
  if (from < 0 || from > to || to > source.size) throw new RangeError('a header points outside of the file');
  const bytes = source.read(from, to);
  if (bytes.length !== to - from) throw new RangeError(`${to - from} bytes were asked for and ${bytes.length} came`);
  return bytes;
}

/** Bytes that do not decode (RangeError, or an error of zstd's) are a broken file. */
function translated<T>(source: ParquetSource, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const isDecoding = cause instanceof RangeError || (cause instanceof Error && /^(ZSTD_|Z_)/.test(codeOf(cause)));
    if (!isDecoding) throw cause;
    throw new BrewhouseError('lake_broken', `${source.name ?? 'a Parquet file'} does not read: ${cause.message}`, {
      ...(source.name !== undefined && { place: { file: source.name } }),
      remedy: 'the file is damaged or was not written by brewhouse; take it from a copy or build it again',
      cause,
    });
  }
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}
