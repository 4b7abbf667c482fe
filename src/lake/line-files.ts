/**
 * Accepted events in a lake: lines of canonical JSON in content-addressed files of one zstd frame
 * each.
 */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { FileRef } from '../../schemas/commit.ts';
import { brokenFile } from './broken-file.ts';
import type { ObjectStore } from './object-store.ts';

/** Lines of one file before compression, in letters: what a reader holds of a run at once. */
export const LINE_FILE_BYTES_MAX = 8 * 1024 * 1024;
/** How the names of files of lines end. */
export const LINE_FILE_ENDING = '.ndjson.zst';

/** Where a block of lines begins in its file, unpacked, and where it ends. */
export interface PlacedBlock {
  /** Number of the file among those that `finish` returns. */
  readonly file: number;
  readonly from: number;
  readonly to: number;
}

/** Files of lines under way. */
export interface LineFiles {
  /** Lines without their line ends, which stay together in one file. */
  add(lines: readonly string[]): Promise<PlacedBlock>;
  /** Writes what is left; returns all files in order. */
  finish(): Promise<FileRef[]>;
}

/** Bytes that are made room for at first; then doubled. */
const HELD_BYTES_MIN = 64 * 1024;
/** A UTF-16 unit is at most three bytes of UTF-8. */
const UNIT_BYTES_MAX = 3;
const LINE_FEED = 0x0a;

/**
 * Writes files below `folder`, in order; bound: LINE_FILE_BYTES_MAX letters in memory, or the lines
 * of one block, as bytes, so that no text of a line outlives it.
 */
export function createLineFiles(store: ObjectStore, folder: string): LineFiles {
  const files: FileRef[] = [];
  let held = Buffer.alloc(0);
  let filled = 0;
  let letters = 0;
  let rows = 0;
  const grow = (bytes: number) => {
    if (bytes <= held.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(bytes, 2 * held.length, HELD_BYTES_MIN));
    held.copy(larger, 0, 0, filled);
    held = larger;
  };
  const flush = async () => {
    if (rows === 0) return;
    const file = store.create();
    file.write(zstdCompressSync(held.subarray(0, filled)));
    const { sha256, bytes: size } = await file.finish(folder, LINE_FILE_ENDING);
    files.push({ sha256, bytes: size, rows });
    filled = 0;
    letters = 0;
    rows = 0;
  };
  return {
    async add(lines) {
      const added = lines.reduce((sum, line) => sum + line.length + 1, 0);
      if (letters + added > LINE_FILE_BYTES_MAX) await flush();
      const from = filled;
      grow(filled + added * UNIT_BYTES_MAX);
      for (const line of lines) {
        filled += held.write(line, filled, 'utf8');
        held[filled++] = LINE_FEED;
      }
      letters += added;
      rows += lines.length;
      return { file: files.length, from, to: filled };
    },
    async finish() {
      await flush();
      held = Buffer.alloc(0);
      return files;
    },
  };
}

/**
 * The lines of one of the files that `createLineFiles` wrote below `folder`, unpacked, each with
 * its line feed. Throws `lake_broken` where it is missing or damaged.
 */
export async function readLineFile(store: ObjectStore, folder: string, file: FileRef): Promise<Buffer> {
  const key = `${folder}/${file.sha256}${LINE_FILE_ENDING}`;
  const packed = await store.get(key);
  if (packed === null) throw brokenFile(key, 'is missing');
  return unpackLines(key, packed, file.rows);
}

/** The same of bytes that were read already. */
export function unpackLines(key: string, packed: Uint8Array, rows: number): Buffer {
  let bytes: Buffer;
  try {
    bytes = zstdDecompressSync(packed);
  } catch (cause) {
    throw brokenFile(key, 'cannot be decompressed', cause);
  }
  const lines = countLines(bytes);
  if (lines !== rows) throw brokenFile(key, `has ${lines} lines and not ${rows}`);
  return bytes;
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) lines++;
  return lines;
}

/** The JSON values of whole lines. A line feed in a text is escaped in JSON. */
export function valuesOfLines(lines: Uint8Array): unknown[] {
  if (lines.length === 0) return [];
  const text = Buffer.from(lines.buffer, lines.byteOffset, lines.length - 1).toString('utf8');
  return JSON.parse(`[${text.replaceAll('\n', ',')}]`) as unknown[];
}
