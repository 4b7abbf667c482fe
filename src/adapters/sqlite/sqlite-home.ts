/** Where the state of a chain lies on this disk: a database, and its snapshots as packed copies. */
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { backup, type DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';
import type { StateHome, StreamState } from '../../stream/state.ts';
import { translated, translatedSync } from '../filesystem/file-errors.ts';
import { isDamage, naming, namingLater } from './sqlite-errors.ts';
import { createDatabase, isState, openDatabase, stateOn } from './sqlite-state.ts';

/** A database in a write-ahead log has two files beside it. */
const ENDINGS = ['', '-wal', '-shm'];
/** A copy on its way into a snapshot, and out of one. */
const COPY_ENDING = '-copy';
/** Of a copy at once: other work goes on between. */
const COPY_PAGES = 4_096;
/** Of a file at once. */
const CHUNK_BYTES = 1024 * 1024;
/** Six times less to send, in the time in which SQLite copies it; higher levels gain nothing. */
const PACKING = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/**
 * The home of a state in `file`, whose folder is made when something is written. ONE WRITER: no
 * two processes use one file. What is damaged, or of another version, is nothing.
 */
export function openSqliteHome(file: string): StateHome {
  const clear = () =>
    translatedSync('keep the state in', file, () => {
      forget(file);
      forget(file + COPY_ENDING);
      mkdirSync(dirname(file), { recursive: true });
    });
  const unpack = async (snapshot: AsyncIterable<Uint8Array>): Promise<StreamState | undefined> => {
    const copy = file + COPY_ENDING;
    try {
      // WHOLE OR NOT THERE: half a database opens, too.
      await pipeline(Readable.from(snapshot), createZstdDecompress(), createWriteStream(copy, { flush: true }));
    } catch (error) {
      forget(copy);
      if (isOfZstd(error)) return undefined;
      throw error;
    }
    renameSync(copy, file);
    const state = openWhole(file);
    if (state === undefined) forget(file);
    return state;
  };
  function reset(): Promise<StreamState>;
  function reset(snapshot: AsyncIterable<Uint8Array>): Promise<StreamState | undefined>;
  async function reset(snapshot?: AsyncIterable<Uint8Array>) {
    clear();
    if (snapshot === undefined) return naming(file, () => withSnapshot(createDatabase(file), file));
    return translated('keep the state in', file, () => unpack(snapshot));
  }
  return { open: () => openWhole(file), reset };
}

function forget(file: string): void {
  for (const ending of ENDINGS) rmSync(file + ending, { force: true });
}

/** Undefined where nothing is there that reads. */
function openWhole(file: string): StreamState | undefined {
  if (!existsSync(file)) return undefined;
  let database: DatabaseSync | undefined;
  try {
    const opened = naming(file, () => openDatabase(file));
    database = opened;
    const state = naming(file, () => (isState(opened) ? withSnapshot(opened, file) : undefined));
    if (state !== undefined && state.head() !== null) return state;
  } catch (error) {
    database?.close();
    if (isDamage((error as Error).cause)) return undefined;
    throw error;
  }
  database.close();
  return undefined;
}

function withSnapshot(database: DatabaseSync, file: string): StreamState {
  return {
    ...stateOn(database, file),
    async *snapshot() {
      const copy = file + COPY_ENDING;
      forget(copy);
      try {
        await namingLater(copy, () => backup(database, copy, { rate: COPY_PAGES }));
        const packed = createReadStream(copy, { highWaterMark: CHUNK_BYTES }).compose(createZstdCompress(PACKING));
        yield* packed as AsyncIterable<Uint8Array>;
      } finally {
        forget(copy);
      }
    },
  };
}

/** Node's codes of what cannot be unpacked; Z_BUF_ERROR: it breaks off. */
function isOfZstd(error: unknown): boolean {
  return /^(ZSTD_|Z_BUF_ERROR$)/.test((error as { readonly code?: string }).code ?? '');
}
