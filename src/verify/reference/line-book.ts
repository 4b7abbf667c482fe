/** Line books: each line of a world tokenized, and cut to its levels, once. */
import { nth, present, remember } from '../checked.ts';
import type { Version } from '../world/timeline.ts';
import type { World } from '../world/world.ts';
import { type CutLine, cutLine } from './cutting.ts';
import { type FieldRange, type FilledSlot, fillSlots, type Pattern, patternOf } from './lines.ts';
import { collect, type Search, together } from './searches.ts';

/** How much of a text is shown (CUT-1). */
export type LevelName = 'full' | 'short' | 'title' | 'question' | 'profile' | 'shown';

/** Tokenizes lines, once each, and cuts them to levels. */
export interface LineBook {
  /** The ids of a fixed line, given without its line end. */
  fixed(text: string): ArrayLike<number>;
  /**
   * Cuts the lines of many versions in a few rounds; what was not prepared is cut when it is asked
   * for.
   */
  prepare(versions: Iterable<Version>): void;
  item(version: Version, level: LevelName): CutLine;
  /** Undefined where the profile says nothing. */
  profile(version: Version): CutLine | undefined;
  /** The exposure line: its label, and its text in words with the fields in it (TEXT-6). */
  shown(label: string, text: string, fields: readonly FieldRange[]): CutLine;
}

const ITEM_LEVELS: readonly LevelName[] = ['full', 'short', 'title', 'question'];

/** Versions cut side by side: each holds a dozen trials until its cuts are found. */
const VERSIONS_MAX = 500;

/**
 * The lines of a world, cut to the levels of its recipe (CUT-1). Bounded by the texts of the
 * corpus: items have a handful of levels, fixed lines are templates filled with few words.
 */
export function lineBookOf(world: World): LineBook {
  const { tokenizer } = world;
  const { levels } = world.section;
  const itemPattern = patternOf(world.vocabulary.domain.item.line);
  const profilePattern = patternOf(world.vocabulary.domain.profile);
  const lengths = [...new Set(ITEM_LEVELS.map((level) => levels[level]))];
  const fixedIds = new Map<string, ArrayLike<number>>();
  const fixed = (text: string) => remember(fixedIds, text, () => tokenizer.encode(`${text}\n`));
  const wordIds = tokenizer.encode('a').length;
  const tailOf = (closing: string) => fixed(`a …${closing}`).length - wordIds;
  const cut = (pattern: Pattern, slots: readonly FilledSlot[], mosts: readonly number[]) =>
    cutLine({ pattern, slots, tail: tailOf(pattern.closing) }, mosts);
  const now = <T>(search: Search<T>): T => collect(search, (texts) => tokenizer.encodeLines(texts));

  const items = new WeakMap<Version, readonly CutLine[]>();
  const prepare = (versions: Iterable<Version>) => {
    const fresh = [...new Set(versions)].filter((version) => !items.has(version));
    for (let from = 0; from < fresh.length; from += VERSIONS_MAX) {
      const some = fresh.slice(from, from + VERSIONS_MAX);
      const cuts = some.map((version) => cut(itemPattern, fillSlots(itemPattern, version.attributes), lengths));
      for (const [index, lines] of now(together(cuts)).entries()) items.set(nth(some, index), lines);
    }
  };
  const profiles = new WeakMap<Version, { line: CutLine | undefined }>();
  const profileOf = ({ attributes }: Version) => {
    const slots = fillSlots(profilePattern, attributes);
    return { line: slots.length === 0 ? undefined : now(cut(profilePattern, slots, [levels.profile]))[0] };
  };
  const shown = new Map<string, CutLine>();
  return {
    fixed,
    prepare,
    profile: (version) => remember(profiles, version, () => profileOf(version)).line,
    item(version, level) {
      if (!items.has(version)) prepare([version]);
      return nth(present(items.get(version), 'a cut line'), lengths.indexOf(levels[level]));
    },
    shown(label, text, inner) {
      const slot = { field: '', separator: '', label: `${label} `, words: text.split(' '), inner };
      const pattern = { open: '', slots: [slot], closing: '.' };
      return remember(shown, `${label}\n${text}`, () => nth(now(cut(pattern, [slot], [levels.shown])), 0));
    },
  };
}
