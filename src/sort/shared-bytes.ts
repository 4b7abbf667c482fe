/**
 * Bytes that are written once, one piece after another, and read at any place by several threads:
 * in memory where they are few, else in a scratch file.
 */
import type { Scratch, ScratchFile } from './scratch.ts';

/** Where the bytes are: plain data that another thread may be given. */
export type SharedBytes =
  | { readonly kind: 'memory'; readonly bytes: Uint8Array }
  /** A scratch file, by its name. */
  | { readonly kind: 'file'; readonly name: string };

/** Bytes under way. All methods throw as the scratch does. */
export interface SharedBytesWriter {
  /** Appends a piece; returns where it begins. */
  add(piece: Uint8Array): number;
  /** `file`: where they are in one, for whoever removes it. */
  finish(): { readonly shared: SharedBytes; readonly file: ScratchFile | undefined };
  /** Removes what was written; may be called again. */
  abort(): void;
}

/** Begins with little, and doubles. */
const HELD_BYTES_MIN = 64 * 1024;

/** Bound: `bytesMax` in memory, or the largest piece; while growing, half as much again. */
export function writeSharedBytes(scratch: Scratch, bytesMax: number): SharedBytesWriter {
  let held = new Uint8Array(0);
  let filled = 0;
  let written = 0;
  let file: ReturnType<Scratch['create']> | undefined;
  const flush = () => {
    file ??= scratch.create();
    file.write(held.subarray(0, filled));
    written += filled;
    filled = 0;
  };
  const grow = (bytes: number) => {
    if (bytes <= held.length) return;
    const larger = new Uint8Array(Math.max(bytes, Math.min(bytesMax, Math.max(2 * held.length, HELD_BYTES_MIN))));
    larger.set(held.subarray(0, filled));
    held = larger;
  };
  return {
    add(piece) {
      if (filled > 0 && filled + piece.length > bytesMax) flush();
      grow(filled + piece.length);
      held.set(piece, filled);
      filled += piece.length;
      return written + filled - piece.length;
    },
    finish() {
      if (file === undefined && filled <= bytesMax) {
        const bytes = new Uint8Array(new SharedArrayBuffer(filled));
        bytes.set(held.subarray(0, filled));
        return { shared: { kind: 'memory', bytes }, file: undefined };
      }
      flush();
      held = new Uint8Array(0);
      const whole = (file as ReturnType<Scratch['create']>).finish();
      return { shared: { kind: 'file', name: whole.name }, file: whole };
    },
    abort: () => file?.abort(),
  };
}

/** Reads any part. */
export interface SharedBytesReader {
  /**
   * The bytes from `from` on and before `to`, as a window that holds until the next call. Throws
   * Error where there are not so many, and as the scratch does.
   */
  read(from: number, to: number): Buffer;
  close(): void;
}

/**
 * Bytes that are read at once at least: a page of the system's, so that pieces side by side cost
 * one read.
 */
const READ_BYTES = 4096;
/** A larger piece has a buffer of its own, which goes with it. */
const KEPT_BYTES = 64 * 1024;

/** `open` is asked where the bytes are in a file. Bound: KEPT_BYTES, or the piece. */
export function readSharedBytes(shared: SharedBytes, open: (name: string) => ScratchFile): SharedBytesReader {
  if (shared.kind === 'file') return readFile(open(shared.name));
  const { buffer, byteOffset, byteLength } = shared.bytes;
  const whole = Buffer.from(buffer, byteOffset, byteLength);
  return {
    read(from, to) {
      if (to > byteLength) throw new Error(`there are ${byteLength} bytes, and none up to ${to}`);
      return whole.subarray(from, to);
    },
    close: () => {},
  };
}

function readFile(file: ScratchFile): SharedBytesReader {
  const reader = file.open();
  const kept = Buffer.allocUnsafeSlow(KEPT_BYTES);
  /** What of the file `kept` holds. */
  let begin = 0;
  let end = 0;
  /** Reads as much as `target` takes, or less at the end of the file, but `least`. */
  const readInto = (target: Buffer, from: number, least: number): number => {
    const read = reader.read(target, from);
    if (read < least) throw new Error(`the scratch file ${file.name} ends before ${from + least}`);
    return read;
  };
  return {
    read(from, to) {
      const bytes = to - from;
      if (bytes > KEPT_BYTES) {
        const own = Buffer.allocUnsafeSlow(bytes);
        readInto(own, from, bytes);
        return own;
      }
      if (from < begin || to > end) {
        // Nothing is held while it is overwritten.
        end = 0;
        end = from + readInto(kept.subarray(0, Math.max(bytes, READ_BYTES)), from, bytes);
        begin = from;
      }
      return kept.subarray(from - begin, to - begin);
    },
    close: () => reader.close(),
  };
}
