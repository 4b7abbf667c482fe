/**
 * Reads Parquet files of a release, a stretch of rows at a time, with a library that the builder
 * does not use.
 */
import { closeSync, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { zstdDecompressSync } from 'node:zlib';
import { type AsyncBuffer, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { BrewhouseError } from '../../errors.ts';

/** One value of a row as hyparquet returns it; int64 is a BigInt. */
export type Cell = string | number | bigint | boolean | null | undefined | readonly (string | number | bigint)[];
/** One row by its columns' names. */
export type TableRow = Readonly<Record<string, Cell>>;

/** An open file. */
export interface ParquetTable {
  readonly rows: number;
  /** First row of each row group, and the end of the last. */
  readonly groups: readonly number[];
  /** Rows from `from` to `to` (exclusive), all columns or those named. */
  read(from: number, to: number, columns?: string[]): Promise<TableRow[]>;
  close(): void;
}

/** A text as its bytes have it: a byte order mark in front is one of its letters. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const parsers = { stringFromBytes: (bytes: Uint8Array) => decoder.decode(bytes) };
const compressors = { ZSTD: (input: Uint8Array) => zstdDecompressSync(input) };

/** Opens a table. Throws `release_broken` where the file cannot be read as Parquet. */
export async function openParquetTable(path: string): Promise<ParquetTable> {
  let descriptor: number | undefined;
  try {
    // A pipe would never end.
    if (!lstatSync(path).isFile()) throw new Error('no file');
    descriptor = openSync(path, 'r');
    const file = bufferOf(descriptor);
    const metadata = await parquetMetadataAsync(file);
    let end = 0;
    const groups = [0, ...metadata.row_groups.map(({ num_rows }) => (end += Number(num_rows)))];
    const opened = descriptor;
    return {
      groups,
      rows: Number(metadata.num_rows),
      read: (rowStart, rowEnd, columns) =>
        parquetReadObjects({ file, metadata, rowStart, rowEnd, compressors, parsers, ...(columns && { columns }) }),
      close: () => closeSync(opened),
    };
  } catch (cause) {
    if (descriptor !== undefined) closeSync(descriptor);
    throw new BrewhouseError('release_broken', 'not a readable Parquet file', { place: { file: path }, cause });
  }
}

function bufferOf(descriptor: number): AsyncBuffer {
  const byteLength = fstatSync(descriptor).size;
  return {
    byteLength,
    slice(start, end = byteLength) {
      const from = start < 0 ? Math.max(byteLength + start, 0) : start;
      const bytes = new Uint8Array(Math.max(end - from, 0));
      readSync(descriptor, bytes, 0, bytes.length, from);
      return bytes.buffer;
    },
  };
}
