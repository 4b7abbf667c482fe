/** Which tokens of an encoding overlap ranges of its text. */
import type { JsEncoding } from 'tokenizers';
import { intAt, present } from '../checked.ts';
import type { EncodeRequest, TextRange } from './encode-rounds.ts';
import { type TextSpans, textSpans, unitsOf } from './text-spans.ts';

/**
 * For each range, the tokens [from, to) that overlap it, as pairs (ORIGIN-2). `text` is
 * well-formed, and `encoding` is of it. Trusted text is asked for every token's span, not only for
 * those at the borders: its added tokens have spans that their characters do not tell.
 */
export function rangeRuns(encoding: JsEncoding, { as, text, ranges }: EncodeRequest): Int32Array {
  if (ranges.length === 0) return new Int32Array(0);
  const atBorders = as === 'trusted' ? undefined : runsAtBorders(encoding, text, ranges);
  return atBorders ?? runsBySpans(encoding, text, ranges);
}

/**
 * Asks for the tokens at the borders alone; undefined where a character there has no token of its
 * own (NFC) or is a surrogate.
 */
function runsAtBorders(encoding: JsEncoding, text: string, ranges: readonly TextRange[]): Int32Array | undefined {
  if (/[\ud800-\udbff]/.test(text)) return undefined;
  const size = encoding.getLength();
  const runs = new Int32Array(ranges.length * 2);
  for (const [i, { from, to }] of ranges.entries()) {
    let first = to > from ? encoding.charToToken(from) : null;
    let last = to > from ? encoding.charToToken(to - 1) : null;
    if (first === null || last === null) return undefined;
    // A character can be split over several tokens, which all overlap the range.
    while (first > 0 && charsOf(encoding, first - 1)[1] > from) first--;
    while (last + 1 < size && charsOf(encoding, last + 1)[0] < to) last++;
    runs[2 * i] = first;
    runs[2 * i + 1] = last + 1;
  }
  return runs;
}

/** The part of a well-formed text that one token of its encoding encodes. */
export function tokenSpan(encoding: JsEncoding, token: number, text: string): TextRange {
  const [from, to] = charsOf(encoding, token);
  const start = unitsOf(text, from);
  return { from: start, to: start + unitsOf(text.slice(start), to - from) };
}

function charsOf(encoding: JsEncoding, token: number): [from: number, to: number] {
  return present(encoding.tokenToChars(token), `text of token ${token}`);
}

function runsBySpans(encoding: JsEncoding, text: string, ranges: readonly TextRange[]): Int32Array {
  return runsOfSpans(textSpans(text, Int32Array.from(encoding.getIds()), encoding.getOffsets()), ranges);
}

/** The same of tokens whose spans are known. */
export function runsOfSpans({ starts, ends }: Omit<TextSpans, 'ids'>, ranges: readonly TextRange[]): Int32Array {
  const { length } = starts;
  const runs = new Int32Array(ranges.length * 2);
  let token = 0;
  for (const [i, { from, to }] of ranges.entries()) {
    // A token over two ranges belongs to both.
    while (token > 0 && intAt(ends, token - 1) > from) token--;
    while (token < length && intAt(ends, token) <= from) token++;
    runs[2 * i] = token;
    // Where a field says nothing, no character of it is in a token.
    if (to > from) while (token < length && intAt(starts, token) < to) token++;
    runs[2 * i + 1] = token;
  }
  return runs;
}
