/**
 * Sorted runs in scratch files: records one after another, written once and read back block by
 * block.
 */
import { RECORD_HEADER_BYTES, type RecordPosition, recordBytes } from './byte-records.ts';
import type { Scratch, ScratchFile } from './scratch.ts';

/** Bytes read or written at once: large enough for a disk, small enough for RUNS_MAX of them. */
const BLOCK_BYTES = 256 * 1024;

/**
 * Writes records, given in order, as a new file; each is read before the next is asked for.
 * After an error the file is gone. Bound: a block in memory. Throws as the scratch does.
 */
export function writeRun(scratch: Scratch, records: Iterable<RecordPosition>): ScratchFile {
  const file = scratch.create();
  const block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  let filled = 0;
  const flush = () => {
    file.write(block.subarray(0, filled));
    filled = 0;
  };
  try {
    for (const { buffer, at } of records) {
      const bytes = recordBytes(buffer, at);
      if (filled + bytes > BLOCK_BYTES) flush();
      if (bytes > BLOCK_BYTES) file.write(buffer.subarray(at, at + bytes));
      else {
        buffer.copy(block, filled, at, at + bytes);
        filled += bytes;
      }
    }
    flush();
    return file.finish();
  } catch (cause) {
    file.abort();
    throw cause;
  }
}

/** Where a run is being read: the record at `at` in `buffer` is whole, unless `done`. */
export interface RunReader extends RecordPosition {
  buffer: Buffer;
  at: number;
  done: boolean;
  /** Moves to the next record; the one before is no longer there. */
  next(): void;
  /** May be called again. */
  close(): void;
}

/**
 * Opens a run at its first record. Bound: a block, or the largest record, in memory. Throws as the
 * scratch does.
 */
export function readRun(run: ScratchFile): RunReader {
  const file = run.open();
  let position = 0;
  let filled = 0;
  /** Makes `bytes` from `reader.at` on whole in the buffer. */
  const need = (bytes: number) => {
    if (filled - reader.at >= bytes) return;
    const buffer = bytes > reader.buffer.length ? Buffer.allocUnsafeSlow(bytes) : reader.buffer;
    reader.buffer.copy(buffer, 0, reader.at, filled);
    filled -= reader.at;
    reader.buffer = buffer;
    reader.at = 0;
    const read = file.read(buffer.subarray(filled), position);
    filled += read;
    position += read;
    if (filled < bytes) throw new Error(`the sorted run ${run.name} ends inside a record`);
  };
  const settle = () => {
    if (position === run.size && reader.at === filled) {
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
    close: () => file.close(),
  };
  settle();
  return reader;
}
