/**
 * Accepted events in a lake: lines of canonical JSON in content-addressed files of one zstd frame
 * each.
 */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { FileRef } from '../../schemas/commit.ts';
import { brokenFile } from './broken-file.ts';
import type { ObjectStore } from './object-store.ts';
import { type PartitionFiles, timelineFolder } from './timeline-records.ts';

/** Lines of one file before compression: what a reader holds at once. */
export const LINE_FILE_BYTES_MAX = 32 * 1024 * 1024;
const ZSTD_ENDING = '.ndjson.zst';

/** The folder of a partition's files of lines. */
export function lineFolder(partition: number): string {
  return `${timelineFolder(partition)}/raw`;
}

/** Files of lines under way. */
export interface LineFiles {
  /** One line without its line end. */
  add(line: string): Promise<void>;
  /** Writes what is left; returns all files in order. */
  finish(): Promise<FileRef[]>;
}

/** Bytes that are made room for at first; then doubled. */
const HELD_BYTES_MIN = 64 * 1024;
/** A UTF-16 unit is at most three bytes of UTF-8. */
const UNIT_BYTES_MAX = 3;
const LINE_FEED = 0x0a;

/**
 * Writes files below `folder`, in order; bound: LINE_FILE_BYTES_MAX letters in memory, as bytes, so
 * that no text of a line outlives it.
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
    const { sha256, bytes: size } = await file.finish(folder, ZSTD_ENDING);
    files.push({ sha256, bytes: size, rows });
    filled = 0;
    letters = 0;
    rows = 0;
  };
  return {
    async add(line) {
      if (letters + line.length > LINE_FILE_BYTES_MAX) await flush();
      grow(filled + line.length * UNIT_BYTES_MAX + 1);
      filled += held.write(line, filled, 'utf8');
      held[filled++] = LINE_FEED;
      letters += line.length + 1;
      rows++;
    },
    async finish() {
      await flush();
      held = Buffer.alloc(0);
      return files;
    },
  };
}

/**
 * The lines of files that `createLineFiles` wrote, in order. Throws `lake_broken` where one is
 * missing or damaged.
 */
export async function* readLines(store: ObjectStore, { partition, files }: PartitionFiles): AsyncGenerator<string[]> {
  for (const file of files) {
    const key = `${lineFolder(partition)}/${file.sha256}${ZSTD_ENDING}`;
    const bytes = await store.get(key);
    if (bytes === null) throw brokenFile(key, 'is missing');
    let text: string;
    try {
      text = zstdDecompressSync(bytes).toString('utf8');
    } catch (cause) {
      throw brokenFile(key, 'cannot be decompressed', cause);
    }
    const lines = text.split('\n');
    lines.pop();
    if (lines.length !== file.rows) throw brokenFile(key, `has ${lines.length} lines and not ${file.rows}`);
    yield lines;
  }
}
