/** Records put aside by bucket in a file that has no name, so that nothing is left of it. */
import { closeSync, mkdtempSync, openSync, readSync, rmdirSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BrewhouseError } from '../../errors.ts';
import { nth } from '../checked.ts';

/** A stretch of an open file. */
export interface Extent {
  readonly descriptor: number;
  readonly offset: number;
  readonly bytes: number;
}

/**
 * Opens a scratch file and takes its name away at once: it is gone when the process is, however it
 * ends. All threads of the process may use the descriptor. Throws `store_refused`.
 */
export function openScratch(): number {
  const folder = tmpdir();
  try {
    const own = mkdtempSync(join(folder, 'brewhouse-verify-'));
    const file = join(own, 'scratch');
    const descriptor = openSync(file, 'wx+', 0o600);
    unlinkSync(file);
    rmdirSync(own);
    return descriptor;
  } catch (cause) {
    throw refused('cannot write there what is put aside', cause);
  }
}

/** Closes a scratch file, which is gone then. */
export function closeScratch(descriptor: number): void {
  closeSync(descriptor);
}

function refused(message: string, cause: unknown): BrewhouseError {
  const remedy = 'make room there, or name another folder in TMPDIR';
  return new BrewhouseError('store_refused', message, { place: { file: tmpdir() }, cause, remedy });
}

/** Writes bytes at the end of a file; its size is kept here, since one thread alone writes it. */
export class Appender {
  readonly descriptor: number;
  private size = 0;

  constructor(descriptor: number) {
    this.descriptor = descriptor;
  }

  /** Throws `store_refused` where there is no room. */
  append(bytes: Uint8Array): Extent {
    const offset = this.size;
    try {
      for (let done = 0; done < bytes.length; )
        done += writeSync(this.descriptor, bytes, done, bytes.length - done, offset + done);
    } catch (cause) {
      throw refused('cannot put more aside', cause);
    }
    this.size += bytes.length;
    return { descriptor: this.descriptor, offset, bytes: bytes.length };
  }
}

/** The bytes of a stretch. */
export function readExtent({ descriptor, offset, bytes }: Extent): Buffer {
  const buffer = Buffer.allocUnsafe(bytes);
  for (let done = 0; done < bytes; ) {
    const read = readSync(descriptor, buffer, done, bytes - done, offset + done);
    if (read === 0) throw new Error('a scratch file is shorter than what was written to it');
    done += read;
  }
  return buffer;
}

/** Bytes of a bucket that are kept before they are written. */
const KEPT_BYTES = 16_384;
/** The length of a record, and a byte that says what it is. */
const HEAD_BYTES = 5;

/** Puts records aside by bucket. Bound: KEPT_BYTES a bucket, and the longest record. */
export class Spill {
  readonly extents: Extent[][];
  private readonly kept: { bytes: Buffer; end: number }[];
  private readonly file: Appender;

  constructor(file: Appender, buckets: number) {
    this.file = file;
    this.extents = Array.from({ length: buckets }, () => []);
    this.kept = Array.from({ length: buckets }, () => ({ bytes: Buffer.alloc(0), end: 0 }));
  }

  /** Copies a record, of a kind that is told when it is read. */
  put(bucket: number, record: Uint8Array, kind = 0): void {
    const own = nth(this.kept, bucket);
    const size = HEAD_BYTES + record.length;
    if (own.end + size > KEPT_BYTES) this.write(bucket);
    if (own.end + size > own.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(size, own.bytes.length === 0 ? KEPT_BYTES / 8 : KEPT_BYTES));
      larger.set(own.bytes.subarray(0, own.end));
      own.bytes = larger;
    }
    own.end = own.bytes.writeUInt8(kind, own.bytes.writeUInt32LE(record.length, own.end));
    own.bytes.set(record, own.end);
    own.end += record.length;
  }

  /** Writes what is kept; then `extents` has all of it. */
  flush(): void {
    for (const bucket of this.kept.keys()) {
      this.write(bucket);
      nth(this.kept, bucket).bytes = Buffer.alloc(0);
    }
  }

  private write(bucket: number): void {
    const own = nth(this.kept, bucket);
    if (own.end === 0) return;
    nth(this.extents, bucket).push(this.file.append(own.bytes.subarray(0, own.end)));
    own.end = 0;
  }
}

/** The records that were put into stretches, in order. Bound: a stretch. */
export function* spilledRecords(
  extents: Iterable<Extent>,
): Generator<{ readonly bytes: Buffer; readonly kind: number }> {
  for (const extent of extents) {
    const whole = readExtent(extent);
    for (let at = 0; at < whole.length; ) {
      const begin = at + HEAD_BYTES;
      const end = begin + whole.readUInt32LE(at);
      yield { bytes: whole.subarray(begin, end), kind: whole.readUInt8(at + 4) };
      at = end;
    }
  }
}
