/** All that a byte-level tokenizer of known steps says of texts and ids, by its file alone. */
import type { AddedTokenEntry, TokenizerFile } from '../../../schemas/tokenizer.ts';
import { joinIds } from '../token-ids.ts';
import type { TokenNames } from '../token-names.ts';
import type { TokenizerJson } from '../tokenizer-json.ts';
import type { OwnEncoder } from './guarded-encoder.ts';
import type { TextEncoder } from './text-encoder.ts';

/** A tokenizer that needs the library for texts alone that its encoder leaves alone. */
export interface KnownTokenizer extends TokenNames, OwnEncoder {}

/**
 * NOTHING IS TAKEN FOR GRANTED: undefined where the vocabulary has holes, an added token is
 * recognised by anything but its text or has another number than the library would give it, or
 * tokens are decoded by anything but their bytes.
 */
export function knownTokenizer({ file, greatestId }: TokenizerJson, own: TextEncoder): KnownTokenizer | undefined {
  const { vocabulary, encode } = own;
  const added = file.added_tokens.toSorted((a, b) => a.id - b.id);
  const isKnown = !vocabulary.hasHoles && isAsWritten(file) && file.decoder?.type === 'ByteLevel';
  if (!isKnown || !added.every((token, i) => isPlain(token, own) && token.id === greatestId + 1 + i)) return undefined;
  const ids = new Map(added.map(({ content, id }) => [content, id]));
  if (ids.size < added.length) return undefined;
  const lengths = new Uint16Array(greatestId + 1 + added.length);
  lengths.set(vocabulary.lengths);
  for (const { id, content } of added) lengths[id] = content.length;
  /** Incomplete characters are U+FFFD, as the library has it. */
  const decode = (tokens: readonly number[]) => {
    const bytes = Buffer.allocUnsafe(tokens.reduce((sum, id) => sum + requireLength(lengths[id], id), 0));
    let at = 0;
    for (const id of tokens) {
      const content = added[id - greatestId - 1]?.content;
      at += content === undefined ? vocabulary.copy(id, bytes, at) : bytes.write(content, at, 'latin1');
    }
    return bytes.toString('utf8');
  };
  const split = splitAtTokens(added);
  const encodePart = (part: string) => {
    const id = ids.get(part);
    return id === undefined ? encode(part) : Int32Array.of(id);
  };
  return {
    encode,
    encodeTrusted(text) {
      const parts = split(text).map(encodePart);
      return parts.every((part) => part !== undefined) ? joinIds(parts) : undefined;
    },
    lengths,
    idOf: (text) => ids.get(text) ?? null,
    decode: (tokens) => decode(Array.from(tokens)),
    tokenText: (id) => decode([id]),
  };
}

/** What the library reads of the file has nothing that trusted text is encoded without. */
function isAsWritten({ truncation, padding, model }: TokenizerFile): boolean {
  return [truncation, padding, model.dropout].every((option) => option === null || option === undefined);
}

/** Letters that are their own bytes, in the alphabet of the pieces, too. */
const PLAIN_TEXT = /^[\x21-\x7e]+$/;

/** Found by its text wherever that is, and no piece of the vocabulary. */
function isPlain(token: AddedTokenEntry, { vocabulary }: TextEncoder): boolean {
  const { content } = token;
  const options = [token.single_word, token.lstrip, token.rstrip, token.normalized];
  if (options.some((option) => option !== false) || !PLAIN_TEXT.test(content)) return false;
  const bytes = Buffer.from(content, 'latin1');
  return vocabulary.idOf(bytes, 0, bytes.length) < 0;
}

/** Cuts a text before and behind each added token: of those at one place the longest. */
function splitAtTokens(added: readonly AddedTokenEntry[]): (text: string) => string[] {
  const texts = added.map(({ content }) => content).sort((a, b) => b.length - a.length);
  if (texts.length === 0) return (text) => [text];
  const pattern = new RegExp(`(${texts.map((text) => text.replace(/[^\w]/g, '\\$&')).join('|')})`);
  return (text) => text.split(pattern).filter((part) => part !== '');
}

function requireLength(length: number | undefined, id: number): number {
  if (length === undefined || length === 0) throw new RangeError(`token id ${id} is not in the vocabulary`);
  return length;
}
