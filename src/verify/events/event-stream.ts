/** Streams the raw records of an events folder: plain, gzip or zstd NDJSON, one line at a time. */
import { createReadStream, existsSync } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { BrewhouseError } from '../../errors.ts';

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
 * The records of all event files below `dir` (the folder `oracle` is no part of the events). Throws
 * `input_unreadable` where the folder holds none or a file breaks off.
 */
export function eventsOfFolder(dir: string): EventStream {
  return async function* records() {
    const files = await eventFiles(dir);
    if (files.length === 0) {
      throw new BrewhouseError('input_unreadable', 'no event files: .ndjson, .ndjson.gz or .ndjson.zst', {
        place: { file: dir },
        remedy: 'name the folder that the release was built from',
      });
    }
    for (const file of files) yield* recordsOfFile(file);
  };
}

async function eventFiles(dir: string): Promise<string[]> {
  try {
    return (await filesBelow(dir, [await realpath(dir)])).sort();
  } catch (cause) {
    if (cause instanceof BrewhouseError) throw cause;
    throw new BrewhouseError('input_unreadable', 'cannot list the events', { place: { file: dir }, cause });
  }
}

/** Where folders are no part of the events (EVENT-7). */
const PASSED_OVER = new Set(['oracle', '__MACOSX']);

/**
 * Event files below a folder, links followed; `above` are the real paths of the folders around it,
 * which a link may lead back to. A lake among the events is passed over, one that was named is not.
 */
async function filesBelow(dir: string, above: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(dir)) {
    const path = join(dir, name);
    if (name.startsWith('.')) continue;
    const entry = await stat(path);
    if (entry.isDirectory()) {
      const real = await realpath(path);
      if (PASSED_OVER.has(name) || above.includes(real) || existsSync(join(path, 'lake.json'))) continue;
      found.push(...(await filesBelow(path, [...above, real])));
    } else if (/\.ndjson(\.gz|\.zst)?$/.test(name)) {
      if (!entry.isFile())
        throw new BrewhouseError('input_unreadable', 'it is no regular file', { place: { file: path } });
      found.push(path);
    }
  }
  return found;
}

async function* recordsOfFile(file: string): AsyncGenerator<unknown> {
  try {
    for await (const line of linesOf(bytesOf(file))) {
      const record = line === undefined ? undefined : parseLine(line);
      if (record !== BLANK) yield record;
    }
  } catch (cause) {
    throw new BrewhouseError('input_unreadable', 'the file cannot be read to its end', { place: { file }, cause });
  }
}

const CHUNK_BYTES = 1 << 18;

/** The bytes of a file as they were before it was packed (EVENT-7). Throws where it is damaged. */
function bytesOf(file: string): AsyncIterable<Buffer> {
  if (file.endsWith('.gz')) return unpacked(file, createGunzip);
  if (file.endsWith('.zst')) return unpacked(file, createZstdDecompress);
  return createReadStream(file, { highWaterMark: CHUNK_BYTES });
}

/**
 * All members or frames of a packed file, one after the other: a decoder may end before the file
 * does.
 */
async function* unpacked(file: string, decoder: typeof createGunzip | typeof createZstdDecompress) {
  const { size } = await stat(file);
  let start = 0;
  do {
    const source = createReadStream(file, { start, highWaterMark: CHUNK_BYTES });
    // The reader of the last stream throws the failure as well.
    const part = pipeline(source, decoder(), () => undefined);
    yield* part as AsyncIterable<Buffer>;
    start += part.bytesWritten;
    if (file.endsWith('.gz')) start += await leadingZeros(file, start);
  } while (start < size);
}

/** How many bytes of zero there are from a place on, as padding between gzip members. */
async function leadingZeros(file: string, start: number): Promise<number> {
  let count = 0;
  for await (const chunk of createReadStream(file, { start }) as AsyncIterable<Buffer>) {
    const end = chunk.findIndex((byte) => byte !== 0);
    count += end < 0 ? chunk.length : end;
    if (end >= 0) break;
  }
  return count;
}

/** What a line without a record is, which is not even dead. */
const BLANK = Symbol('blank');
const NEWLINE = 0x0a;

/** Lines as bytes: node's readline would also break at U+2028, which JSON strings may hold. */
async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer | undefined> {
  let rest: Buffer[] = [];
  let held = 0;
  for await (const chunk of stream) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      const piece = chunk.subarray(from, end);
      if (held + piece.length > LINE_BYTES_MAX) yield undefined;
      else yield held === 0 ? piece : Buffer.concat([...rest, piece]);
      rest = [];
      held = 0;
      from = end + 1;
    }
    const tail = chunk.subarray(from);
    held += tail.length;
    if (held > LINE_BYTES_MAX) rest = [];
    else if (tail.length > 0) rest.push(tail);
  }
  if (held > 0) yield held > LINE_BYTES_MAX ? undefined : Buffer.concat(rest);
}

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
