/** Cutting: a line ended at one place, so that it has at most its level's tokens (CUT-2). */
import { countBefore, nth, numberAt } from '../checked.ts';
import type { EncodedLine } from '../world/tokenizer-port.ts';
import { type FieldRange, type Line, safeLine } from './lines.ts';
import { type Search, together } from './searches.ts';

/** A line with its tokens, the line end included. */
export interface CutLine {
  readonly text: string;
  readonly ids: ArrayLike<number>;
  /** Runs of tokens that came from a field: `title 2 5;location 7 9` (ORIGIN-3). */
  readonly fields: string;
}

/** A whole line, and what its pattern ends with. */
export interface Cutting {
  readonly line: Line;
  readonly closing: string;
}

/** A line with its encoding. */
interface Trial {
  readonly line: Line;
  readonly encoded: EncodedLine;
}

function* trial(line: Line): Search<Trial> {
  return { line, encoded: nth(yield [`${line.text}\n`], 0) };
}

/**
 * The line, cut to each of these numbers of tokens, its line end included (CUT-2); undefined where
 * a number is too small for any of it.
 */
export function* cutLine(cutting: Cutting, mosts: readonly number[]): Search<(CutLine | undefined)[]> {
  const whole = yield* trial(cutting.line);
  if (whole.encoded.ids.length <= Math.min(...mosts)) {
    const line = cutLineOf(whole);
    return mosts.map(() => line);
  }
  const points = unitsOfPoints(cutting.line.text);
  const words = wordsOf(cutting.line, points);
  const found = yield* together(mosts.map((most) => cutTo({ ...cutting, whole, points, words }, most)));
  return found.map((cut) => cut && cutLineOf(cut));
}

interface CutCase extends Cutting {
  readonly whole: Trial;
  readonly points: readonly number[];
  readonly words: readonly Word[];
}

/** Whole where it fits: a search that is over before it asks for more. */
function* cutTo({ line, closing, whole, points, words }: CutCase, most: number): Search<Trial | undefined> {
  if (whole.encoded.ids.length <= most) return whole;
  // The place of the code point in which token M begins.
  const place = points.findLastIndex((units) => units <= numberAt(whole.encoded.offsets, most * 2));

  let end: number | undefined;
  let atEnd: Trial | undefined;
  for (let index = words.findLastIndex((one) => one.end <= place); index >= 0; index--) {
    const word = nth(words, index);
    const tried = yield* trial(cutAt({ line, closing }, nth(points, word.end), ' …'));
    if (tried.encoded.ids.length > most) continue;
    end = word.end;
    atEnd = tried;
    break;
  }
  if (end !== undefined && 2 * end >= place) return atEnd;

  const next = words.find(({ begin }) => begin >= (end ?? 0));
  if (next === undefined) return atEnd;
  for (let inside = Math.min(place, next.end - 1); inside > next.begin; inside--) {
    const tried = yield* trial(cutAt({ line, closing }, nth(points, inside), '…'));
    if (tried.encoded.ids.length <= most) return tried;
  }
  return atEnd;
}

/** Where each code point begins, and the end of the text, in UTF-16 units. */
function unitsOfPoints(text: string): number[] {
  const points: number[] = [];
  let end = 0;
  for (const point of text) {
    points.push(end);
    end += point.length;
  }
  points.push(end);
  return points;
}

/** A word of a line's fields, begin and end as numbers of code points before them. */
interface Word {
  readonly begin: number;
  readonly end: number;
}

function wordsOf({ text, fields }: Line, points: readonly number[]): Word[] {
  const pointOf = (units: number) => countBefore(points.length, (point) => nth(points, point) < units);
  return fields.flatMap(({ from, to }) =>
    [...text.slice(from, to).matchAll(/[^ ]+/g)].map(({ index, 0: word }) => ({
      begin: pointOf(from + index),
      end: pointOf(from + index + word.length),
    })),
  );
}

/** The line to there, the mark, which is of the last field that is reached, and the closing. */
function cutAt({ line, closing }: Cutting, units: number, mark: string): Line {
  const kept = line.fields.filter(({ from }) => from < units);
  const fields = kept.map((range) => (range.to < units ? range : { ...range, to: units + mark.length }));
  return safeLine({ text: line.text.slice(0, units) + mark + closing, fields });
}

/** A line as it is kept; ids are copied out of the batch that they came in. */
function cutLineOf({ line, encoded }: Trial): CutLine {
  return { text: line.text, ids: Int32Array.from(encoded.ids), fields: fieldRuns(line.fields, encoded.offsets) };
}

/**
 * The runs of a line's tokens that came from its fields: a token belongs to a field when its
 * characters overlap the field's value; pieces of one split character all do, and what no token
 * claims is the token's before it (ORIGIN-3). In a name `%`, a blank and `;` are written `%25`,
 * `%20` and `%3B`.
 */
export function fieldRuns(fields: readonly FieldRange[], offsets: ArrayLike<number>): string {
  const runs: string[] = [];
  for (const { field, from, to } of fields) {
    let end = 0;
    while (end * 2 < offsets.length && numberAt(offsets, end * 2) < to) end++;
    let first = end;
    while (first > 0 && reachOf(offsets, first - 1) > from) first--;
    if (end > first) runs.push(`${field.replace(/[% ;]/g, encodeURIComponent)} ${first} ${end}`);
  }
  return runs.join(';');
}

/**
 * Where the characters of a token end: at the next one that begins behind it, since a normalizer
 * that joins characters tells the first of them alone.
 */
function reachOf(offsets: ArrayLike<number>, token: number): number {
  const end = numberAt(offsets, token * 2 + 1);
  let next = token + 1;
  while (next * 2 < offsets.length && numberAt(offsets, next * 2 + 1) === end) next++;
  return next * 2 < offsets.length ? Math.max(end, numberAt(offsets, next * 2)) : end;
}
