/** Texts cut beforehand, so that each level of a line has at most its tokens (CUT-2). */
import type { FieldRun } from '../../schemas/field-runs.ts';
import { intAt, nth } from '../checked.ts';
import { type Encoded, type EncodeRequest, type Encoding, encoded, together } from '../tokenize/encode-rounds.ts';
import { pointsOf } from '../tokenize/text-spans.ts';
import { ELLIPSIS } from './field-text.ts';
import { type FilledLine, fillPattern, type LinePattern, makeSafe, type SlotTexts } from './line-pattern.ts';

/** A line made of data texts, encoded. */
export interface CutLine {
  /** Its newline included. */
  readonly ids: Int32Array;
  /** Runs of tokens that came from fields (ORIGIN-3). */
  readonly fields: readonly FieldRun[];
  /** Nothing was cut. */
  readonly whole: boolean;
}

/** A line cut to a level; undefined where the level is too short for it. */
type Cut = CutLine | undefined;

/**
 * The line of `values` cut to each of the levels, which are numbers of tokens; undefined where a
 * level is too short for it (CUT-2). Equal lines are one object.
 */
export function* cutToLevels(pattern: LinePattern, values: SlotTexts, levels: readonly number[]): Encoding<Cut[]> {
  const line = fillPattern(pattern, values);
  const encoding = yield* encoded(requestOf(line));
  const sizes = [...new Set(levels)];
  const whole = sizes.some((tokensMax) => encoding.length <= tokensMax) ? cutLineOf(line, encoding, true) : undefined;
  const cuts = yield* together(
    sizes.map((tokensMax) => cutLine({ line, encoding, whole, closing: pattern.close, tokensMax })),
  );
  return levels.map((tokensMax) => cuts[sizes.indexOf(tokensMax)]);
}

/** A line that is cut to a level; places in it are UTF-16 code units, which order as its points. */
interface Cutting {
  readonly line: FilledLine;
  /** Of the whole line. */
  readonly encoding: Encoded;
  /** Undefined where no level has room for it. */
  readonly whole: Cut;
  readonly closing: string;
  readonly tokensMax: number;
}

/**
 * The cut at a word's end, or inside the word after it where words alone would leave half of the
 * level or more unused.
 */
function* cutLine(cutting: Cutting): Encoding<Cut> {
  const { line, encoding, whole, tokensMax } = cutting;
  if (encoding.length <= tokensMax) return whole;
  const { from: border } = encoding.spanOf(tokensMax);
  const end = yield* firstThatFits(cutting, wordEndsDown(line, border), ` ${ELLIPSIS}`);
  const pointsTo = (place: number) => pointsOf(line.text.slice(0, place));
  if (end !== undefined && 2 * pointsTo(end.place) >= pointsTo(border)) return end.cut;
  const word = wordAfter(line, end?.place ?? 0);
  const inside = word && (yield* firstThatFits(cutting, placesInsideDown(line.text, word, border), ELLIPSIS));
  return (inside ?? end)?.cut;
}

/** A place and the line that is cut there. */
interface Found {
  readonly place: number;
  readonly cut: CutLine;
}

/**
 * The first of the places at which the cut line fits. NO ORDER IS TAKEN FOR GRANTED: a longer text
 * can have fewer tokens, so that all places before it were tried. Tried together are one, one,
 * and then half as many as before, so that a long search has few rounds and little in vain.
 */
function* firstThatFits(cutting: Cutting, places: readonly number[], mark: string): Encoding<Found | undefined> {
  for (let tried = 0; tried < places.length; ) {
    const some = places.slice(tried, tried + 1 + (tried >> 1));
    const lines = some.map((place) => lineCutAt(cutting, place, mark));
    const encodings = yield lines.map(requestOf);
    const i = encodings.findIndex(({ length }) => length <= cutting.tokensMax);
    if (i >= 0) return { place: nth(some, i), cut: cutLineOf(nth(lines, i), nth(encodings, i), false) };
    tried += some.length;
  }
  return undefined;
}

/**
 * The line's beginning up to the place, the mark, which belongs to the field that it cuts, and the
 * closing.
 */
function lineCutAt({ line, closing }: Cutting, place: number, mark: string): FilledLine {
  const spans = line.spans
    .filter(({ from }) => from < place)
    .map((span) => (span.to < place ? span : { ...span, to: place + mark.length }));
  return makeSafe({ text: line.text.slice(0, place) + mark + closing, spans });
}

/** Ends of words up to and with `border`, the greatest first. */
function wordEndsDown({ text, spans }: FilledLine, border: number): number[] {
  return spans.toReversed().flatMap(({ from, to }) => {
    const ends: number[] = [];
    for (let end = Math.min(to, border); end > from; end--) {
      if (text[end - 1] !== ' ' && (end === to || text[end] === ' ')) ends.push(end);
    }
    return ends;
  });
}

interface Word {
  readonly from: number;
  readonly to: number;
}

/** The first word that begins at `place` or after it. */
function wordAfter({ text, spans }: FilledLine, place: number): Word | undefined {
  for (const { from, to } of spans) {
    let begin = Math.max(from, place);
    // A word that began before the place is not begun again.
    while (begin < to && (text[begin] === ' ' || (begin > from && text[begin - 1] !== ' '))) begin++;
    if (begin >= to) continue;
    const space = text.indexOf(' ', begin);
    return { from: begin, to: space < 0 || space > to ? to : space };
  }
  return undefined;
}

/** Places between two code points of the word, up to and with `border`, the greatest first. */
function placesInsideDown(text: string, { from, to }: Word, border: number): number[] {
  const places: number[] = [];
  let place = from;
  for (const point of text.slice(from, Math.min(to, border + 1))) {
    if (place > from && place <= border) places.push(place);
    place += point.length;
  }
  return places.reverse();
}

function requestOf({ text, spans }: FilledLine): EncodeRequest {
  return { as: 'continuation', text: `${text}\n`, ranges: spans };
}

function cutLineOf({ spans }: FilledLine, { ids, runs }: Encoded, whole: boolean): CutLine {
  const fields = spans
    .map(({ field }, i) => ({ field, from: intAt(runs, 2 * i), to: intAt(runs, 2 * i + 1) }))
    .filter(({ from, to }) => to > from);
  return { ids, fields, whole };
}
