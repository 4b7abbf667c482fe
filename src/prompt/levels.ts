/** Texts cut beforehand, at word boundaries, so that each level of a line has at most its tokens (rules.md 5). */
import { type FilledLine, fillPattern, type LinePattern } from './line-pattern.ts';

/** Stands behind the last word kept of a text that was cut. */
const ELLIPSIS = '…';

/** Token ids of a line (its newline included) and the runs of tokens that came from fields, as `title 2 5;location 7 9`. */
export interface LineTokens {
  readonly ids: Int32Array;
  readonly fields: string;
  /** Whether nothing was cut. */
  readonly whole: boolean;
}

/** Counts and encodes lines; requests made at one time should go to the native library together (batching-encoder.ts). */
export interface LineEncoder {
  count(text: string): Promise<number>;
  /** Ids, and for every field (UTF-16 range of the text) the tokens [from, to) that overlap it, as pairs. */
  encodeFields(
    text: string,
    fields: readonly { readonly from: number; readonly to: number }[],
  ): Promise<{ ids: Int32Array; runs: Int32Array }>;
}

/** Stands for the tokens of a line without words, where the search for the border begins. */
const FRAME_TOKENS = 3;

/**
 * The line of `values` cut to at most `tokensMax` tokens: all words, else the most that fit with ` …` behind them, else a prefix of the
 * first word with `…`. Takes it that more words never cost fewer tokens. Undefined where not even one letter fits.
 */
export async function cutLine(
  pattern: LinePattern,
  values: readonly string[],
  tokensMax: number,
  encoder: LineEncoder,
): Promise<LineTokens | undefined> {
  const whole = await encodeLine(fillPattern(pattern, values), encoder);
  if (whole.ids.length <= tokensMax) return { ...whole, whole: true };
  const words = values.map((value) => (value === '' ? [] : value.split(' ')));
  const total = words.reduce((sum, each) => sum + each.length, 0);
  const lineOf = (kept: number) => fillPattern(pattern, keepWords(words, kept));
  const encode = (size: number) => encodeLine(lineOf(size), encoder);
  const best = await mostThatFit(total, whole.ids.length, tokensMax, encode);
  return best ?? cutFirstWord(pattern, words, tokensMax, encoder);
}

/** The line of the greatest size below `total` that has at most `most` tokens, by interpolation between sizes that fit and that do not. */
async function mostThatFit(
  total: number,
  totalTokens: number,
  most: number,
  encode: (size: number) => Promise<LineTokens>,
): Promise<LineTokens | undefined> {
  let best: LineTokens | undefined;
  let fits = { size: 0, tokens: FRAME_TOKENS };
  let over = { size: total, tokens: totalTokens };
  while (over.size - fits.size > 1) {
    const slope = (over.size - fits.size) / Math.max(1, over.tokens - fits.tokens);
    const guess = fits.size + Math.floor((most - fits.tokens) * slope);
    const size = Math.max(fits.size + 1, Math.min(over.size - 1, guess));
    const line = await encode(size);
    const tokens = line.ids.length;
    if (tokens > most) over = { size, tokens };
    else {
      fits = { size, tokens };
      best = line;
    }
  }
  return best;
}

/** The first `kept` words over all fields, ` …` behind the last. */
function keepWords(words: readonly (readonly string[])[], kept: number): string[] {
  let left = kept;
  return words.map((each) => {
    const own = each.slice(0, left);
    const isLast = left > 0 && left <= each.length;
    left -= own.length;
    return isLast ? `${own.join(' ')} ${ELLIPSIS}` : own.join(' ');
  });
}

async function cutFirstWord(
  pattern: LinePattern,
  words: readonly (readonly string[])[],
  tokensMax: number,
  encoder: LineEncoder,
): Promise<LineTokens | undefined> {
  const field = words.findIndex((each) => each.length > 0);
  if (field < 0) return undefined;
  const points = [...words[field]![0]!];
  const lineOf = (size: number) => {
    const text = points.slice(0, size).join('') + ELLIPSIS;
    return fillPattern(
      pattern,
      words.map((_, i) => (i === field ? text : '')),
    );
  };
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((await encoder.count(`${lineOf(middle).text}\n`)) <= tokensMax) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? undefined : encodeLine(lineOf(low), encoder);
}

/** Tokens of the line with its newline; a token belongs to a field when it overlaps the field's value. */
export async function encodeLine(line: FilledLine, encoder: LineEncoder): Promise<LineTokens> {
  const { ids, runs } = await encoder.encodeFields(`${line.text}\n`, line.spans);
  const fields = line.spans
    .map(({ field }, i) => ({ field, from: runs[2 * i]!, to: runs[2 * i + 1]! }))
    .filter(({ from, to }) => to > from)
    .map(({ field, from, to }) => `${field} ${from} ${to}`);
  return { ids, fields: fields.join(';'), whole: false };
}
