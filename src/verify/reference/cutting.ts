/** Cutting: a line shortened at a word boundary until it has at most its level's tokens. */
import { nth, numberAt, present } from '../checked.ts';
import type { EncodedLine } from '../world/tokenizer-port.ts';
import { type FieldRange, type FilledSlot, type Line, lineOf, type Pattern } from './lines.ts';
import { type Search, together } from './searches.ts';

/** A line with its tokens, the line end included. */
export interface CutLine {
  readonly text: string;
  readonly ids: ArrayLike<number>;
  /** Runs of tokens that came from a field: `title 2 5;location 7 9` (ORIGIN-3). */
  readonly fields: string;
}

/** A line that is to be cut. */
export interface Cutting {
  readonly pattern: Pattern;
  readonly slots: readonly FilledSlot[];
  /** About how many tokens come after the last word of a cut line. */
  readonly tail: number;
}

/** A line that was tried. */
interface Trial {
  readonly line: Line;
  readonly encoded: EncodedLine;
}

function* trials(lines: readonly Line[]): Search<Trial[]> {
  const encoded = yield lines.map(({ text }) => `${text}\n`);
  return lines.map((line, index) => ({ line, encoded: nth(encoded, index) }));
}

/**
 * The longest forms of a line that take at most so many tokens each, the line end included (CUT-2).
 */
export function* cutLine(cutting: Cutting, mosts: readonly number[]): Search<CutLine[]> {
  const { pattern, slots } = cutting;
  const whole = nth(yield* trials([lineOf(pattern, slots, { count: countWords(slots), ellipsis: '' })]), 0);
  const found = yield* together(mosts.map((most) => cutWords(cutting, whole, most)));
  return found.map(cutLineOf);
}

function countWords(slots: readonly FilledSlot[]): number {
  return slots.reduce((count, { words }) => count + words.length, 0);
}

/** The whole line where it fits or has no words: a search that is over before it asks for more. */
function* cutWords({ pattern, slots, tail }: Cutting, whole: Trial, most: number): Search<Trial> {
  const total = countWords(slots);
  if (total === 0 || whole.encoded.ids.length <= most) return whole;
  const words = (count: number) => lineOf(pattern, slots, { count, ellipsis: ' …' });
  // No word is free of tokens, so more words than tokens never fit.
  const bounds = { longest: Math.min(total - 1, most), most, guess: wordsBefore(whole, most - tail) };
  const found = yield* longest(words, bounds);
  if (found !== undefined) return found;

  const first = nth(slots, 0);
  const characters = [...nth(first.words, 0)];
  const prefix = (count: number) => {
    const words = [characters.slice(0, count).join('')];
    return lineOf(pattern, [{ ...first, words }], { count: 1, ellipsis: '…' });
  };
  const cut = yield* longest(prefix, { longest: characters.length, most, guess: 1 });
  return cut ?? nth(yield* trials([prefix(0)]), 0);
}

/** How many words of the whole line end within its first `tokens` tokens. */
function wordsBefore({ line, encoded }: Trial, tokens: number): number {
  const end = encoded.offsets[tokens * 2 - 1] ?? 0;
  return line.fields.reduce((count, { from, to }) => {
    if (to <= end) return count + line.text.slice(from, to).split(' ').length;
    // What is after the last space may be a part of a word.
    return from >= end ? count : count + line.text.slice(from, end + 1).split(' ').length - 1;
  }, 0);
}

type Bounds = { readonly longest: number; readonly most: number; readonly guess: number };

/**
 * The form of the largest count from 1 to `longest` that takes at most `most` tokens (taken to be
 * monotone); undefined where none does. Tries the guess and its successor, then bisects between
 * bounds that are sought in growing steps.
 */
function* longest(form: (count: number) => Line, bounds: Bounds): Search<Trial | undefined> {
  const tried = new Map<number, Trial>();
  let low = 0;
  let high = bounds.longest;
  let next = Math.min(Math.max(bounds.guess, 1), high);
  let step = 1;
  while (low < high) {
    if (!tried.has(next)) {
      const counts = step === 1 && next < high ? [next, next + 1] : [next];
      for (const [index, trial] of (yield* trials(counts.map(form))).entries()) tried.set(nth(counts, index), trial);
    }
    if (present(tried.get(next), 'a trial').encoded.ids.length <= bounds.most) {
      low = next;
      next = Math.min(low + step, high);
    } else {
      high = next - 1;
      next = Math.max(high - step + 1, low + 1);
    }
    step *= 2;
    if (step > high - low) next = (low + high + 1) >> 1;
  }
  return tried.get(low);
}

/** A line as it is kept; ids are copied out of the batch that they came in. */
function cutLineOf({ line, encoded }: Trial): CutLine {
  return { text: line.text, ids: Int32Array.from(encoded.ids), fields: fieldRuns(line.fields, encoded.offsets) };
}

/**
 * The runs of a line's tokens that came from its fields: a token belongs to a field when its
 * characters overlap the field's value; pieces of one split character all do (ORIGIN-3).
 */
export function fieldRuns(fields: readonly FieldRange[], offsets: ArrayLike<number>): string {
  const runs: string[] = [];
  for (const { field, from, to } of fields) {
    let first = 0;
    while (first * 2 < offsets.length && numberAt(offsets, first * 2 + 1) <= from) first++;
    let end = first;
    while (end * 2 < offsets.length && numberAt(offsets, end * 2) < to) end++;
    if (end > first) runs.push(`${field} ${first} ${end}`);
  }
  return runs.join(';');
}
