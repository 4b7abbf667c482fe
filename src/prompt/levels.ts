/** Texts cut beforehand, so that each level of a line has at most its tokens (CUT-2). */
import type { FieldRun } from '../../schemas/field-runs.ts';
import { intAt, nth } from '../checked.ts';
import { escapeMarkers } from '../tokenize/clean-field.ts';
import { type Encoded, type EncodeRequest, type Encoding, encoded, together } from '../tokenize/encode-rounds.ts';
import { pointsOf } from '../tokenize/text-spans.ts';
import { joinIds } from '../tokenize/token-ids.ts';
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

/** What lines that are cut behind a word end in, encoded, by their closings. */
export type Endings = ReadonlyMap<string, Encoded>;

/** The endings of lines of the patterns, each once; those that hold a marker are not among them. */
export function* endingsOf(patterns: Iterable<LinePattern>): Encoding<Endings> {
  const closings = new Set(Array.from(patterns, ({ close }) => close));
  const plain = [...closings].filter((closing) => escapeMarkers(WORD_MARK + closing).escapes === 0);
  const endings = yield* together(plain.map((closing) => encoded(requestOf(endingOf(closing)))));
  return new Map(plain.map((closing, i) => [closing, nth(endings, i)]));
}

/** How a line is cut. */
export interface CutSizes {
  /** Numbers of tokens. */
  readonly levels: readonly number[];
  /** Of its pattern; where they are not given they are encoded if a line is cut. */
  readonly endings?: Endings;
}

/**
 * The line of `values` cut to each of the levels; undefined where a level is too short for it
 * (CUT-2). Equal lines are one object.
 */
export function* cutToLevels(pattern: LinePattern, values: SlotTexts, { levels, endings }: CutSizes): Encoding<Cut[]> {
  const line = fillPattern(pattern, values);
  const encoding = yield* encoded(requestOf(line));
  const { length, ids, runs } = encoding;
  const whole = cutLineOf(line, { ids, runs }, true);
  const sizes = [...new Set(levels)];
  const shorter = sizes.filter((tokensMax) => tokensMax < length);
  if (shorter.length === 0) return levels.map(() => whole);
  const { close: closing } = pattern;
  // NOTHING IS BROKEN UP ANEW (TEXT-5): the line is safe, no marker goes on over the mark's space,
  // and one that begins behind it lies in the closing.
  const ending = (endings ?? (yield* endingsOf([pattern]))).get(closing);
  const cuts = yield* together(
    shorter.map((tokensMax) => cutLine({ line, encoding, tokens: { ids, runs }, ending, closing, tokensMax })),
  );
  return levels.map((tokensMax) => (tokensMax < length ? cuts[shorter.indexOf(tokensMax)] : whole));
}

/** What is put behind a word at which a line is cut. */
const WORD_MARK = ` ${ELLIPSIS}`;
const MARK_SPAN = { field: '', from: 0, to: WORD_MARK.length };

function endingOf(closing: string): FilledLine {
  return { text: WORD_MARK + closing, spans: [MARK_SPAN] };
}

/** Of an encoding, its tokens, and for each span of its line the run of those that overlap it. */
type Tokens = Pick<Encoded, 'ids' | 'runs'>;

/** A line that is cut to a level; places in it are UTF-16 code units, which order as its points. */
interface Cutting {
  readonly line: FilledLine;
  /** Of the whole line. */
  readonly encoding: Encoded;
  readonly tokens: Tokens;
  /**
   * The mark behind a word, the closing and the newline, encoded by themselves; undefined where
   * they hold a marker, which is broken up wherever a line ends so.
   */
  readonly ending: Encoded | undefined;
  readonly closing: string;
  readonly tokensMax: number;
}

/**
 * The cut at a word's end, or inside the word after it where words alone would leave half of the
 * level or more unused.
 */
function* cutLine(cutting: Cutting): Encoding<Cut> {
  const { line, encoding, tokensMax } = cutting;
  const { from: border } = encoding.spanOf(tokensMax);
  const end = yield* firstThatFits(cutting, wordEndsDown(line, border), WORD_MARK);
  if (end !== undefined && isHalfUsed(line.text, end.place, border)) return end.cut;
  const word = wordAfter(line, end?.place ?? 0);
  const inside = word && (yield* firstThatFits(cutting, placesInsideDown(line.text, word, border).values(), ELLIPSIS));
  return (inside ?? end)?.cut;
}

/** Whether up to `place` lie half of the code points that lie up to `border`, or more. */
function isHalfUsed(text: string, place: number, border: number): boolean {
  // A code point has one unit or two, so that it needs to be counted only near the half.
  if (4 * place < border) return false;
  return 3 * place >= 2 * border || 2 * pointsOf(text.slice(0, place)) >= pointsOf(text.slice(0, border));
}

/** A place and the line that is cut there. */
interface Found {
  readonly place: number;
  readonly cut: CutLine;
}

/**
 * The first of the places at which the cut line fits. NO ORDER IS TAKEN FOR GRANTED: a longer text
 * can have fewer tokens, so that all places before it were tried. What the whole line's tokens tell
 * is not encoded; of the others are tried together one, one, and then half as many as before, so
 * that a long search has few rounds and little in vain.
 */
function* firstThatFits(cutting: Cutting, places: Iterator<number>, mark: string): Encoding<Found | undefined> {
  const { tokensMax, ending, encoding } = cutting;
  for (let tried = 0; ; ) {
    const some = nextOf(places, 1 + (tried >> 1));
    if (some.length === 0) return undefined;
    tried += some.length;
    const untold: number[] = [];
    let found: Found | undefined;
    for (const place of some) {
      const before = mark === WORD_MARK ? encoding.tokensBeforeSpace(place) : undefined;
      if (before === undefined || ending === undefined) untold.push(place);
      else if (before + ending.length <= tokensMax) {
        found = { place, cut: cutOfTokens({ ...cutting, ending }, place, before) };
        break;
      }
    }
    const lines = untold.map((place) => lineCutAt(cutting, place, mark));
    const encodings = untold.length === 0 ? [] : yield lines.map(requestOf);
    const i = encodings.findIndex(({ length }) => length <= tokensMax);
    if (i >= 0) return { place: nth(untold, i), cut: cutLineOf(nth(lines, i), nth(encodings, i), false) };
    if (found !== undefined) return found;
  }
}

/** The next `count` places, or as many as are left. */
function nextOf(places: Iterator<number>, count: number): number[] {
  const some: number[] = [];
  while (some.length < count) {
    const { done, value } = places.next();
    if (done === true) break;
    some.push(value);
  }
  return some;
}

/**
 * The line cut at a word's end as the `before` tokens of the whole line that lie there and those of
 * the ending.
 */
function cutOfTokens(cutting: Cutting & { readonly ending: Encoded }, place: number, before: number): CutLine {
  const { line, tokens, ending, closing } = cutting;
  const cut = lineCutAt(cutting, place, WORD_MARK);
  if (cut.text.length !== place + WORD_MARK.length + closing.length)
    throw new Error(`a safe line is broken up where it is cut: ${JSON.stringify(cut.text)}`);
  const ids = joinIds([tokens.ids.subarray(0, before), ending.ids]);
  const runs = tokens.runs.slice(0, 2 * cut.spans.length);
  // Of a field that ends at the place or goes on behind it the mark is a part.
  for (const i of cut.spans.keys())
    if (nth(line.spans, i).to >= place) runs[2 * i + 1] = before + intAt(ending.runs, 1);
  return cutLineOf(cut, { ids, runs }, false);
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
function* wordEndsDown({ text, spans }: FilledLine, border: number): Generator<number> {
  for (let i = spans.length - 1; i >= 0; i--) {
    const { from, to } = nth(spans, i);
    for (let end = Math.min(to, border); end > from; end--)
      if (text[end - 1] !== ' ' && (end === to || text[end] === ' ')) yield end;
  }
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

function cutLineOf({ spans }: FilledLine, { ids, runs }: Tokens, whole: boolean): CutLine {
  const fields = spans
    .map(({ field }, i) => ({ field, from: intAt(runs, 2 * i), to: intAt(runs, 2 * i + 1) }))
    .filter(({ from, to }) => to > from);
  return { ids, fields, whole };
}
