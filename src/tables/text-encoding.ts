/** Decodes the bytes of a text file, and says on which line they are none of its encoding. */
import { isUtf8 } from 'node:buffer';
import { BrewhouseError } from '../errors.ts';

const LINE_FEED = 0x0a;

/** Whether browsers know an encoding of that name (WHATWG Encoding). */
export function isEncoding(name: string): boolean {
  try {
    return new TextDecoder(name).encoding !== '';
  } catch {
    return false;
  }
}

/** Whether a name means UTF-8, which is checked line by line. */
export function isUtf8Name(name: string): boolean {
  return new TextDecoder(name).encoding === 'utf-8';
}

/**
 * The text in chunks, without a byte order mark at its beginning. A file that is not in the
 * encoding is refused as a whole: every row would have wrong texts. Throws
 * BrewhouseError('input_unreadable') with the line.
 */
export async function* decodeText(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
  encoding: string,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let lines = 0;
  let isFirst = true;
  // Bytes of a character that the next chunk may end.
  let rest: Uint8Array = new Uint8Array(0);
  let chunk: Uint8Array = rest;
  try {
    for await (chunk of chunks) {
      if (isFirst) requireOwnMark(chunk, file, decoder.encoding);
      isFirst = false;
      yield decoder.decode(chunk, { stream: true });
      for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, at + 1)) lines++;
      rest = unfinished(chunk);
    }
    yield decoder.decode();
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    const line = 1 + lines + (decoder.encoding === 'utf-8' ? linesBefore(Buffer.concat([rest, chunk])) : 0);
    throw new BrewhouseError('input_unreadable', `${file} is not ${decoder.encoding.toUpperCase()}`, {
      place: { file, line },
      remedy: 'give the table its encoding:, as windows-1252, or convert the file to UTF-8',
      cause,
    });
  }
}

const MARKS: readonly (readonly [encoding: string, first: number, second: number])[] = [
  ['utf-16le', 0xff, 0xfe],
  ['utf-16be', 0xfe, 0xff],
];

/** `utf-16` means the one with the low byte first: read so, the other is text of wrong letters. */
function requireOwnMark([first, second]: Uint8Array, file: string, encoding: string): void {
  const marked = MARKS.find(([, one, two]) => first === one && second === two)?.[0] ?? encoding;
  if (marked === encoding) return;
  throw new BrewhouseError('input_unreadable', `${file} begins with the byte order mark of ${marked.toUpperCase()}`, {
    place: { file, line: 1 },
    remedy: `give the table encoding: ${marked}`,
  });
}

/** The end of a chunk from the last byte on that begins a character. */
function unfinished(chunk: Uint8Array): Uint8Array {
  for (let back = 1; back <= Math.min(4, chunk.length); back++) {
    const byte = chunk[chunk.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return isUtf8(chunk.subarray(-back)) ? new Uint8Array(0) : chunk.slice(-back);
  }
  return new Uint8Array(0);
}

/** Line ends before the first line that is not UTF-8. */
function linesBefore(bytes: Buffer): number {
  let lines = 0;
  let from = 0;
  for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, from)) {
    if (!isUtf8(bytes.subarray(from, end))) return lines;
    lines++;
    from = end + 1;
  }
  return lines;
}

/** The same text as UTF-8; bytes of UTF-8 go through as they are. Throws as `decodeText`. */
export async function* utf8Chunks(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
  encoding: string,
): AsyncGenerator<Uint8Array> {
  if (isUtf8Name(encoding)) yield* chunks;
  else for await (const text of decodeText(chunks, file, encoding)) yield Buffer.from(text);
}
