/** Line books: each line of a world tokenized, and cut to its levels, once. */
import type { Attributes } from '../../../schemas/event.ts';
import { BrewhouseError } from '../../errors.ts';
import { nth, present, remember } from '../checked.ts';
import type { Version } from '../world/timeline.ts';
import type { World } from '../world/world.ts';
import { type CutLine, cutLine } from './cutting.ts';
import { type FilledSlot, fieldText, fillSlots, lineOf, longestField, type Pattern, patternOf } from './lines.ts';
import { collect, type Search, together } from './searches.ts';

/** How much of a text is shown (CUT-1). */
export type LevelName = 'full' | 'short' | 'title' | 'question' | 'profile' | 'shown';

/** What an exposure line may say, by name, in order. */
export type Said = readonly (readonly [name: string, value: Attributes[string] | undefined])[];

/** Tokenizes lines, once each, and cuts them to levels. */
export interface LineBook {
  /** The ids of a fixed line, given without its line end. */
  fixed(text: string): ArrayLike<number>;
  /**
   * Cuts the lines of many versions in a few rounds; what was not prepared is cut when it is asked
   * for.
   */
  prepare(versions: Iterable<Version>): void;
  /** The same for profiles. */
  prepareProfiles(versions: Iterable<Version>): void;
  item(version: Version, level: LevelName): CutLine;
  /** Undefined where the profile says nothing. */
  profile(version: Version): CutLine | undefined;
  /** The exposure line of a label; undefined where there is nothing to say (TEXT-6). */
  shown(label: string, said: Said): CutLine | undefined;
}

/** A cut line, if the level has room for any of it. */
export type FoundLine = CutLine | undefined;

/** The lines of a version by pattern and level. */
export type VersionLines = readonly (readonly FoundLine[])[];

/** Where cut lines of versions are kept: all of them, or as many as there is room for. */
export interface LineStore {
  get(version: Version): VersionLines | undefined;
  set(version: Version, lines: VersionLines): void;
}

/** Versions cut side by side: each holds a dozen trials until its cuts are found. */
const VERSIONS_MAX = 500;

/**
 * The lines of a world, cut to the levels of its recipe (CUT-1). Bounded by the texts of the
 * corpus: items have a handful of levels, fixed lines are templates filled with few words. A line
 * of which nothing fits throws `context_too_short` when it is asked for (CUT-2).
 */
export function lineBookOf(world: World, items: LineStore = new WeakMap<Version, VersionLines>()): LineBook {
  const { tokenizer, identity } = world;
  const { levels } = world.section;
  const { item, profile } = world.vocabulary.domain;
  const most = longestField(identity);
  const fixedIds = new Map<string, ArrayLike<number>>();
  const now = <T>(search: Search<T>): T => collect(search, (texts) => tokenizer.encodeLines(texts));
  const cut = (pattern: Pattern, slots: readonly FilledSlot[], mosts: readonly number[]) =>
    cutLine({ line: lineOf(pattern, slots), closing: pattern.closing }, mosts);
  const cutOne = (pattern: Pattern, slots: readonly FilledSlot[], level: LevelName): FoundLine =>
    now(cut(pattern, slots, [levels[level]]))[0];

  const whole = levelsOf(item.line, ['full', 'short', 'question', 'title'], levels);
  const patterns = item.title === undefined ? [whole] : [whole, levelsOf(item.title, ['title'], levels)];
  const prepare = (versions: Iterable<Version>) => {
    const fresh = [...new Set(versions)].filter((version) => items.get(version) === undefined);
    for (let from = 0; from < fresh.length; from += VERSIONS_MAX) {
      const some = fresh.slice(from, from + VERSIONS_MAX);
      const cuts = some.map(({ attributes }) =>
        together(patterns.map(({ pattern, mosts }) => cut(pattern, fillSlots(pattern, attributes, most), mosts))),
      );
      for (const [index, lines] of now(together(cuts)).entries()) items.set(nth(some, index), lines);
    }
  };
  const profilePattern = profile === undefined ? undefined : patternOf(profile);
  const profiles = new WeakMap<Version, { readonly slots: readonly FilledSlot[]; readonly line: FoundLine }>();
  const profileOf = ({ attributes }: Version, pattern: Pattern) => {
    const slots = fillSlots(pattern, attributes, most);
    return { slots, line: slots.length === 0 ? undefined : cutOne(pattern, slots, 'profile') };
  };
  const prepareProfiles = (versions: Iterable<Version>) => {
    if (profilePattern === undefined) return;
    const fresh = [...new Set(versions)].flatMap((version) => {
      const slots = profiles.has(version) ? [] : fillSlots(profilePattern, version.attributes, most);
      return slots.length === 0 ? [] : [{ version, slots }];
    });
    const lines = now(together(fresh.map(({ slots }) => cut(profilePattern, slots, [levels.profile]))));
    for (const [index, { version, slots }] of fresh.entries())
      profiles.set(version, { slots, line: lines[index]?.[0] });
  };
  const shown = new Map<string, FoundLine>();
  return {
    fixed: (text) => remember(fixedIds, text, () => tokenizer.encode(`${text}\n`)),
    prepare,
    prepareProfiles,
    profile(version) {
      if (profilePattern === undefined) return undefined;
      const { slots, line } = remember(profiles, version, () => profileOf(version, profilePattern));
      return slots.length === 0 ? undefined : fitting(line, 'profile');
    },
    item(version, level) {
      let found = items.get(version);
      if (found === undefined) {
        prepare([version]);
        found = items.get(version);
      }
      const index = level === 'title' ? patterns.length - 1 : 0;
      return fitting(
        nth(present(found, 'a cut line'), index)[nth(patterns, index).mosts.indexOf(levels[level])],
        level,
      );
    },
    shown(label, said) {
      const slots = said.flatMap(([field, value]) => {
        const text = fieldText(value, most);
        return text === '' ? [] : [{ field, separator: ', ', label: `${field}: `, text }];
      });
      const [first, ...others] = slots;
      if (first === undefined) return undefined;
      const own = [{ ...first, label: `${label} ${first.label}` }, ...others];
      const pattern = { open: '', slots: [], closing: '.' };
      return fitting(
        remember(shown, JSON.stringify(own), () => cutOne(pattern, own, 'shown')),
        'shown',
      );
    },
  };
}

/** A pattern, and the different numbers of tokens that its lines are cut to. */
function levelsOf(text: string, names: readonly LevelName[], levels: Readonly<Record<LevelName, number>>) {
  return { pattern: patternOf(text), mosts: [...new Set(names.map((name) => levels[name]))] };
}

function fitting(line: FoundLine, level: LevelName): CutLine {
  if (line !== undefined) return line;
  throw new BrewhouseError('context_too_short', `the level ${level} is too short for any word of a line (CUT-2)`);
}
