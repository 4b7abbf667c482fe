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

/** Encodes a line with the code-unit range of every token. */
export interface SpanEncoder {
  encodeSpans(text: string): Promise<{ ids: Int32Array; starts: Int32Array; ends: Int32Array }>;
}

/**
 * The line of `values` cut to at most `tokensMax` tokens: all words, else the most that fit with ` …` behind them, else a prefix of the
 * first word with `…`. Takes it that more words never cost fewer tokens. Undefined where not even one letter fits.
 */
export async function cutLine(
  pattern: LinePattern,
  values: readonly string[],
  tokensMax: number,
  encoder: SpanEncoder,
): Promise<LineTokens | undefined> {
  const encode = (line: FilledLine) => encodeLine(line, encoder);
  const whole = await encode(fillPattern(pattern, values));
  if (whole.ids.length <= tokensMax) return { ...whole, whole: true };
  const words = values.map((value) => (value === '' ? [] : value.split(' ')));
  const total = words.reduce((sum, each) => sum + each.length, 0);
  const tryWords = async (kept: number) => {
    const line = await encode(fillPattern(pattern, keepWords(words, kept)));
    return line.ids.length <= tokensMax ? line : undefined;
  };
  // A word costs a token or more, so the first guess is never far above; then to the border, one word at a time.
  let kept = Math.min(total - 1, Math.max(1, Math.floor((total * tokensMax) / whole.ids.length)));
  let best = kept > 0 ? await tryWords(kept) : undefined;
  if (best === undefined) {
    while (best === undefined && kept > 1) best = await tryWords(--kept);
  } else {
    while (kept + 1 < total) {
      const next = await tryWords(kept + 1);
      if (next === undefined) break;
      best = next;
      kept++;
    }
  }
  return best ?? cutFirstWord(pattern, words, tokensMax, encode);
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
  encode: (line: FilledLine) => Promise<LineTokens>,
): Promise<LineTokens | undefined> {
  const field = words.findIndex((each) => each.length > 0);
  if (field < 0) return undefined;
  const points = [...words[field]![0]!];
  const cut = async (size: number) => {
    const line = await encode(
      fillPattern(
        pattern,
        words.map((_, i) => (i === field ? points.slice(0, size).join('') + ELLIPSIS : '')),
      ),
    );
    return line.ids.length <= tokensMax ? line : undefined;
  };
  let low = 0;
  let high = points.length;
  let best: LineTokens | undefined;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    const line = await cut(middle);
    if (line === undefined) high = middle - 1;
    else {
      best = line;
      low = middle;
    }
  }
  return best;
}

/** Tokens of the line with its newline; a token belongs to a field when it overlaps the field's value. */
export async function encodeLine(line: FilledLine, encoder: SpanEncoder): Promise<LineTokens> {
  const { ids, starts, ends } = await encoder.encodeSpans(`${line.text}\n`);
  const runs: string[] = [];
  let token = 0;
  for (const span of line.spans) {
    while (token < ids.length && ends[token]! <= span.from) token++;
    const from = token;
    while (token < ids.length && starts[token]! < span.to) token++;
    if (token > from) runs.push(`${span.field} ${from} ${token}`);
  }
  return { ids, fields: runs.join(';'), whole: false };
}
