/**
 * Writes event files as gzip NDJSON: the same events make the same bytes, and a file is whole or
 * not there.
 */
import { randomBytes } from 'node:crypto';
import { createWriteStream, type WriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { createGzip, type Gzip } from 'node:zlib';
import { writing } from '../adapters/filesystem/user-files.ts';

const UNDER_WAY = '.partial';

/** Whether a name is one of a file that a writer has not named yet. */
export function isUnderWay(name: string): boolean {
  return /\.[0-9a-f]{16}\.partial$/.test(name);
}

/** Letters, about, of a piece that goes to the compressor. */
const PIECE_LETTERS = 65_536;

/**
 * A file of lines under way. Node's gzip header (RFC 1952) holds no time and no name, so the bytes
 * of the file depend on its lines alone.
 */
export interface LineWriter {
  /**
   * Adds a line end. Where a promise is returned there is no room for more before it resolves.
   * Throws BrewhouseError('disk_full' or 'store_refused').
   */
  readonly write: (line: string) => Promise<void> | undefined;
  /**
   * Writes what is pending and ends the file, so that many may be open until all are named. Throws
   * as `write`.
   */
  readonly close: () => Promise<void>;
  /** Names the file when all is written: COMMIT AFTER WRITE. Throws as `write`. */
  readonly commit: () => Promise<void>;
  /** Removes what was written. */
  readonly abandon: () => Promise<void>;
}

/**
 * Opens `path`, gzip where it ends in .gz; `commit` replaces any older file of that name. Bound:
 * two pieces.
 */
export function openLines(path: string): LineWriter {
  // Of this writer alone: two imports at once write whole files, and the last one is named.
  const partial = `${path}.${randomBytes(8).toString('hex')}${UNDER_WAY}`;
  const file: WriteStream = createWriteStream(partial);
  const gzip: Gzip | undefined = path.endsWith('.gz') ? createGzip() : undefined;
  const entry = gzip ?? file;
  gzip?.pipe(file);
  let failure: unknown;
  file.on('error', (error) => {
    failure = error;
    gzip?.destroy(error);
  });
  gzip?.on('error', () => {});
  let pending = '';
  let passing = Promise.resolve();
  /** The piece has passed the compressor, which waits for the file. */
  const passed = async () => {
    await passing;
    if (failure !== undefined) throw failure;
  };
  /** One piece passes while the next comes together: nothing piles up. */
  const flush = async () => {
    const piece = pending;
    pending = '';
    await passed();
    if (piece === '') return;
    passing = new Promise<void>((resolve) => {
      entry.write(piece, (error) => {
        if (error) failure ??= error;
        resolve();
      });
    });
  };
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    await flush();
    await passed();
    entry.end();
    await finished(file);
  };
  return {
    close: () => writing(path, close),
    write: (line) => {
      pending += `${line}\n`;
      return pending.length < PIECE_LETTERS ? undefined : writing(path, flush);
    },
    commit: () =>
      writing(path, async () => {
        await close();
        await rename(partial, path);
      }),
    abandon: async () => {
      gzip?.destroy();
      file.destroy();
      // A file that is still open could come back.
      if (!file.closed) await new Promise<void>((resolve) => file.once('close', () => resolve()));
      await rm(partial, { force: true });
    },
  };
}
