/** The texts that prompts are made of, each known by what it says. */

import { hash } from 'node:crypto';
import type { Domain } from '../../schemas/domain.ts';
import type { Attributes } from '../../schemas/event.ts';
import { ownValue } from '../../schemas/names.ts';
import type { CorpusSection } from '../../schemas/recipe.ts';
import { LEVELS } from '../../schemas/rows.ts';
import type { Exposure } from '../timeline/exposure.ts';
import type { ItemVersion, Says } from '../timeline/item-table.ts';
import type { ProfileVersion } from '../timeline/member-timeline.ts';
import { fieldPointsMax, fieldText } from './field-text.ts';
import { fillPattern, type LinePattern, parseLinePattern } from './line-pattern.ts';
import { fieldsOf, type ToldText } from './told-text.ts';

/** A text that a row wants. */
export interface WantedText {
  /**
   * BY CONTENT: SHA-256 in hexadecimal digits over the tokenizer, the tokens of its levels, the
   * line patterns and the field texts as they are shown. No event, no position is in it, so a text
   * that has changed is another text, and the same text of two events is one.
   */
  readonly key: string;
  /** Names of the fields that its lines can have, each once. */
  readonly fields: readonly string[];
  /** Other threads and later builds want it too: an item's, and nothing of a member. */
  readonly isShared: boolean;
  /** What its lines are made of, put together as it is asked for. */
  told(): ToldText;
}

/** Levels of an item's lines, in the order of its lines. */
export const ITEM_LEVELS = [...LEVELS, 'question'] as const;

/** What the lines of a corpus are cut by. */
export interface TextRules {
  /** What tells the tokenizer from others. */
  readonly tokenizer: string;
  readonly levels: CorpusSection['levels'];
  /** Has the line patterns. */
  readonly domain: Pick<Domain, 'item' | 'profile'>;
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
  /** The profile line at its one level; undefined where there is none, or it has no field. */
  profile(profile: ProfileVersion): WantedText | undefined;
  /** The exposure line at its one level; undefined where it has nothing to say (TEXT-6). */
  exposure(label: string, pairs: Exposure['pairs']): WantedText | undefined;
  /** A fixed line, our own text, which is never cut; the same object for the same text. */
  fixed(line: string): WantedText;
}

/** One line of a text: how it is told, and its most tokens. */
interface SaidLine {
  readonly pattern: LinePattern;
  readonly tokensMax: number;
}

/** What texts of one kind have in common: the many of items share one. */
interface TextShape {
  /** Each once. */
  readonly patterns: readonly LinePattern[];
  /** The pattern of each is its place among them. */
  readonly lines: readonly { readonly tokensMax: number; readonly pattern: number }[];
  readonly fields: readonly string[];
}

function shapeOf(said: readonly SaidLine[]): TextShape {
  const patterns = [...new Set(said.map(({ pattern }) => pattern))];
  const lines = said.map(({ tokensMax, pattern }) => ({ tokensMax, pattern: patterns.indexOf(pattern) }));
  return { patterns, lines, fields: fieldsOf(patterns) };
}

/**
 * Keys are held as long as the version they are of. Bound: one small object a version, and one a
 * fixed line, which a plan has a few thousand of at most.
 */
export function createPromptTexts({ tokenizer, levels, domain }: TextRules): PromptTexts {
  const itemPattern = parseLinePattern(domain.item.line);
  const titlePattern = domain.item.title === undefined ? itemPattern : parseLinePattern(domain.item.title);
  const itemLines = ITEM_LEVELS.map((level) => ({
    pattern: level === 'title' ? titlePattern : itemPattern,
    tokensMax: levels[level],
  }));
  const profilePattern = domain.profile === undefined ? undefined : parseLinePattern(domain.profile);
  const pointsMax = fieldPointsMax(levels);
  const fixedLines = new Map<string, WantedText>();
  const keyOf = (...told: readonly unknown[]) => hash('sha256', JSON.stringify([tokenizer, ...told]), 'hex');
  const attributesIn = ({ attributes }: { attributes: Attributes }, pattern: LinePattern) =>
    pattern.slots.map(({ field }) => textOf(ownValue(attributes, field)));
  const textOf = (value: Attributes[string] | undefined) => fieldText(value, pointsMax);
  const cutText = ({ patterns, lines, fields }: TextShape, valuesOf: Values, isShared: boolean): WantedText => {
    const values = () => patterns.map(valuesOf);
    return {
      key: keyOf(
        lines.map(({ tokensMax, pattern }) => [tokensMax, pattern]),
        patterns,
        values(),
      ),
      fields,
      isShared,
      told: () => ({ patterns, values: values(), lines }),
    };
  };
  const itemShape = shapeOf(itemLines);
  const lineHash = (version: ItemVersion) =>
    hash('sha256', fillPattern(itemPattern, attributesIn(version, itemPattern)).text, 'hex');
  return {
    says: onceEach(lineHash),
    item: onceEach((version) => cutText(itemShape, (pattern) => attributesIn(version, pattern), true)),
    profile: onceEach((profile) => {
      if (profilePattern === undefined) return undefined;
      const values = (pattern: LinePattern) => attributesIn(profile, pattern);
      if (values(profilePattern).every((value) => value === '')) return undefined;
      return cutText(shapeOf([{ pattern: profilePattern, tokensMax: levels.profile }]), values, false);
    }),
    exposure(label, pairs) {
      const values = pairs.map(([, value]) => textOf(value));
      if (values.every((value) => value === '')) return undefined;
      // The label is the opening, so that it stays where the first key has no text.
      const slots = pairs.map(([field]) => ({ field, separator: ', ', label: `${field}: ` }));
      const line = { pattern: { open: `${label} `, slots, close: '.' }, tokensMax: levels.shown };
      return cutText(shapeOf([line]), () => values, false);
    },
    fixed(line) {
      const text = fixedLines.get(line) ?? {
        key: keyOf(line),
        fields: [],
        isShared: false,
        told: () => ({ fixed: line }),
      };
      fixedLines.set(line, text);
      return text;
    },
  };
}

/** What is made of a version, made once; kept as long as the version. */
function onceEach<V extends object, T>(make: (version: V) => T): (version: V) => T {
  const made = new WeakMap<V, { readonly value: T }>();
  return (version) => {
    const known = made.get(version) ?? { value: make(version) };
    made.set(version, known);
    return known.value;
  };
}

/** The text for each slot of a pattern. */
type Values = (pattern: LinePattern) => string[];
