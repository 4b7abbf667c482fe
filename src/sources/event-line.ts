/** One line of events, as files and serving systems hold it: an event, or why there is none. */
import { isUtf8 } from 'node:buffer';
import { LINE_FEED } from './lines.ts';
import { noEvent, type ParsedEvent, parseEvent } from './validate-event.ts';

/**
 * The longest line that is parsed: an event is a few texts, and longer lines are dead before they
 * fill the memory.
 */
export const LINE_BYTES_MAX = 10_000_000;

/**
 * The event in a line of an event file, by the rules of a build (EVENT-1, EVENT-7): times become
 * epoch milliseconds, and what is no event says its reason. The line feed may be there or not.
 * Undefined for an empty line, which a build passes over. Never throws.
 */
export function parseEventLine(line: string | Uint8Array): ParsedEvent | undefined {
  // Bytes could not hold it, and to write it would replace it silently.
  if (typeof line === 'string' && !line.isWellFormed()) return notUtf8();
  const bytes = typeof line === 'string' ? Buffer.from(line, 'utf8') : line;
  return parseLineBytes(withoutBoms(bytes.at(-1) === LINE_FEED ? bytes.subarray(0, -1) : bytes));
}

/** The same of a line without its line feed and the marks before it. */
export function parseLineBytes(bytes: Uint8Array): ParsedEvent | undefined {
  if (bytes.length > LINE_BYTES_MAX) return lineTooLong();
  if (isBlank(bytes)) return undefined;
  const text = asBuffer(bytes).toString('utf8');
  // What is not UTF-8 is read as this letter, which hardly any line holds.
  if (text.includes(REPLACEMENT) && !isUtf8(bytes)) return notUtf8();
  return parseEvent(text);
}

/** U+FFFD. */
const REPLACEMENT = '\ufffd';

/** What a line of more than LINE_BYTES_MAX is. */
export function lineTooLong(): ParsedEvent {
  return noEvent('line_too_long', `the line is longer than ${LINE_BYTES_MAX} bytes`);
}

/** Without byte order marks: before any line, since files are joined end to end (EVENT-7). */
export function withoutBoms(bytes: Uint8Array): Uint8Array {
  let from = 0;
  while (bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf) from += 3;
  return from === 0 ? bytes : bytes.subarray(from);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function notUtf8(): ParsedEvent {
  return noEvent('not_utf8', 'the line is not UTF-8');
}

function isBlank(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false;
  return true;
}
