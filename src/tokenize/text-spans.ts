/** Turns the library's offsets, which count code points, into spans of UTF-16 code units. */
import { intAt, nth } from '../checked.ts';

/** Token ids with the part of the text that each encodes: `text.slice(starts[i], ends[i])`. */
export interface TextSpans {
  readonly ids: Int32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/**
 * The spans of the tokens of `text`, which is well-formed. `offsets` are [start, end) pairs in code
 * points, one a token, in the text's order. A normalizer that joins characters (NFC: letter and
 * accent) reports the first of them alone: what no token claims goes to the token before it, so
 * that spans reach the text's end.
 */
export function textSpans(text: string, ids: Int32Array, offsets: readonly (readonly number[])[]): TextSpans {
  const units = codeUnitStarts(text);
  const starts = new Int32Array(ids.length);
  const ends = new Int32Array(ids.length);
  for (let i = 0; i < ids.length; i++) {
    const [start = 0, end = 0] = nth(offsets, i);
    starts[i] = units === null ? start : intAt(units, start);
    ends[i] = units === null ? end : intAt(units, end);
  }
  closeGaps(starts, ends, text.length);
  return { ids, starts, ends };
}

/**
 * Moves every end on to the next token's start; the pieces of one character keep the end they
 * share.
 */
function closeGaps(starts: Int32Array, ends: Int32Array, length: number): void {
  let claimed = -1;
  let closed = length;
  for (let i = ends.length - 1; i >= 0; i--) {
    const end = intAt(ends, i);
    if (end !== claimed) {
      claimed = end;
      closed = Math.max(claimed, starts[i + 1] ?? length);
    }
    ends[i] = closed;
  }
}

/** UTF-16 code units of the first `points` code points of a text, or of all where it has fewer. */
export function unitsOf(text: string, points: number): number {
  let unit = 0;
  for (let point = 0; point < points && unit < text.length; point++) unit += isPair(text, unit) ? 2 : 1;
  return unit;
}

/** Code points of a text. */
export function pointsOf(text: string): number {
  let points = 0;
  for (let unit = 0; unit < text.length; points++) unit += isPair(text, unit) ? 2 : 1;
  return points;
}

/** A code point of two units begins at the unit. */
function isPair(text: string, unit: number): boolean {
  return (text.codePointAt(unit) ?? 0) > 0xffff;
}

/**
 * The code unit at which each code point starts, then the text's length; null where both counts
 * agree.
 */
function codeUnitStarts(text: string): Int32Array | null {
  if (!/[\ud800-\udbff]/.test(text)) return null;
  const starts = new Int32Array(text.length + 1);
  let points = 0;
  for (let unit = 0; unit < text.length; points++) {
    starts[points] = unit;
    unit += isPair(text, unit) ? 2 : 1;
  }
  starts[points] = text.length;
  return starts;
}
