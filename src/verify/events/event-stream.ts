/** Streams the raw lines of an events folder: plain, gzip or zstd NDJSON, in blocks of lines. */
import { pipeline, Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { BrewhouseError } from '../../errors.ts';
import { chunksOf, isOfStore, type OpenFile, type Reader } from '../reader.ts';

/**
 * Parsed records in any order, with copies; a line that cannot be parsed comes as undefined, and is
 * dead as everything is that is no event. Called once a verification.
 */
export type EventStream = () => AsyncIterable<unknown>;

/**
 * A line beyond this many characters is dead to the build (`line_too_long`: 10 MB), and here.
 */
const LINE_BYTES_MAX = 10_000_000;

/**
 * Bytes that are whole lines, but for the end of the last one; undefined: a line too long to be
 * one.
 */
export type LineBlock = Buffer | undefined;

/**
 * The lines of all event files that a reader has (the folder `oracle` is no part of the events), in
 * blocks of a megabyte or of one line. Throws `input_unreadable` where it has none or a file breaks
 * off, and as the reader does.
 */
export async function* blocksOfEvents(events: Reader): AsyncGenerator<LineBlock> {
  const names = await eventFiles(events);
  if (names.length === 0) {
    throw new BrewhouseError('input_unreadable', 'no event files: .ndjson, .ndjson.gz or .ndjson.zst', {
      place: { file: events.location },
      remedy: 'name the folder that the release was built from',
    });
  }
  for (const name of names) {
    const place = { file: events.pathOf(name) };
    const file = await events.open(name);
    if (file === undefined) throw new BrewhouseError('input_unreadable', 'it is no regular file', { place });
    try {
      yield* blocksOf(bytesOf(name, file));
    } catch (cause) {
      if (isOfStore(cause)) throw cause;
      throw new BrewhouseError('input_unreadable', 'the file cannot be read to its end', { place, cause });
    } finally {
      await file.close();
    }
  }
}

async function eventFiles(events: Reader): Promise<string[]> {
  return (await filesBelow(events, '', [])).sort();
}

/** Where folders are no part of the events (EVENT-7). */
const PASSED_OVER = new Set(['oracle', '__MACOSX']);

/**
 * Event files below a folder, links followed; `above` are the places of the folders around it,
 * which a link may lead back to. A lake among the events is passed over, one that was named is not.
 */
async function filesBelow(events: Reader, folder: string, above: readonly string[]): Promise<string[]> {
  const { place, names } = await events.list(folder);
  if (above.includes(place) || (folder !== '' && names.some(({ name }) => name === 'lake.json'))) return [];
  const found: string[] = [];
  for (const { name, kind } of names) {
    if (name.startsWith('.')) continue;
    const path = `${folder}${name}`;
    if (kind === 'folder') {
      if (!PASSED_OVER.has(name)) found.push(...(await filesBelow(events, `${path}/`, [...above, place])));
    } else if (/\.ndjson(\.gz|\.zst)?$/.test(name)) {
      if (kind !== 'file')
        throw new BrewhouseError('input_unreadable', 'it is no regular file', { place: { file: events.pathOf(path) } });
      found.push(path);
    }
  }
  return found;
}

/** The bytes of a file as they were before it was packed (EVENT-7). Throws where it is damaged. */
function bytesOf(name: string, file: OpenFile): AsyncIterable<Buffer> {
  if (name.endsWith('.gz')) return unpacked(file, createGunzip);
  if (name.endsWith('.zst')) return unpacked(file, createZstdDecompress);
  return chunksOf(file)(0);
}

/**
 * All members or frames of a packed file, one after the other: a decoder may end before the file
 * does.
 */
async function* unpacked(file: OpenFile, decoder: typeof createGunzip | typeof createZstdDecompress) {
  const from = chunksOf(file);
  let start = 0;
  do {
    const source = Readable.from(from(start), { highWaterMark: 1 });
    // The reader of the last stream throws the failure as well.
    const part = pipeline(source, decoder(), () => undefined);
    yield* part as AsyncIterable<Buffer>;
    start += part.bytesWritten;
    if (decoder === createGunzip) start += await leadingZeros(from(start));
  } while (start < file.size);
}

/** How many bytes of zero there are at the beginning, as padding between gzip members. */
async function leadingZeros(chunks: AsyncIterable<Buffer>): Promise<number> {
  let count = 0;
  for await (const chunk of chunks) {
    const end = chunk.findIndex((byte) => byte !== 0);
    count += end < 0 ? chunk.length : end;
    if (end >= 0) break;
  }
  return count;
}

const NEWLINE = 0x0a;
const BLOCK_BYTES = 1 << 20;

/** Cuts bytes behind line ends. Bound: a block, and the longest line that is one. */
async function* blocksOf(stream: AsyncIterable<Buffer>): AsyncGenerator<LineBlock> {
  let held: Buffer[] = [];
  let bytes = 0;
  /** Bytes that are held of a line whose end has not come. */
  let open = 0;
  for await (const chunk of stream) {
    const last = chunk.lastIndexOf(NEWLINE);
    let rest = chunk;
    if (last >= 0) {
      const first = chunk.indexOf(NEWLINE);
      if (open + first > LINE_BYTES_MAX) {
        yield wholeLines(held);
        yield undefined;
        rest = chunk.subarray(first + 1);
        [held, bytes] = [[], 0];
      }
      const end = last + 1 - (chunk.length - rest.length);
      held.push(rest.subarray(0, end));
      bytes += end;
      if (bytes >= BLOCK_BYTES) {
        yield Buffer.concat(held);
        [held, bytes] = [[], 0];
      }
      rest = rest.subarray(end);
      open = 0;
    }
    open += rest.length;
    // Of a line too long nothing is held but that it is one; whole lines before it are.
    if (open > LINE_BYTES_MAX) {
      yield wholeLines(held);
      [held, bytes] = [[], 0];
    } else if (rest.length > 0) {
      held.push(rest);
      bytes += rest.length;
    }
  }
  if (open > LINE_BYTES_MAX) yield undefined;
  else if (bytes > 0) yield Buffer.concat(held);
}

/** What comes before the line that has no end yet. */
function wholeLines(held: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(held);
  return bytes.subarray(0, bytes.lastIndexOf(NEWLINE) + 1);
}

/** The lines of a block; undefined is one too long. */
function* linesOf(block: Buffer): Generator<Buffer | undefined> {
  for (let from = 0; from < block.length; ) {
    const found = block.indexOf(NEWLINE, from);
    const end = found < 0 ? block.length : found;
    yield end - from > LINE_BYTES_MAX ? undefined : block.subarray(from, end);
    from = end + 1;
  }
}

/** A line with the record that it holds; undefined where it holds none, and is dead. */
export interface ReadLine {
  readonly line: Buffer;
  readonly record: unknown;
}

/** The records of a block, one after the other; lines without one are passed over. */
export function* recordsOf(block: LineBlock): Generator<ReadLine> {
  for (const line of block === undefined ? [undefined] : linesOf(block)) {
    const record = line === undefined ? undefined : parseLine(line);
    if (record !== BLANK) yield { line: line ?? NO_LINE, record };
  }
}

const NO_LINE = Buffer.alloc(0);

/** What a line without a record is, which is not even dead. */
const BLANK = Symbol('blank');

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The parsed line without byte order marks before it; undefined where it is no UTF-8 or no JSON.
 */
function parseLine(line: Buffer): unknown {
  try {
    const text = utf8.decode(line).replace(/^\ufeff+/, '');
    return /^[ \t\r]*$/.test(text) ? BLANK : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
