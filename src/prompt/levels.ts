/**
 * Texts cut beforehand, at word boundaries, so that each level of a line has at most its tokens
 * (CUT-1).
 */
import type { FieldRun } from '../../schemas/field-runs.ts';
import { intAt, nth } from '../checked.ts';
import { type Encoding, encoded } from '../tokenize/encode-rounds.ts';
import { type FilledLine, fillPattern, type LinePattern, type SlotTexts } from './line-pattern.ts';

/** Comes after the last word kept of a text that was cut. */
const ELLIPSIS = '…';

/** A line made of data texts, encoded. */
export interface CutLine {
  /** Its newline included. */
  readonly ids: Int32Array;
  /** Runs of tokens that came from fields (ORIGIN-3). */
  readonly fields: readonly FieldRun[];
  /** Nothing was cut. */
  readonly whole: boolean;
}

/** A line cut to a level; undefined where not even one letter fits (CUT-2). */
type Cut = CutLine | undefined;
/** Of each slot, its words. */
type Words = readonly (readonly string[])[];

/** Taken for the tokens of a line without words, where the search for the border begins. */
const FRAME_TOKENS = 3;

/**
 * The line of `values` cut to each of the levels, which are numbers of tokens; undefined where not
 * even one letter fits (CUT-2). Equal lines are one object.
 */
export function* cutToLevels(pattern: LinePattern, values: SlotTexts, levels: readonly number[]): Encoding<Cut[]> {
  const whole = { ...(yield* encodeLine(fillPattern(pattern, values))), whole: true };
  const cut = new Map<number, Cut>();
  for (const tokensMax of levels) {
    if (cut.has(tokensMax)) continue;
    const fits = whole.ids.length <= tokensMax;
    cut.set(tokensMax, fits ? whole : yield* cutLine(pattern, values, { tokensMax, tokens: whole.ids.length }));
  }
  return levels.map((tokensMax) => cut.get(tokensMax));
}

/** What a text that does not fit is cut to, and what it has. */
interface Excess {
  readonly tokensMax: number;
  readonly tokens: number;
}

/**
 * The most words that fit with ` …` after them, or else a prefix of the first word with `…`. Takes
 * it that more words never cost fewer tokens.
 */
function* cutLine(pattern: LinePattern, values: SlotTexts, excess: Excess): Encoding<Cut> {
  const words = values.map((value) => (value === '' ? [] : value.split(' ')));
  const total = words.reduce((sum, each) => sum + each.length, 0);
  const lineOf = (kept: number) => fillPattern(pattern, keepWords(words, kept));
  return (yield* mostThatFit(total, excess, lineOf)) ?? (yield* cutFirstWord(pattern, words, excess.tokensMax));
}

/**
 * The line of the greatest size below `total` that fits, by interpolation between sizes that fit
 * and sizes that do not.
 */
function* mostThatFit(total: number, excess: Excess, lineOf: (size: number) => FilledLine): Encoding<Cut> {
  const { tokensMax } = excess;
  let best: CutLine | undefined;
  let fits = { size: 0, tokens: FRAME_TOKENS };
  let over = { size: total, tokens: excess.tokens };
  while (over.size - fits.size > 1) {
    const slope = (over.size - fits.size) / Math.max(1, over.tokens - fits.tokens);
    const guess = fits.size + Math.floor((tokensMax - fits.tokens) * slope);
    const size = Math.max(fits.size + 1, Math.min(over.size - 1, guess));
    const line = yield* encodeLine(lineOf(size));
    const tokens = line.ids.length;
    if (tokens > tokensMax) over = { size, tokens };
    else {
      fits = { size, tokens };
      best = line;
    }
  }
  return best;
}

/** The first `kept` words over all fields, ` …` after the last. */
function keepWords(words: Words, kept: number): string[] {
  let left = kept;
  return words.map((each) => {
    const own = each.slice(0, left);
    const isLast = left > 0 && left <= each.length;
    left -= own.length;
    return isLast ? `${own.join(' ')} ${ELLIPSIS}` : own.join(' ');
  });
}

function* cutFirstWord(pattern: LinePattern, words: Words, tokensMax: number): Encoding<Cut> {
  const field = words.findIndex((each) => each.length > 0);
  if (field < 0) return undefined;
  const points = [...nth(nth(words, field), 0)];
  const lineOf = (size: number) => {
    const text = points.slice(0, size).join('') + ELLIPSIS;
    const values = words.map((_, i) => (i === field ? text : ''));
    return fillPattern(pattern, values);
  };
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    const { ids } = yield* encodeLine(lineOf(middle));
    if (ids.length <= tokensMax) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? undefined : yield* encodeLine(lineOf(low));
}

function* encodeLine({ text, spans }: FilledLine): Encoding<CutLine> {
  const { ids, runs } = yield* encoded({ as: 'continuation', text: `${text}\n`, ranges: spans });
  const fields = spans
    .map(({ field }, i) => ({ field, from: intAt(runs, 2 * i), to: intAt(runs, 2 * i + 1) }))
    .filter(({ from, to }) => to > from);
  return { ids, fields, whole: false };
}
