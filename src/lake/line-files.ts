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

/** Writes files below `folder`, in order; bound: LINE_FILE_BYTES_MAX in memory. */
export function createLineFiles(store: ObjectStore, folder: string): LineFiles {
  const files: FileRef[] = [];
  let lines: string[] = [];
  let bytes = 0;
  const flush = async () => {
    if (lines.length === 0) return;
    const file = store.create();
    file.write(zstdCompressSync(Buffer.from(`${lines.join('\n')}\n`, 'utf8')));
    const { sha256, bytes: size } = await file.finish(folder, ZSTD_ENDING);
    files.push({ sha256, bytes: size, rows: lines.length });
    lines = [];
    bytes = 0;
  };
  return {
    async add(line) {
      if (bytes + line.length > LINE_FILE_BYTES_MAX) await flush();
      lines.push(line);
      bytes += line.length + 1;
    },
    async finish() {
      await flush();
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
