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
  const words = (count: number) => tokenized(lineOf(pattern, slots, count, ' …'));
  const kept = largest(Math.min(total - 1, most), (count) => fits(words(count)));
  if (kept > 0) return words(kept);

  const [first] = slots;
  const characters = [...first!.words[0]!];
  const prefix = (count: number) => {
    const word = characters.slice(0, count).join('');
    return tokenized(lineOf(pattern, [{ ...first!, words: [word] }], 1, '…'));
  };
  return prefix(largest(characters.length, (count) => fits(prefix(count))));
}

/** The largest count from 1 to `most` that fits, by bisection (taken to be monotone); 0 where none does. */
function largest(most: number, fits: (count: number) => boolean): number {
  let low = 0;
  let high = most;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
