/**
 * Finds event files (NDJSON, plain or compressed) and reads them in batches of events and dead
 * records.
 */

import { compareUtf8 } from '../../schemas/byte-order.ts';
import { irregularFile } from '../adapters/filesystem/user-files.ts';
import { PROCESS_EFFECTS } from '../effects.ts';
import { BrewhouseError } from '../errors.ts';
import { sideBySide } from '../lake/side-by-side.ts';
import { LINE_BYTES_MAX, lineTooLong, parseLineBytes, withoutBoms } from './event-line.ts';
import type { EventSource, ReadableFile } from './event-source.ts';
import { type ByteLine, createLineSplitter, LINE_FEED } from './lines.ts';
import { unpackedBytes } from './unpacked-bytes.ts';
import type { NoEvent, ParsedEvent } from './validate-event.ts';

/** How the names of event files end. */
export const EVENT_FILE_ENDINGS = ['.ndjson', '.ndjson.gz', '.ndjson.zst'] as const;
/** The same for people. */
export const ENDINGS_SAID = `event files end in ${EVENT_FILE_ENDINGS.join(', ')}`;
/** How files end that may well hold events, and that are no event files for their names alone. */
const LIKE_EVENTS = /\.(ndjson|jsonl|json|csv|tsv|parquet)(\.[a-z0-9]+)?$/i;
/** The folder of the simulator's true probabilities, which nothing must read by accident. */
export const ORACLE_FOLDER = 'oracle';
/** Folders whose files are no events: the oracle, and what macOS packs into zip archives. */
const PASSED_OVER: ReadonlySet<string> = new Set([ORACLE_FOLDER, '__MACOSX']);
/** Whether a folder of that name is passed over, with all that is in it (EVENT-7). */
export function isFolderPassedOver(name: string): boolean {
  return name.startsWith('.') || PASSED_OVER.has(name);
}
/** A folder with this file is a lake: what it took in before is not an input again. */
const LAKE_FILE = 'lake.json';
/** The most bytes of a dead record that are kept. */
export const RAW_BYTES_MAX = 1_048_576;
/** The most lines of a batch: they bound what one await hands over. */
export const BATCH_LINES_MAX = 1_000;
/** A batch ends when its lines reach this many bytes. */
export const BATCH_BYTES_MAX = 4_194_304;
/** Folders inside folders; deeper ones are a loop of links. */
const FOLDER_DEPTH_MAX = 32;
/** Files that are looked at side by side: each is an answer of a bucket that is waited for. */
const LOOKED_AT_ONCE = 8;

/** How reading one line ended; `raw` holds the line's bytes, at most RAW_BYTES_MAX of them. */
export type ReadOutcome = Extract<ParsedEvent, { ok: true }> | (NoEvent & { raw: Uint8Array });

/** One line of an event file. */
export interface EventLine {
  /** From 1; empty lines are skipped, but count. */
  readonly line: number;
  readonly outcome: ReadOutcome;
  /** The line without the marks before it, of one too long its beginning: a window. */
  readonly bytes: Uint8Array;
}

/** What lies in a source of events, as one look at it found. */
export interface ListedEvents {
  /** Its event files. */
  readonly files: readonly ReadableFile[];
  /** Names of files that may hold events and end otherwise, so that nothing reads them. */
  readonly passedOver: readonly string[];
}

/**
 * The files of the source in byte order of their names. Names that begin with a dot, folders named
 * `oracle` or `__MACOSX`, and lakes are passed over. Throws as the source does, and
 * BrewhouseError('input_unreadable') where it holds no event file, or one that is no regular file.
 */
export async function listEvents(source: EventSource, effects = PROCESS_EFFECTS): Promise<ListedEvents> {
  const found = await listNames(source);
  const names = found.filter(isEventFile);
  if (names.length === 0) {
    throw new BrewhouseError('input_unreadable', `no event files in ${source.location}`, {
      place: { file: source.location },
      remedy: `${ENDINGS_SAID}; brewhouse import makes them from tables`,
    });
  }
  return {
    files: await sideBySide(names, (name) => source.open(name), { atOnce: LOOKED_AT_ONCE, effects }),
    passedOver: found.filter((name) => LIKE_EVENTS.test(name) && !isEventFile(name)),
  };
}

/**
 * Names of all files of the source in byte order, but for those that `listEvents` passes over.
 * Throws as that does.
 */
export async function listNames(source: EventSource): Promise<string[]> {
  return (await namesBelow(source, '', 0)).sort(compareUtf8);
}

/** Whether a file of that name holds events. */
export function isEventFile(name: string): boolean {
  return EVENT_FILE_ENDINGS.some((ending) => name.endsWith(ending));
}

/** None below a folder that is a lake, unless it is the source itself. */
async function namesBelow(source: EventSource, folder: string, depth: number): Promise<string[]> {
  if (depth > FOLDER_DEPTH_MAX) {
    throw new BrewhouseError(
      'input_unreadable',
      `folders in ${source.location} lie more than ${FOLDER_DEPTH_MAX} deep`,
      {
        place: { file: source.pathOf(folder) },
        remedy: 'look for a link that points at its own folder',
      },
    );
  }
  const entries = await source.list(folder);
  if (depth > 0 && entries.some(({ name }) => name === LAKE_FILE)) return [];
  const found: string[] = [];
  for (const { name, kind } of entries) {
    if (name.startsWith('.')) continue;
    const path = `${folder}${name}`;
    if (kind === 'folder') {
      if (!isFolderPassedOver(name)) found.push(...(await namesBelow(source, `${path}/`, depth + 1)));
    } else {
      if (isEventFile(path) && kind !== 'file') throw irregularFile(source.pathOf(path));
      found.push(path);
    }
  }
  return found;
}

/**
 * Batches of the file's lines in order, each of at most BATCH_LINES_MAX lines and about
 * BATCH_BYTES_MAX. A bad record is a value. Bound: one line of LINE_BYTES_MAX and one batch,
 * whatever the file holds. Throws BrewhouseError('input_unreadable') with file and line where the
 * file cannot be read to its end.
 */
export async function* readEventFile(file: ReadableFile): AsyncGenerator<EventLine[]> {
  let reached = 0;
  let batch: EventLine[] = [];
  let bytesInBatch = 0;
  /** Whether the batch is full now. */
  const add = ({ line, bytes, tooLong }: ByteLine): boolean => {
    reached = line;
    const read = readLine(line, bytes, tooLong);
    if (read === undefined) return false;
    batch.push(read);
    bytesInBatch += bytes.length;
    return batch.length >= BATCH_LINES_MAX || bytesInBatch >= BATCH_BYTES_MAX;
  };
  const take = (): EventLine[] => {
    const taken = batch;
    batch = [];
    bytesInBatch = 0;
    return taken;
  };
  for await (const lines of linesByChunk(file, () => reached + 1))
    for (const line of lines) if (add(line)) yield take();
  if (batch.length > 0) yield take();
}

/** The lines that end in each chunk of the file, then the last one where no LF ends it. */
async function* linesByChunk(file: ReadableFile, lineReached: () => number): AsyncGenerator<Iterable<ByteLine>> {
  const splitter = createLineSplitter({ max: LINE_BYTES_MAX, keptMax: RAW_BYTES_MAX });
  for await (const chunk of unpackedBytes(file, lineReached)) yield splitter.split(chunk);
  const last = splitter.rest();
  if (last !== undefined) yield [last];
}

/** Lines of a file, one after another, that another thread may read. */
export interface LineBlock {
  /** Of the file, from 1. */
  readonly firstLine: number;
  /** Lines with their line ends; a buffer of its own. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** `bytes` are the beginning of one line of more than LINE_BYTES_MAX. */
  readonly tooLong: boolean;
}

/** Bytes of a block: enough that handing it over costs nothing beside reading it. */
const BLOCK_BYTES = 1024 * 1024;

/**
 * The file's lines in blocks, unread: as `readEventFile`, with the same bounds and errors. Buffers
 * of blocks that nobody reads any more may be laid into `spare`, to be filled again.
 */
export async function* readLineBlocks(file: ReadableFile, spare: ArrayBuffer[] = []): AsyncGenerator<LineBlock> {
  let reached = 0;
  let firstLine = 1;
  const fresh = () => new Uint8Array(spare.pop() ?? new ArrayBuffer(BLOCK_BYTES));
  let block = fresh();
  let filled = 0;
  const take = (): LineBlock => {
    const taken = { firstLine, bytes: block.subarray(0, filled), tooLong: false };
    block = fresh();
    filled = 0;
    firstLine = reached + 1;
    return taken;
  };
  const fits = ({ bytes, tooLong }: ByteLine) => !tooLong && filled + bytes.length < block.length;
  const add = ({ line, bytes }: ByteLine) => {
    if (filled + bytes.length >= block.length) block = new Uint8Array(bytes.length + 1);
    block.set(bytes, filled);
    filled += bytes.length;
    block[filled++] = LINE_FEED;
    reached = line;
  };
  const alone = ({ line, bytes }: ByteLine): LineBlock => {
    reached = line;
    firstLine = reached + 1;
    return { firstLine: line, bytes: new Uint8Array(bytes), tooLong: true };
  };
  for await (const lines of linesByChunk(file, () => reached + 1))
    for (const each of lines) {
      if (filled > 0 && !fits(each)) yield take();
      if (each.tooLong) yield alone(each);
      else add(each);
    }
  if (filled > 0) yield take();
}

/** The lines of a block, empty ones passed over. */
export function* linesOfBlock({ firstLine, bytes, tooLong }: LineBlock): Generator<EventLine> {
  const splitter = createLineSplitter({ max: LINE_BYTES_MAX, keptMax: RAW_BYTES_MAX });
  const lines = tooLong ? [{ line: 1, bytes }] : splitter.split(Buffer.from(bytes.buffer, 0, bytes.length));
  for (const each of lines) {
    const read = readLine(firstLine + each.line - 1, each.bytes, tooLong);
    if (read !== undefined) yield read;
  }
}

/** Undefined for an empty line. */
function readLine(line: number, whole: Uint8Array, tooLong: boolean): EventLine | undefined {
  const bytes = withoutBoms(whole);
  const parsed = tooLong ? lineTooLong() : parseLineBytes(bytes);
  if (parsed === undefined) return undefined;
  if (parsed.ok) return { line, outcome: parsed, bytes };
  // A copy, since the line is a window into a chunk that must be free to go.
  return { line, outcome: { ...parsed, raw: new Uint8Array(bytes.subarray(0, RAW_BYTES_MAX)) }, bytes };
}
