/**
 * Whole Parquet files in memory for the tests of the encoder: write, and read back with hyparquet
 * or with our own reader.
 */
import { zstdDecompressSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import { openParquet, type ParquetFile } from '../../src/shard/parquet-reader.ts';
import {
  type ColumnChunk,
  type ColumnSpec,
  createParquetWriter,
  type TextValues,
} from '../../src/shard/parquet-writer.ts';

export interface RowGroup {
  readonly chunks: readonly ColumnChunk[];
  readonly rows: number;
}

export function writeFile(
  columns: readonly ColumnSpec[],
  groups: readonly RowGroup[],
  keyValues: Record<string, string> = {},
): Buffer {
  const pieces: Uint8Array[] = [];
  const writer = createParquetWriter({ columns, keyValues, write: (piece) => pieces.push(piece) });
  for (const { chunks, rows } of groups) writer.writeRowGroup(chunks, rows);
  const end = writer.finish();
  const file = Buffer.concat(pieces);
  if (end.bytes !== file.length) throw new Error(`the writer says ${end.bytes} bytes and wrote ${file.length}`);
  return file;
}

export function asyncBuffer(file: Buffer) {
  return {
    byteLength: file.length,
    slice: (from: number, to = file.length) => new Uint8Array(file.subarray(from, to)).buffer,
  };
}

/** All rows as hyparquet gives them. */
export function readWithHyparquet(file: Buffer): Promise<Record<string, unknown>[]> {
  const ZSTD = (input: Uint8Array) => new Uint8Array(zstdDecompressSync(input));
  return parquetReadObjects({ file: asyncBuffer(file), compressors: { ZSTD } });
}

export function openFile(file: Buffer): Promise<ParquetFile> {
  return openParquet({ size: file.length, read: async (from, to) => file.subarray(from, to) });
}

export function textsOf(values: TextValues): string[] {
  if (!('dictionary' in values)) return [...values];
  return Array.from(values.indices, (index) => values.dictionary[index]!);
}

/** One column over all row groups, read with our own reader, a plain value or array a row. */
export async function readColumn(file: ParquetFile, name: string): Promise<unknown[]> {
  const groups = file.rowGroups.map(async ({ rows }, group): Promise<unknown[]> => {
    const chunk = await file.readColumn(group, name);
    const values = 'offsets' in chunk ? chunk.values : chunk;
    const flat: unknown[] = Array.isArray(values) || 'dictionary' in values ? textsOf(values) : [...values];
    if (!('offsets' in chunk)) return flat;
    return Array.from({ length: rows }, (_, row) => flat.slice(chunk.offsets[row], chunk.offsets[row + 1]));
  });
  return (await Promise.all(groups)).flat();
}

/** Offsets of rows with these sizes. */
export function offsetsOf(lists: readonly { readonly length: number }[]): Int32Array {
  const offsets = new Int32Array(lists.length + 1);
  lists.forEach((row, i) => {
    offsets[i + 1] = offsets[i]! + row.length;
  });
  return offsets;
}
