/** What a text says, as plain data that threads can send each other, and how its lines are made. */
import { nth } from '../checked.ts';
import { BrewhouseError } from '../errors.ts';
import { type Encoding, encoded, together } from '../tokenize/encode-rounds.ts';
import { type CutLine, cutToLevels, type Endings } from './levels.ts';
import { fillPattern, type LinePattern, type SlotTexts } from './line-pattern.ts';

/** One line of a text: the number of the pattern that tells it, and its most tokens. */
export interface ToldLine {
  readonly pattern: number;
  readonly tokensMax: number;
}

/** A line of our own, which is never cut; or patterns, what they say, and the lines made of it. */
export type ToldText =
  | { readonly fixed: string }
  | {
      readonly patterns: readonly LinePattern[];
      /** For each pattern the text of each slot. */
      readonly values: readonly SlotTexts[];
      readonly lines: readonly ToldLine[];
    };

/** Names of the fields that the lines of the patterns can have, each once. */
export function fieldsOf(patterns: readonly LinePattern[]): string[] {
  return [...new Set(patterns.flatMap(({ slots }) => slots.map(({ field }) => field)))];
}

/** The patterns that the texts are told by. */
export function patternsOf(texts: readonly ToldText[]): readonly LinePattern[] {
  return texts.flatMap((told) => ('fixed' in told ? [] : told.patterns));
}

/**
 * The lines, each cut to its tokens; lines of one pattern are cut together. `endings` are those of
 * the patterns. Throws `context_too_short` where a level is too short for its line.
 */
export function* encodeTold(told: ToldText, endings: Endings): Encoding<readonly CutLine[]> {
  if ('fixed' in told) {
    const { ids } = yield* encoded({ as: 'continuation', text: `${told.fixed}\n`, ranges: [] });
    return [{ ids, fields: [], whole: true }];
  }
  const { patterns, values, lines } = told;
  const sizes = patterns.map((_, i) => lines.flatMap(({ pattern, tokensMax }) => (pattern === i ? tokensMax : [])));
  const cuts = yield* together(
    patterns.map((own, i) => cutToLevels(own, nth(values, i), { levels: nth(sizes, i), endings })),
  );
  return lines.map(({ pattern: i, tokensMax }) => {
    const line = nth(cuts, i)[nth(sizes, i).indexOf(tokensMax)];
    if (line !== undefined) return line;
    const pattern = nth(patterns, i);
    const empty = pattern.slots.map(() => '');
    const said = JSON.stringify(fillPattern(pattern, empty).text);
    const message = `a level of ${tokensMax} tokens is too short for the line ${said}`;
    throw new BrewhouseError('context_too_short', message, {
      place: { field: 'corpus.levels' },
      remedy: 'raise the levels in the recipe, or shorten the line in the domain file',
    });
  });
}
