/**
 * Where a longer text's tokens are those of its beginning: before a space, for tokenizers of known
 * steps.
 */
import type { JsEncoding } from 'tokenizers';
import type { TokenizerStep } from '../../schemas/tokenizer.ts';
import { pointsOf } from './text-spans.ts';
import type { TokenizerJson } from './tokenizer-json.ts';

/**
 * Splits of byte-level families. None of them has a piece that goes on over a space after something
 * else than white space, or looks behind its beginning, or further than one character beyond its
 * end: so what comes before such a space is split alike whatever follows the space.
 */
const SPLITS: ReadonlySet<unknown> = new Set(
  ['{1,3}', ''].map(
    (digits) =>
      `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|` +
      '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+',
  ),
);

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
  return normalizers.every((step) => step.type === 'NFC') && isKnownSplit(stepsOf(splits));
}

/**
 * Tokens before the space at the code unit `place`, for a tokenizer that has such borders;
 * undefined where no token begins there.
 */
export function tokensBeforeSpace(encoding: JsEncoding, text: string, place: number): number | undefined {
  if (text[place] !== ' ' || place === 0 || /[\s▁]/.test(text.charAt(place - 1))) return undefined;
  const point = /[\ud800-\udbff]/.test(text) ? pointsOf(text.slice(0, place)) : place;
  const token = encoding.charToToken(point);
  if (token === null || encoding.tokenToChars(token)?.[0] !== point) return undefined;
  return token;
}

function stepsOf(step: TokenizerStep | null | undefined): TokenizerStep[] {
  if (step === null || step === undefined) return [];
  if (step.type !== 'Sequence') return [step];
  return [step.normalizers, step.pretokenizers].flatMap((steps) => (steps as TokenizerStep[] | undefined) ?? []);
}

function isSpacePiece({ type, pattern, content }: TokenizerStep): boolean {
  return type === 'Replace' && patternOf(pattern, 'String') === ' ' && content === SPACE_PIECE;
}

/** Finds nothing to split, since spaces are replaced before. */
function isSpaceSplit({ type, pattern }: TokenizerStep): boolean {
  return type === 'Split' && patternOf(pattern, 'String') === ' ';
}

function isKnownSplit([split, bytes, ...others]: readonly TokenizerStep[]): boolean {
  if (split?.type !== 'Split' || bytes?.type !== 'ByteLevel' || others.length > 0) return false;
  const isSplit = SPLITS.has(patternOf(split.pattern, 'Regex')) && split.behavior === 'Isolated';
  return isSplit && split.invert !== true && bytes.add_prefix_space === false && bytes.use_regex === false;
}

function patternOf(pattern: unknown, kind: 'String' | 'Regex'): unknown {
  const { String: text, Regex: expression } = (pattern ?? {}) as Readonly<Partial<Record<typeof kind, unknown>>>;
  return kind === 'String' ? text : expression;
}

function joinsOverSpace(pieces: Generator<string>): boolean {
  return pieces.some((piece) => /[^▁]▁/.test(piece));
}

function holdsText(text: unknown): boolean {
  return text !== undefined && text !== null && text !== '';
}
