/** Levels: each line cut to its level's tokens at a word boundary, once for each version. */
import { type FieldRange, type FilledSlot, fillSlots, type Line, lineOf, type Pattern, patternOf } from './lines.ts';
import { collect, type Search, together } from './searches.ts';
import type { EncodedLine } from './tokenizer-port.ts';
import type { Version, World } from './world.ts';

export type LevelName = 'full' | 'short' | 'title' | 'question' | 'profile' | 'shown';

/** A line with its tokens, the line end included. */
export interface CutLine {
  readonly text: string;
  readonly ids: ArrayLike<number>;
  /** Runs of tokens that came from a field: `title 2 5;location 7 9`. */
  readonly fields: string;
}

/** Tokenizes lines, once each, and cuts them to levels. */
export interface LineBook {
  /** A fixed line (without its line end). */
  fixed(text: string): ArrayLike<number>;
  /** Cuts the lines of many versions in a few rounds; what was not prepared is cut when it is asked for. */
  prepare(versions: Iterable<Version>): void;
  item(version: Version, level: LevelName): CutLine;
  /** undefined: the profile says nothing. */
  profile(version: Version): CutLine | undefined;
  /** The shown line's label and its text in words, with the fields in it. */
  shown(label: string, text: string, fields: readonly FieldRange[]): CutLine;
}

const ITEM_LEVELS: readonly LevelName[] = ['full', 'short', 'title', 'question'];

/** Versions cut side by side: each holds a dozen trials until its cuts are found. */
const VERSIONS_MAX = 500;

/** Bounded by the texts of the corpus: items have a handful of levels, fixed lines are templates filled with few words. */
export function lineBookOf(world: World): LineBook {
  const { domain } = world.vocabulary;
  const itemPattern = patternOf(domain.item.line);
  const profilePattern = patternOf(domain.profile);
  const levels = world.section.levels;
  const lengths = [...new Set(ITEM_LEVELS.map((level) => levels[level]))];
  const places = new Map(ITEM_LEVELS.map((level) => [level, lengths.indexOf(levels[level])]));
  const { tokenizer } = world;
  const fixed = remembered((text: string) => tokenizer.encode(`${text}\n`));
  const tailOf = remembered((closing: string) => fixed(`a …${closing}`).length - tokenizer.encode('a').length);
  const cut = (pattern: Pattern, slots: readonly FilledSlot[], mosts: readonly number[]) =>
    cutLine({ pattern, slots, tail: tailOf(pattern.closing) }, mosts);
  const now = <T>(search: Search<T>): T => collect(search, (texts) => tokenizer.encodeLines(texts));

  const items = new WeakMap<Version, readonly CutLine[]>();
  const prepare = (versions: Iterable<Version>) => {
    const fresh = [...new Set(versions)].filter((version) => !items.has(version));
    for (let from = 0; from < fresh.length; from += VERSIONS_MAX) {
      const some = fresh.slice(from, from + VERSIONS_MAX);
      const cuts = some.map((version) => cut(itemPattern, fillSlots(itemPattern, version.attributes), lengths));
      for (const [index, lines] of now(together(cuts)).entries()) items.set(some[index]!, lines);
    }
  };
  const profiles = new WeakMap<Version, { line: CutLine | undefined }>();
  const shown = new Map<string, CutLine>();
  return {
    ...{ fixed, prepare },
    item(version, level) {
      if (!items.has(version)) prepare([version]);
      return items.get(version)![places.get(level)!]!;
    },
    profile(version) {
      let known = profiles.get(version);
      if (known === undefined) {
        const slots = fillSlots(profilePattern, version.attributes);
        known = { line: slots.length === 0 ? undefined : now(cut(profilePattern, slots, [levels.profile]))[0]! };
        profiles.set(version, known);
      }
      return known.line;
    },
    shown(label, text, inner) {
      const name = `${label}\n${text}`;
      const slot = { field: '', separator: '', label: `${label} `, words: text.split(' '), inner };
      const pattern = { open: '', slots: [slot], closing: '.' };
      const line = shown.get(name) ?? now(cut(pattern, [slot], [levels.shown]))[0]!;
      shown.set(name, line);
      return line;
    },
  };
}

function remembered<T>(make: (text: string) => T): (text: string) => T {
  const made = new Map<string, T>();
  return (text) => {
    const known = made.get(text) ?? make(text);
    made.set(text, known);
    return known;
  };
}

interface Cutting {
  readonly pattern: Pattern;
  readonly slots: readonly FilledSlot[];
  /** About how many tokens stand behind the last word of a cut line. */
  readonly tail: number;
}

/** A line that was tried. */
interface Trial {
  readonly line: Line;
  readonly encoded: EncodedLine;
}

function* trials(lines: readonly Line[]): Search<Trial[]> {
  const encoded = yield lines.map(({ text }) => `${text}\n`);
  return lines.map((line, index) => ({ line, encoded: encoded[index]! }));
}

/** The longest forms of a line that take at most so many tokens each, the line end included. */
function* cutLine(cutting: Cutting, mosts: readonly number[]): Search<CutLine[]> {
  const { pattern, slots } = cutting;
  const total = slots.reduce((count, { words }) => count + words.length, 0);
  const whole = (yield* trials([lineOf(pattern, slots, total, '')]))[0]!;
  const found = yield* together(
    mosts.map((most) =>
      total === 0 || whole.encoded.ids.length <= most ? kept(whole) : cutWords(cutting, { total, most, whole }),
    ),
  );
  return found.map(cutLineOf);
}

/** A search that is over before it asks for anything. */
function* kept(trial: Trial): Search<Trial> {
  yield* [];
  return trial;
}

function* cutWords(
  { pattern, slots, tail }: Cutting,
  { total, most, whole }: { total: number; most: number; whole: Trial },
): Search<Trial> {
  const words = (count: number) => lineOf(pattern, slots, count, ' …');
  // No word is free of tokens, so more words than tokens never fit.
  const bounds = { longest: Math.min(total - 1, most), most, guess: wordsBefore(whole, most - tail) };
  const found = yield* longest(words, bounds);
  if (found !== undefined) return found;

  const [first] = slots;
  const characters = [...first!.words[0]!];
  const prefix = (count: number) =>
    lineOf(pattern, [{ ...first!, words: [characters.slice(0, count).join('')] }], 1, '…');
  return (yield* longest(prefix, { longest: characters.length, most, guess: 1 })) ?? (yield* trials([prefix(0)]))[0]!;
}

/** How many words of the whole line end within its first `tokens` tokens. */
function wordsBefore({ line, encoded }: Trial, tokens: number): number {
  const end = encoded.offsets[tokens * 2 - 1] ?? 0;
  return line.fields.reduce((count, { from, to }) => {
    if (to <= end) return count + line.text.slice(from, to).split(' ').length;
    // What is behind the last space may be a part of a word.
    return from >= end ? count : count + line.text.slice(from, end + 1).split(' ').length - 1;
  }, 0);
}

/**
 * The form of the largest count from 1 to `longest` that takes at most `most` tokens (taken to be monotone); undefined where
 * none does. Tries the guess and its successor, then bisects between bounds that are sought in growing steps.
 */
function* longest(
  form: (count: number) => Line,
  bounds: { longest: number; most: number; guess: number },
): Search<Trial | undefined> {
  const tried = new Map<number, Trial>();
  let low = 0;
  let high = bounds.longest;
  let next = Math.min(Math.max(bounds.guess, 1), high);
  let step = 1;
  while (low < high) {
    if (!tried.has(next)) {
      const counts = step === 1 && next < high ? [next, next + 1] : [next];
      for (const [index, trial] of (yield* trials(counts.map(form))).entries()) tried.set(counts[index]!, trial);
    }
    if (tried.get(next)!.encoded.ids.length <= bounds.most) {
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

/** A token belongs to a field when its characters overlap the field's value; pieces of one split character all do. */
export function fieldRuns(fields: readonly FieldRange[], offsets: ArrayLike<number>): string {
  const runs: string[] = [];
  for (const { field, from, to } of fields) {
    let first = 0;
    while (first * 2 < offsets.length && offsets[first * 2 + 1]! <= from) first++;
    let end = first;
    while (end * 2 < offsets.length && offsets[end * 2]! < to) end++;
    if (end > first) runs.push(`${field} ${first} ${end}`);
  }
  return runs.join(';');
}
