/** Streams the raw records of an events folder: plain, gzip or zstd NDJSON, one line at a time. */
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { BrewhouseError } from '../../errors.ts';

/**
 * Parsed records in any order, with copies; what is not an event is skipped by the reader. Called
 * once a verification.
 */
export type EventStream = () => AsyncIterable<unknown>;

/**
 * A line beyond this many characters is dead to the build (`line_too_long`: 10 MB) and skipped
 * here.
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
    const entries = await readdir(dir, { recursive: true });
    const isOracle = (name: string) => name.split(/[/\\]/).includes('oracle');
    const lakes = entries.filter((name) => basename(name) === 'lake.json').map(dirname);
    const inLake = (name: string) => lakes.some((lake) => name.startsWith(join(lake, sep)));
    return entries
      .filter((name) => /\.ndjson(\.gz|\.zst)?$/.test(name) && !isOracle(name) && !inLake(name))
      .sort()
      .map((name) => join(dir, name));
  } catch (cause) {
    throw new BrewhouseError('input_unreadable', 'cannot list the events', { place: { file: dir }, cause });
  }
}

async function* recordsOfFile(file: string): AsyncGenerator<unknown> {
  const source = createReadStream(file, { highWaterMark: 1 << 18 });
  const ignoreTwice = () => undefined; // the reader of the last stream throws the failure as well
  let plain: Readable = source;
  if (file.endsWith('.gz')) plain = pipeline(source, createGunzip(), ignoreTwice);
  if (file.endsWith('.zst')) plain = pipeline(source, createZstdDecompress(), ignoreTwice);
  try {
    for await (const line of linesOf(plain)) {
      const record = parseLine(line);
      if (record !== undefined) yield record;
    }
  } catch (cause) {
    throw new BrewhouseError('input_unreadable', 'the file cannot be read to its end', { place: { file }, cause });
  }
}

const NEWLINE = 0x0a;

/** Lines as bytes: node's readline would also break at U+2028, which JSON strings may hold. */
async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  let held = 0;
  for await (const chunk of stream) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      const piece = chunk.subarray(from, end);
      if (held + piece.length <= LINE_BYTES_MAX) yield held === 0 ? piece : Buffer.concat([...rest, piece]);
      rest = [];
      held = 0;
      from = end + 1;
    }
    const tail = chunk.subarray(from);
    held += tail.length;
    if (held > LINE_BYTES_MAX) rest = [];
    else if (tail.length > 0) rest.push(tail);
  }
  if (held > 0 && held <= LINE_BYTES_MAX) yield Buffer.concat(rest);
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The parsed line, or undefined where it is empty, no UTF-8 or no JSON. */
function parseLine(line: Buffer): unknown {
  try {
    const text = utf8.decode(line);
    return text.trim() === '' ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
