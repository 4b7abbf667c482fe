/**
 * Where a longer text's tokens are those of its beginning: before a space, for tokenizers of known
 * steps.
 */
import type { JsEncoding } from 'tokenizers';
import type { TokenizerStep } from '../../schemas/tokenizer.ts';
import { digitsOfSplit } from './byte-level/known-steps.ts';
import { pointsOf } from './text-spans.ts';
import type { TokenizerJson } from './tokenizer-json.ts';
import { holdsText, patternOf, stepsOf } from './tokenizer-steps.ts';

/** What a space becomes in families that split nothing. */
const SPACE_PIECE = '▁';

/**
 * The tokens of a text up to a space, after something else than white space and SPACE_PIECE, are
 * those of the text that ends there, and what begins with the space is encoded as by itself,
 * whatever it says. NOTHING IS TAKEN FOR GRANTED: true alone for steps that are listed here, and
 * where spaces are a piece like others, for vocabularies without one that goes on over a space.
 */
export function bordersAtSpaces({ file, pieces }: Pick<TokenizerJson, 'file' | 'pieces'>): boolean {
  const { normalizer, pre_tokenizer: splits, model } = file;
  if (model.type !== 'BPE' || holdsText(model.continuing_subword_prefix) || holdsText(model.end_of_word_suffix))
    return false;
  const normalizers = stepsOf(normalizer);
  if (normalizers.some(isSpacePiece)) {
    const isKnown = normalizers.every((step) => step.type === 'Prepend' || isSpacePiece(step));
    return isKnown && stepsOf(splits).every(isSpaceSplit) && model.ignore_merges !== true && !joinsOverSpace(pieces());
  }
  // A character that a space follows is composed with none (NFC).
  return normalizers.every((step) => step.type === 'NFC') && digitsOfSplit(stepsOf(splits)) !== undefined;
}

/**
 * Tokens before the space at the code unit `place`, for a tokenizer that has such borders;
 * undefined where no token begins there.
 */
export function tokensBeforeSpace(encoding: JsEncoding, text: string, place: number): number | undefined {
  if (!isBorder(text, place)) return undefined;
  const point = /[\ud800-\udbff]/.test(text) ? pointsOf(text.slice(0, place)) : place;
  const token = encoding.charToToken(point);
  if (token === null || encoding.tokenToChars(token)?.[0] !== point) return undefined;
  return token;
}

/** A space at the code unit `place`, after something else than white space and SPACE_PIECE. */
export function isBorder(text: string, place: number): boolean {
  return text[place] === ' ' && place > 0 && !/[\s▁]/.test(text.charAt(place - 1));
}

function isSpacePiece({ type, pattern, content }: TokenizerStep): boolean {
  return type === 'Replace' && patternOf(pattern, 'String') === ' ' && content === SPACE_PIECE;
}

/** Finds nothing to split, since spaces are replaced before. */
function isSpaceSplit({ type, pattern }: TokenizerStep): boolean {
  return type === 'Split' && patternOf(pattern, 'String') === ' ';
}

function joinsOverSpace(pieces: Generator<string>): boolean {
  return pieces.some((piece) => /[^▁]▁/.test(piece));
}
