/** The texts that prompts are made of, each known by what it says. */

import { hash } from 'node:crypto';
import { ownValue } from '../../schemas/names.ts';
import type { CorpusSection } from '../../schemas/recipe.ts';
import { LEVELS } from '../../schemas/rows.ts';
import { BrewhouseError } from '../errors.ts';
import type { ItemVersion, Says } from '../timeline/item-table.ts';
import type { ProfileVersion } from '../timeline/member-timeline.ts';
import { type Encoding, encoded } from '../tokenize/encode-rounds.ts';
import { fieldText } from './field-text.ts';
import { type CutLine, cutToLevels } from './levels.ts';
import { fillPattern, type LinePattern, parseLinePattern, type SlotTexts } from './line-pattern.ts';

/** A text that a row wants. */
export interface WantedText {
  /**
   * BY CONTENT: SHA-256 in hexadecimal digits over the tokenizer, the tokens of its levels, the
   * line pattern and the field texts as they are shown. No event, no position is in it, so a text
   * that has changed is another text, and the same text of two events is one.
   */
  readonly key: string;
  /** Its slots name the fields of the lines. */
  readonly pattern: LinePattern;
  /** Other threads of a build want it too. */
  readonly isShared: boolean;
  /** Its line at each level. Throws `context_too_short` where a level is too short for it. */
  encode(): Encoding<readonly CutLine[]>;
}

/** Levels of an item's lines, in the order of its lines. */
export const ITEM_LEVELS = [...LEVELS, 'question'] as const;

/** What the lines of a corpus are cut by. */
export interface TextRules {
  /** What tells the tokenizer from others. */
  readonly tokenizer: string;
  readonly levels: CorpusSection['levels'];
  /** Line patterns of the domain. */
  readonly itemLine: string;
  readonly profileLine: string;
}

/** Finds the texts of a corpus; the keys of versions are made once each. */
export interface PromptTexts {
  /**
   * What an item says: the SHA-256, in hexadecimal digits, of its line before cutting, made once a
   * version (CAND-9).
   */
  readonly says: Says;
  /** The item line, at ITEM_LEVELS. */
  item(version: ItemVersion): WantedText;
  /** The profile line at its one level; undefined where it has no field. */
  profile(profile: ProfileVersion): WantedText | undefined;
  /** The exposure line at its one level: label, then pairs (TEXT-6). */
  exposure(label: string, pairs: readonly (readonly [string, string])[]): WantedText;
  /** A fixed line, our own text, which is never cut; the same object for the same text. */
  fixed(line: string): WantedText;
}

/**
 * Keys are held as long as the version they are of. Bound: one small object a version, and one a
 * fixed line, which a plan has a few thousand of at most.
 */
export function createPromptTexts({ tokenizer, levels, itemLine, profileLine }: TextRules): PromptTexts {
  const [itemPattern, profilePattern] = [parseLinePattern(itemLine), parseLinePattern(profileLine)];
  const itemSizes = ITEM_LEVELS.map((level) => levels[level]);
  const items = new WeakMap<ItemVersion, WantedText>();
  // null: it has no field.
  const profiles = new WeakMap<ProfileVersion, WantedText | null>();
  const fixedLines = new Map<string, WantedText>();
  const keyOf = (...says: readonly unknown[]) => hash('sha256', JSON.stringify([tokenizer, ...says]), 'hex');
  const cutText = (pattern: LinePattern, values: () => string[], sizes: readonly number[]): WantedText => ({
    key: keyOf(sizes, pattern, values()),
    pattern,
    isShared: pattern === itemPattern,
    encode: () => cutAll(pattern, values(), sizes),
  });
  const says = new WeakMap<ItemVersion, string>();
  return {
    says(version) {
      const known =
        says.get(version) ?? hash('sha256', fillPattern(itemPattern, valuesOf(itemPattern, version)).text, 'hex');
      says.set(version, known);
      return known;
    },
    item(version) {
      const known = items.get(version);
      if (known !== undefined) return known;
      const text = cutText(itemPattern, () => valuesOf(itemPattern, version), itemSizes);
      items.set(version, text);
      return text;
    },
    profile(profile) {
      const known = profiles.get(profile);
      if (known !== undefined) return known ?? undefined;
      const values = () => valuesOf(profilePattern, profile);
      const text = values().some((value) => value !== '') ? cutText(profilePattern, values, [levels.profile]) : null;
      profiles.set(profile, text);
      return text ?? undefined;
    },
    exposure(label, pairs) {
      const literal = pairs.map(([key], i) => `${i === 0 ? `${label} ` : ', '}${key}: {${key}}`).join('');
      const values = pairs.map(([, value]) => fieldText(value));
      return cutText(parseLinePattern(`${literal}.`), () => values, [levels.shown]);
    },
    fixed(line) {
      const text = fixedLines.get(line) ?? {
        key: keyOf(line),
        pattern: NO_SLOTS,
        isShared: false,
        encode: () => encodeFixed(line),
      };
      fixedLines.set(line, text);
      return text;
    },
  };
}

/** Of fixed lines. */
const NO_SLOTS = parseLinePattern('');

function valuesOf(pattern: LinePattern, { attributes }: ItemVersion | ProfileVersion): string[] {
  return pattern.slots.map(({ field }) => fieldText(ownValue(attributes, field)));
}

function* encodeFixed(line: string): Encoding<readonly CutLine[]> {
  const { ids } = yield* encoded({ as: 'continuation', text: `${line}\n`, ranges: [] });
  return [{ ids, fields: [], whole: true }];
}

function* cutAll(pattern: LinePattern, values: SlotTexts, sizes: readonly number[]): Encoding<readonly CutLine[]> {
  const lines = yield* cutToLevels(pattern, values, sizes);
  return lines.map((line, i) => {
    if (line !== undefined) return line;
    const empty = values.map(() => '');
    const told = JSON.stringify(fillPattern(pattern, empty).text);
    const message = `a level of ${sizes[i]} tokens is too short for the line ${told}`;
    throw new BrewhouseError('context_too_short', message, {
      place: { field: 'corpus.levels' },
      remedy: 'raise the levels in the recipe, or shorten the line in the domain file',
    });
  });
}
