/** Finds event files (NDJSON, plain or compressed) and reads them in batches of validated events and dead records. */

import { isUtf8 } from 'node:buffer';
import { existsSync } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { compareUtf8 } from '../../schemas/byte-order.ts';
import type { DeadReason, EventRecord } from '../../schemas/event.ts';
import { BrewhouseError } from '../errors.ts';
import { readFileBytes } from './file-bytes.ts';
import { splitLines } from './lines.ts';
import { parseEvent, type RoundedNumber } from './validate-event.ts';

/** How the name of an event file ends. */
export const EVENT_FILE_ENDINGS = ['.ndjson', '.ndjson.gz', '.ndjson.zst'] as const;
/** The simulator's true probabilities lie here; nothing reads them by accident. */
export const ORACLE_FOLDER = 'oracle';
/** A folder with this file is a lake: what it took in before is no input. */
const LAKE_FILE = 'lake.json';
/** Longest line that is parsed: an event is texts and a few fields; longer ones are dead before they fill the memory. */
export const LINE_BYTES_MAX = 10_000_000;
/** Most bytes of a dead record that are kept. */
export const RAW_BYTES_MAX = 1_048_576;
/** A batch ends at this many lines or bytes, whichever comes first: it bounds what one await hands over. */
export const BATCH_LINES_MAX = 1_000;
export const BATCH_BYTES_MAX = 4_194_304;
/** Folders inside folders; deeper is a loop of links. */
const FOLDER_DEPTH_MAX = 32;

/** How reading one line ended; `raw` are the line's bytes, at most RAW_BYTES_MAX of them. */
export type ReadOutcome =
  | { ok: true; event: EventRecord; rounded?: RoundedNumber }
  | { ok: false; reason: DeadReason; field?: string; message: string; raw: Uint8Array };

/** One line of an event file; `line` from 1, empty lines counted (and skipped). */
export interface EventLine {
  readonly line: number;
  readonly outcome: ReadOutcome;
}

/**
 * Paths (the folder's joined with each file's) of all event files below `dir`, in byte order of their relative paths with `/`
 * between names; links are followed, folders named `oracle` are passed over.
 * Throws BrewhouseError('input_unreadable') where `dir` is no readable folder or holds no event file.
 */
export async function listEventFiles(dir: string): Promise<string[]> {
  const found: string[] = [];
  await collect(dir, '', 0, found);
  if (found.length === 0) {
    throw new BrewhouseError('input_unreadable', `no event files in ${dir}`, {
      place: { file: dir },
      remedy: `event files end in ${EVENT_FILE_ENDINGS.join(', ')}; brewhouse import makes them from tables`,
    });
  }
  return found.sort(compareUtf8).map((path) => join(dir, path));
}

async function collect(dir: string, prefix: string, depth: number, found: string[]): Promise<void> {
  if (depth > FOLDER_DEPTH_MAX) {
    throw new BrewhouseError('input_unreadable', `folders in ${dir} lie more than ${FOLDER_DEPTH_MAX} deep`, {
      place: { file: join(dir, prefix) },
      remedy: 'look for a link that points at its own folder',
    });
  }
  try {
    for (const entry of await readdir(join(dir, prefix), { withFileTypes: true })) {
      const path = `${prefix}${entry.name}`;
      const isEvents = EVENT_FILE_ENDINGS.some((ending) => entry.name.endsWith(ending));
      const kind = entry.isSymbolicLink() ? await stat(join(dir, path)) : entry;
      if (kind.isDirectory()) {
        if (entry.name === ORACLE_FOLDER || existsSync(join(dir, path, LAKE_FILE))) continue;
        if (entry.isSymbolicLink() && (await isAbove(join(dir, path), join(dir, prefix)))) continue;
        await collect(dir, `${path}/`, depth + 1, found);
      } else if (isEvents) found.push(path);
    }
  } catch (cause) {
    if (cause instanceof BrewhouseError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    const said = code === 'ENOENT' ? 'no such folder' : code === 'ENOTDIR' ? 'not a folder' : (cause as Error).message;
    throw new BrewhouseError('input_unreadable', `cannot list ${join(dir, prefix)}: ${said}`, {
      place: { file: join(dir, prefix) },
      remedy: 'name a folder that holds event files',
      cause,
    });
  }
}

/** A link to a folder that it lies in: its files are found anyway. */
async function isAbove(link: string, folder: string): Promise<boolean> {
  const [target, here] = [await realpath(link), await realpath(folder)];
  return here === target || here.startsWith(target.endsWith('/') ? target : `${target}/`);
}

/**
 * Batches of the file's lines in order, at most BATCH_LINES_MAX and about BATCH_BYTES_MAX each. A bad record is a value;
 * BOUND: one line of LINE_BYTES_MAX plus one batch in memory, whatever the file holds.
 * Throws BrewhouseError('input_unreadable') with file and line where the file cannot be read to its end.
 */
export async function* readEventFile(file: string): AsyncGenerator<EventLine[]> {
  let reached = 0;
  let batch: EventLine[] = [];
  let bytesInBatch = 0;
  const chunks = readFileBytes(file, () => reached + 1);
  for await (const { line, bytes, tooLong } of splitLines(chunks, { max: LINE_BYTES_MAX, keptMax: RAW_BYTES_MAX })) {
    reached = line;
    const content = line === 1 ? withoutBom(bytes) : bytes;
    if (!tooLong && isBlank(content)) continue;
    batch.push({ line, outcome: readLine(content, tooLong) });
    bytesInBatch += bytes.length;
    if (batch.length >= BATCH_LINES_MAX || bytesInBatch >= BATCH_BYTES_MAX) {
      yield batch;
      batch = [];
      bytesInBatch = 0;
    }
  }
  if (batch.length > 0) yield batch;
}

function readLine(bytes: Uint8Array, tooLong: boolean): ReadOutcome {
  // A copy: the line is a window into a chunk that must be free to go.
  const raw = () => new Uint8Array(bytes.subarray(0, RAW_BYTES_MAX));
  if (tooLong) {
    return {
      ok: false,
      reason: 'line_too_long',
      message: `the line is longer than ${LINE_BYTES_MAX} bytes`,
      raw: raw(),
    };
  }
  if (!isUtf8(bytes)) return { ok: false, reason: 'not_utf8', message: 'the line is not UTF-8', raw: raw() };
  const parsed = parseEvent(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'));
  return parsed.ok ? parsed : { ...parsed, raw: raw() };
}

function withoutBom(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}
