/** Which tokenizer.json has the steps that are known here: those of Qwen and of Llama 3. */
import type { TokenizerFile, TokenizerStep } from '../../../schemas/tokenizer.ts';
import { holdsText, patternOf, stepsOf } from '../tokenizer-steps.ts';

/**
 * Splits of byte-level families, by the digits of a number that go into one piece at most. None of
 * them has a piece that goes on over a space after something else than white space, or looks behind
 * its beginning, or further than one character beyond its end: so what comes before such a space is
 * split alike whatever follows the space.
 */
const SPLITS: ReadonlyMap<unknown, number> = new Map(
  (
    [
      ['{1,3}', 3],
      ['', 1],
    ] as const
  ).map(([digits, most]) => [
    `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|` +
      '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+',
    most,
  ]),
);

/** The digits of one piece at most; undefined for steps of which any is not known. */
export function digitsOfSplit([split, bytes, ...others]: readonly TokenizerStep[]): number | undefined {
  if (split?.type !== 'Split' || bytes?.type !== 'ByteLevel' || others.length > 0) return undefined;
  const isKnown = split.behavior === 'Isolated' && split.invert !== true;
  const isPlain = bytes.add_prefix_space === false && bytes.use_regex === false;
  return isKnown && isPlain ? SPLITS.get(patternOf(split.pattern, 'Regex')) : undefined;
}

/** What is left to know of a tokenizer of known steps. */
export interface KnownSteps {
  /** Digits of a number in one word at most. */
  readonly digitsMax: number;
  /** Texts are normalized (NFC) before anything. */
  readonly isNormalized: boolean;
  /** A word that is a piece is that piece, whatever its merges come to. */
  readonly takesWholeWords: boolean;
}

/**
 * NOTHING IS TAKEN FOR GRANTED: undefined where a step, or an option of the model, is another one.
 * Added tokens and what comes behind the model do not matter to the text of others.
 */
export function knownSteps({ normalizer, pre_tokenizer: splits, model }: TokenizerFile): KnownSteps | undefined {
  const digitsMax = digitsOfSplit(stepsOf(splits));
  const normalizers = stepsOf(normalizer);
  if (digitsMax === undefined || model.type !== 'BPE' || model.byte_fallback === true) return undefined;
  if (normalizers.some(({ type }) => type !== 'NFC')) return undefined;
  const { continuing_subword_prefix: prefix, end_of_word_suffix: suffix, unk_token: unknown } = model;
  if ([prefix, suffix, unknown].some(holdsText)) return undefined;
  return { digitsMax, isNormalized: normalizers.length > 0, takesWholeWords: model.ignore_merges === true };
}
