/** Token segments of item lines, profile lines and fixed lines: each text is cut and encoded once, then looked up. */
import type { CorpusSection } from '../../schemas/recipe.ts';
import type { Level } from '../../schemas/rows.ts';
import { BrewhouseError } from '../errors.ts';
import type { ItemVersion } from '../timeline/item-table.ts';
import type { ProfileVersion } from '../timeline/member-timeline.ts';
import type { SegmentArena } from '../tokenize/segment-arena.ts';
import { fieldText } from './field-text.ts';
import { cutLine, type LineEncoder, type LineTokens } from './levels.ts';
import { fillPattern, type LinePattern, parseLinePattern } from './line-pattern.ts';
import { packLine, unpackLine } from './line-tokens.ts';

/** Levels at which an item line can stand. */
export type ItemLevel = Level | 'question';
const ITEM_LEVELS: readonly ItemLevel[] = ['full', 'short', 'title', 'question'];
/** Item versions encoded at once: enough to keep the native threads busy. */
const PREPARE_BATCH = 256;

export interface SegmentStore {
  /** Encodes what is missing of these versions, at all levels. */
  prepare(versions: Iterable<ItemVersion>): Promise<void>;
  /** Segment of a prepared version. */
  item(version: ItemVersion, level: ItemLevel): LineTokens;
  /** The profile line, cut; undefined where it has no field. */
  profile(profile: ProfileVersion): Promise<LineTokens | undefined>;
  /** A fixed line (our own text), its newline included. */
  line(text: string): Promise<Int32Array>;
  /** The shown line: label, then pairs, cut to its level. */
  shown(label: string, pairs: readonly (readonly [string, string])[]): Promise<LineTokens>;
}

/**
 * One store per worker; it grows with the item versions met (a few hundred tokens each). With an arena the workers of a build encode
 * each version once among them all; an entry of it is a version and a level.
 */
export function createSegmentStore(
  encoder: LineEncoder & { encode(text: string): Promise<Int32Array> },
  section: Pick<CorpusSection, 'levels'>,
  patterns: { item: string; profile: string },
  arena?: SegmentArena,
): SegmentStore {
  const { levels } = section;
  const itemPattern = parseLinePattern(patterns.item);
  const profilePattern = parseLinePattern(patterns.profile);
  const items: (LineTokens[] | undefined)[] = [];
  const lines = new Map<string, Int32Array>();
  const encodeItem = async (version: ItemVersion) => {
    const values = itemPattern.slots.map((slot) => fieldText(version.attributes[slot.field]));
    const full = await cut(itemPattern, values, levels.full, encoder);
    const segments = [full];
    for (const level of ITEM_LEVELS.slice(1)) {
      // A line that fits uncut is the same at every level that it fits.
      const isSame = full.whole && full.ids.length <= levels[level];
      segments.push(isSame ? full : await cut(itemPattern, values, levels[level], encoder));
    }
    items[version.index] = segments;
    for (const [i, line] of segments.entries()) arena?.put(entryOf(version, i), packLine(line, itemPattern));
  };
  const shared = (version: ItemVersion): LineTokens[] | undefined => {
    const packed = ITEM_LEVELS.map((_, i) => arena?.get(entryOf(version, i)));
    return packed.some((numbers) => numbers === undefined)
      ? undefined
      : packed.map((numbers) => unpackLine(numbers!, itemPattern));
  };
  const isMissing = (version: ItemVersion) => {
    items[version.index] ??= shared(version);
    return items[version.index] === undefined;
  };
  return {
    async prepare(versions) {
      const missing = [...new Set(versions)].filter(isMissing);
      for (let i = 0; i < missing.length; i += PREPARE_BATCH)
        await Promise.all(
          missing
            .slice(i, i + PREPARE_BATCH)
            .filter(isMissing)
            .map(encodeItem),
        );
    },
    item: (version, level) => items[version.index]![ITEM_LEVELS.indexOf(level)]!,
    async profile(profile) {
      const values = profilePattern.slots.map((slot) => fieldText(profile.attributes[slot.field]));
      return values.every((value) => value === '') ? undefined : cut(profilePattern, values, levels.profile, encoder);
    },
    async line(text) {
      const known = lines.get(text);
      if (known !== undefined) return known;
      const ids = await encoder.encode(`${text}\n`);
      lines.set(text, ids);
      return ids;
    },
    shown(label, pairs) {
      const literal = pairs.map(([key], i) => `${i === 0 ? `${label} ` : ', '}${key}: {${key}}`).join('');
      return cut(
        parseLinePattern(`${literal}.`),
        pairs.map(([, value]) => fieldText(value)),
        levels.shown,
        encoder,
      );
    },
  };
}

/** Entries that an arena for so many item versions needs. */
export function arenaEntries(versions: number): number {
  return versions * ITEM_LEVELS.length;
}

function entryOf(version: ItemVersion, level: number): number {
  return version.index * ITEM_LEVELS.length + level;
}

async function cut(
  pattern: LinePattern,
  values: readonly string[],
  tokensMax: number,
  encoder: LineEncoder,
): Promise<LineTokens> {
  const line = await cutLine(pattern, values, tokensMax, encoder);
  if (line === undefined) {
    throw new BrewhouseError(
      'context_too_short',
      `a level of ${tokensMax} tokens is too short for the line ${JSON.stringify(
        fillPattern(
          pattern,
          values.map(() => ''),
        ).text,
      )}`,
      {
        place: { field: 'corpus.levels' },
        remedy: 'raise the levels in the recipe, or shorten the line in the domain file',
      },
    );
  }
  return line;
}
