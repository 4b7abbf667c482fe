/** Sorted runs on disk: records one behind another, written once and read back block by block. */
import { closeSync, fstatSync, openSync, readSync, rmSync } from 'node:fs';
import { translateFileError } from '../adapters/filesystem/file-errors.ts';
import { writeAll } from '../adapters/filesystem/spool-files.ts';
import { RECORD_HEADER_BYTES, type RecordPlace, recordBytes } from './byte-records.ts';

/** Bytes read or written at once: large enough for a disk, small enough for RUNS_MAX of them. */
const BLOCK_BYTES = 256 * 1024;

/**
 * Writes records, given in order, as a new file; a place is read before the next is asked for. After an error the file is gone.
 * Bound: a block in memory. Throws `disk_full`, `store_refused`.
 */
export function writeRun(path: string, records: Iterable<RecordPlace>): void {
  const file = translated('open', path, () => openSync(path, 'wx'));
  const block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  let filled = 0;
  const flush = () => {
    writeAll(file, block.subarray(0, filled));
    filled = 0;
  };
  try {
    for (const { buffer, at } of records) {
      const bytes = recordBytes(buffer, at);
      if (filled + bytes > BLOCK_BYTES) flush();
      if (bytes > BLOCK_BYTES) writeAll(file, buffer.subarray(at, at + bytes));
      else {
        buffer.copy(block, filled, at, at + bytes);
        filled += bytes;
      }
    }
    flush();
  } catch (cause) {
    rmSync(path, { force: true });
    throw translateFileError(cause, 'write', path);
  } finally {
    closeSync(file);
  }
}

/** Where a run is being read: the record at `at` in `buffer` is whole, unless `done`. */
export interface RunReader extends RecordPlace {
  buffer: Buffer;
  at: number;
  done: boolean;
  /** Moves to the next record; the one before is no longer there. */
  next(): void;
  close(): void;
}

/** Stands on the first record. Bound: a block, or the largest record, in memory. Throws `store_refused`. */
export function readRun(path: string): RunReader {
  const file = translated('open', path, () => openSync(path, 'r'));
  const { size } = fstatSync(file);
  let position = 0;
  let filled = 0;
  let isOpen = true;
  /** Makes `bytes` from `reader.at` on whole in the buffer. */
  const need = (bytes: number) => {
    if (filled - reader.at >= bytes) return;
    const buffer = bytes > reader.buffer.length ? Buffer.allocUnsafeSlow(bytes) : reader.buffer;
    reader.buffer.copy(buffer, 0, reader.at, filled);
    filled -= reader.at;
    reader.buffer = buffer;
    reader.at = 0;
    while (filled < bytes) {
      const read = translated('read', path, () => readSync(file, buffer, filled, buffer.length - filled, position));
      if (read === 0) throw new Error(`the sorted run ${path} ends inside a record`);
      filled += read;
      position += read;
    }
  };
  const settle = () => {
    if (position === size && reader.at === filled) {
      reader.done = true;
      return;
    }
    need(RECORD_HEADER_BYTES);
    need(recordBytes(reader.buffer, reader.at));
  };
  const reader: RunReader = {
    buffer: Buffer.allocUnsafeSlow(BLOCK_BYTES),
    at: 0,
    done: false,
    next() {
      reader.at += recordBytes(reader.buffer, reader.at);
      settle();
    },
    close() {
      if (isOpen) closeSync(file);
      isOpen = false;
    },
  };
  settle();
  return reader;
}

function translated<T>(doing: string, path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw translateFileError(cause, doing, path);
  }
}
