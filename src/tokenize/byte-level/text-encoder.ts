/** Encodes texts with a byte-level tokenizer of known steps, where Unicode leaves no doubt. */
import type { TokenizerJson } from '../tokenizer-json.ts';
import { CODE_POINTS, characterKinds, KIND, KIND_BITS, TOUCHED } from './character-kinds.ts';
import { type KnownSteps, knownSteps } from './known-steps.ts';
import { readMerges } from './merge-table.ts';
import { createWordMerger } from './merge-words.ts';
import { createWordEnd } from './split-words.ts';
import { readVocabulary, type Vocabulary } from './vocabulary.ts';
import { createWordCache, type WordCache } from './word-cache.ts';

/** Encodes texts, one after another. */
export interface TextEncoder {
  /**
   * The ids of a well-formed text; undefined where it holds a code point that is in doubt, or NFC
   * changes it.
   */
  encode(text: string): Int32Array | undefined;
  readonly vocabulary: Vocabulary;
}

/** Units of memory that stays between texts. */
const UNITS_KEPT = 2 ** 16;

/**
 * A text encoder with an empty cache of words; undefined for a tokenizer of which anything is not
 * known. It keeps nothing of the file but tables of 5 to 12 MB.
 */
export function createTextEncoder(json: TokenizerJson): TextEncoder | undefined {
  const steps = knownSteps(json.file);
  const vocabulary = steps && readVocabulary(json);
  const merges = vocabulary && readMerges(json, vocabulary);
  if (steps === undefined || vocabulary === undefined || merges === undefined) return undefined;
  const { byteIds, idOf } = vocabulary;
  const wholeWord = steps.takesWholeWords ? idOf : undefined;
  const cache = createWordCache(createWordMerger({ byteIds, merges, wholeWord }));
  return { encode: encodeWith(steps, cache), vocabulary };
}

function encodeWith({ digitsMax, isNormalized }: KnownSteps, cache: WordCache): TextEncoder['encode'] {
  const kinds = characterKinds();
  const wordEnd = createWordEnd({ kinds, digitsMax });
  const kept = new Uint16Array(UNITS_KEPT);
  return (text) => {
    const { length } = text;
    const units = length <= UNITS_KEPT ? kept : new Uint16Array(length);
    let touched = 0;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      units[i] = unit;
      if (unit < 0x80) continue;
      let kind = kinds[unit] ?? 0;
      if ((unit & 0xfc00) === 0xd800) {
        kind = kinds[text.codePointAt(i) ?? CODE_POINTS] ?? 0;
        units[++i] = text.charCodeAt(i);
      }
      if ((kind & KIND_BITS) === KIND.doubt) return undefined;
      touched |= kind;
    }
    if (isNormalized && (touched & TOUCHED) !== 0 && text.normalize('NFC') !== text) return undefined;
    const whole = { units, length };
    for (let from = 0; from < length; ) {
      const to = wordEnd(whole, from);
      cache.append(whole, from, to);
      from = to;
    }
    return cache.take();
  };
}
