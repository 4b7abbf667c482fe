/**
 * Finds the parts of a JSON text without taking it apart: a tokenizer.json is 10 MB, of which all
 * but some lines is for the native library alone.
 */

/** A part of the text, in bytes. */
export interface JsonPart {
  readonly from: number;
  readonly to: number;
}

/** A member of an object, or an element of an array, which has no key. */
export interface JsonMember {
  /** With its quotes. */
  readonly key: JsonPart | undefined;
  readonly value: JsonPart;
}

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** What is wrong with a text that is no JSON, as far as it is looked at here. */
function malformed(at: number): SyntaxError {
  return new SyntaxError(`no JSON at byte ${at}`);
}

/**
 * The members of the object or array that is the whole of `part`, in order; only what lies around
 * them is looked at. Throws SyntaxError.
 */
export function* jsonMembers(bytes: Buffer, part: JsonPart): Generator<JsonMember> {
  const begin = skipSpace(bytes, part.from);
  const isObject = bytes[begin] === OPEN_BRACE;
  if (!isObject && bytes[begin] !== OPEN_BRACKET) throw malformed(begin);
  const close = isObject ? CLOSE_BRACE : CLOSE_BRACKET;
  let at = skipSpace(bytes, begin + 1);
  if (bytes[at] === close) {
    requireEnd(bytes, at + 1, part.to);
    return;
  }
  for (;;) {
    let key: JsonPart | undefined;
    if (isObject) {
      if (bytes[at] !== QUOTE) throw malformed(at);
      key = { from: at, to: endOfString(bytes, at) };
      at = skipSpace(bytes, key.to);
      if (bytes[at] !== COLON) throw malformed(at);
      at = skipSpace(bytes, at + 1);
    }
    const value = { from: at, to: endOfValue(bytes, at) };
    if (value.to === at) throw malformed(at);
    yield { key, value };
    at = skipSpace(bytes, value.to);
    if (bytes[at] === close) break;
    if (bytes[at] !== COMMA) throw malformed(at);
    at = skipSpace(bytes, at + 1);
  }
  requireEnd(bytes, at + 1, part.to);
}

function requireEnd(bytes: Buffer, at: number, end: number): void {
  if (skipSpace(bytes, at) < end) throw malformed(at);
}

/** All of the bytes, but a byte order mark. */
export function wholePart(bytes: Buffer): JsonPart {
  const from = BYTE_ORDER_MARK.every((byte, i) => bytes[i] === byte) ? BYTE_ORDER_MARK.length : 0;
  return { from, to: bytes.length };
}

/** The text of a part. */
export function textOf(bytes: Buffer, { from, to }: JsonPart): string {
  return bytes.toString('utf8', from, to);
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at++;
  return at;
}

/** Behind the closing quote. */
function endOfString(bytes: Buffer, from: number): number {
  for (let at = from + 1; at < bytes.length; at++) {
    if (bytes[at] === BACKSLASH) at++;
    else if (bytes[at] === QUOTE) return at + 1;
  }
  throw malformed(from);
}

function endOfValue(bytes: Buffer, from: number): number {
  if (bytes[from] === QUOTE) return endOfString(bytes, from);
  let depth = 0;
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) at = endOfString(bytes, at) - 1;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (depth === 0) return at;
      if (--depth === 0) return at + 1;
    } else if (depth === 0 && (byte === COMMA || byte <= 0x20)) return at;
  }
  throw malformed(from);
}
