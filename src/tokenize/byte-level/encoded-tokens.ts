/** The answer to a request, from its ids and the bytes of their pieces alone. */
import { intAt } from '../../checked.ts';
import type { Encoded, EncodeRequest } from '../encode-rounds.ts';
import { runsOfSpans } from '../range-runs.ts';
import { isBorder } from '../space-borders.ts';
import type { TextSpans } from '../text-spans.ts';

/**
 * The answer for a text that NFC left as it is, so that its tokens are its bytes one after another.
 * `lengths` are the bytes of each piece. Places are worked out once, when they are first asked for.
 */
export function encodedTokens(ids: Int32Array, { text, ranges, as }: EncodeRequest, lengths: Uint16Array): Encoded {
  let known: TextSpans | undefined;
  const spans = () => {
    known ??= spansOf(text, ids, lengths);
    return known;
  };
  return {
    length: ids.length,
    ids,
    get runs() {
      return ranges.length === 0 ? new Int32Array(0) : runsOfSpans(spans(), ranges);
    },
    spanOf(token) {
      const { starts, ends } = spans();
      return { from: intAt(starts, token), to: intAt(ends, token) };
    },
    tokensBeforeSpace(place) {
      if (as !== 'continuation' || !isBorder(text, place)) return undefined;
      const token = firstFrom(spans().starts, place);
      return spans().starts[token] === place ? token : undefined;
    },
  };
}

/** The spans of tokens; those of pieces of one code point all have it whole. */
export function spansOf(text: string, ids: Int32Array, lengths: Uint16Array): TextSpans {
  const [starts, ends] = [new Int32Array(ids.length), new Int32Array(ids.length)];
  let byte = 0;
  for (let i = 0; i < ids.length; i++) {
    starts[i] = byte;
    byte += lengths[intAt(ids, i)] ?? 0;
    ends[i] = byte;
  }
  // ASCII has a unit for each byte.
  if (byte !== text.length) bytesToUnits(text, starts, ends);
  return { ids, starts, ends };
}

/** Turns spans of UTF-8 bytes into those of the code points that they have a part of, in units. */
function bytesToUnits(text: string, starts: Int32Array, ends: Int32Array): void {
  let [unit, byte] = [0, 0];
  let code = text.codePointAt(0) ?? 0;
  const next = () => {
    byte += bytesOfCode(code);
    unit += unitsOfCode(code);
    code = text.codePointAt(unit) ?? 0;
  };
  for (let i = 0; i < starts.length; i++) {
    const [from, to] = [intAt(starts, i), intAt(ends, i)];
    while (byte + bytesOfCode(code) <= from) next();
    starts[i] = unit;
    while (byte + bytesOfCode(code) < to) next();
    ends[i] = unit + unitsOfCode(code);
  }
}

/** Of the ascending numbers the first that is at least `least`. */
function firstFrom(numbers: Int32Array, least: number): number {
  let [from, to] = [0, numbers.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (intAt(numbers, middle) < least) from = middle + 1;
    else to = middle;
  }
  return from;
}

function bytesOfCode(code: number): number {
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}

function unitsOfCode(code: number): number {
  return code < 0x10000 ? 1 : 2;
}
