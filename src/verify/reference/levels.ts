/** Levels: each line cut to its level's tokens at a word boundary, once for each version and level. */
import type { FilledSlot, Line, Pattern } from './lines.ts';
import { fillSlots, lineOf, patternOf } from './lines.ts';
import type { Version, World } from './world.ts';

export type LevelName = 'full' | 'short' | 'title' | 'question' | 'profile' | 'shown';

/** A line with its tokens, the line end included. */
export interface CutLine extends Line {
  readonly ids: ArrayLike<number>;
}

/** Tokenizes lines, once each, and cuts them to levels. */
export interface LineBook {
  /** A fixed line (without its line end). */
  fixed(text: string): ArrayLike<number>;
  item(version: Version, level: LevelName): CutLine;
  /** undefined: the profile says nothing. */
  profile(version: Version): CutLine | undefined;
  /** The shown line's label and its text in words. */
  shown(label: string, text: string): CutLine;
}

/** Bounded by the texts of the corpus: items have a handful of levels, fixed lines are templates filled with few words. */
export function lineBookOf(world: World): LineBook {
  const { domain } = world.vocabulary;
  const itemPattern = patternOf(domain.item.line);
  const profilePattern = patternOf(domain.profile);
  const levels = world.section.levels;
  const fixedLines = new Map<string, ArrayLike<number>>();
  const items = new WeakMap<Version, Partial<Record<LevelName, CutLine>>>();
  const profiles = new WeakMap<Version, { line: CutLine | undefined }>();
  const cut = (pattern: Pattern, slots: readonly FilledSlot[], most: number) => cutLine(world, pattern, slots, most);
  return {
    fixed(text) {
      let ids = fixedLines.get(text);
      if (ids === undefined) {
        ids = world.tokenizer.encode(`${text}\n`);
        fixedLines.set(text, ids);
      }
      return ids;
    },
    item(version, level) {
      const known = items.get(version) ?? {};
      items.set(version, known);
      known[level] ??= cut(itemPattern, fillSlots(itemPattern, version.attributes), levels[level]);
      return known[level];
    },
    profile(version) {
      let known = profiles.get(version);
      if (known === undefined) {
        const slots = fillSlots(profilePattern, version.attributes);
        known = { line: slots.length === 0 ? undefined : cut(profilePattern, slots, levels.profile) };
        profiles.set(version, known);
      }
      return known.line;
    },
    shown(label, text) {
      const slot = { field: 'shown', separator: '', label: `${label} `, words: text.split(' ') };
      return cut({ open: '', slots: [slot], closing: '.' }, [slot], levels.shown);
    },
  };
}

/** The longest form of a line that takes at most `most` tokens, its line end included. */
function cutLine(world: World, pattern: Pattern, slots: readonly FilledSlot[], most: number): CutLine {
  const tokenized = (line: Line): CutLine => ({ ...line, ids: world.tokenizer.encode(`${line.text}\n`) });
  const fits = (line: CutLine) => line.ids.length <= most;
  const total = slots.reduce((count, { words }) => count + words.length, 0);
  const whole = tokenized(lineOf(pattern, slots, total, ''));
  if (total === 0 || fits(whole)) return whole;

  // No word is free of tokens, so more words than tokens never fit.
  const cut = (count: number) => lineOf(pattern, slots, count, ' …');
  const words = (count: number) => tokenized(cut(count));
  const guess = guessWords(world, whole, most);
  const near = [guess - 1, guess, guess + 1].filter((count) => count > 0 && count < total);
  world.tokenizer.prepare?.(near.map((count) => `${cut(count).text}\n`));
  const kept = largest(Math.min(total - 1, most), guess, (count) => fits(words(count)));
  if (kept > 0) return words(kept);

  const [first] = slots;
  const characters = [...first!.words[0]!];
  const prefix = (count: number) => {
    const word = characters.slice(0, count).join('');
    return tokenized(lineOf(pattern, [{ ...first!, words: [word] }], 1, '…'));
  };
  return prefix(largest(characters.length, 1, (count) => fits(prefix(count))));
}

/** About how many words go into `most` tokens: those whose tokens, in the whole line, end well before. */
function guessWords(world: World, whole: CutLine, most: number): number {
  const offsets = world.tokenizer.offsets?.(`${whole.text}\n`);
  const end = offsets?.[(most - 3) * 2] ?? 0;
  return whole.fields.reduce((count, { from, to }) => {
    return from >= end ? count : count + whole.text.slice(from, Math.min(to, end)).split(' ').length;
  }, 0);
}

/**
 * The largest count from 1 to `most` that fits (taken to be monotone); 0 where none does. Bisects between bounds that are
 * sought in growing steps around the guess, which costs few trials where the guess is near.
 */
function largest(most: number, guess: number, fits: (count: number) => boolean): number {
  let low = 0;
  let high = most;
  let next = Math.min(Math.max(guess, 1), most);
  let step = 1;
  while (low < high) {
    if (fits(next)) {
      low = next;
      next = Math.min(low + step, high);
    } else {
      high = next - 1;
      next = Math.max(high - step + 1, low + 1);
    }
    step *= 2;
    if (step > high - low) next = (low + high + 1) >> 1;
  }
  return low;
}
