/**
 * Loads a pinned tokenizer with the encodings of a corpus: trusted, after a control token,
 * continuation.
 */

import { type Decoder, type JsEncoding, Tokenizer } from 'tokenizers';
import type { Sha256 } from '../../schemas/ids.ts';
import type { AddedTokenEntry } from '../../schemas/tokenizer.ts';
import { nth, recordOf } from '../checked.ts';
import { sha256Hex } from '../content-hash.ts';
import { BrewhouseError } from '../errors.ts';
import { ENCODINGS, type Encoded, type EncodeRequest, type RequestEncoder } from './encode-rounds.ts';
import { rangeRuns, tokenSpan } from './range-runs.ts';
import { type TextSpans, textSpans } from './text-spans.ts';
import { type PinnedSource, readTokenizerFiles, sourceName, type TokenizerSource } from './tokenizer-files.ts';
import { type TokenizerFamily, type TokenizerVariants, tokenizerVariants } from './tokenizer-variants.ts';

/**
 * Texts in one native batch: enough to keep the native threads busy, and encodings of about 100 MB
 * at most.
 */
const ENCODE_BATCH_MAX = 2_048;

/** The special tokens whose texts chat templates ask for. */
const SPECIAL_TOKENS = ['bos_token', 'eos_token', 'pad_token', 'unk_token'] as const;

/**
 * A tokenizer: what its files say, and its encodings, which the native library makes asynchronously
 * alone.
 */
export interface LoadedTokenizer extends Encoders {
  /** Package name, or last name of the folder. */
  readonly id: string;
  /** Of tokenizer.json. */
  readonly sha256: Sha256;
  /** Jinja source; null where there is none, so that only raw text is possible. */
  readonly chatTemplate: string | null;
  readonly chatTemplateSha256: Sha256 | null;
  /** The greatest id plus 1: rows that a model needs. Ids may have holes between them. */
  readonly vocabSize: number;
  readonly bosId: number | null;
  readonly eosId: number;
  readonly padId: number | null;
  /** Ends an assistant turn: the config's eos_token. */
  readonly endId: number;
  /** Texts of the special tokens, as chat templates ask for them. */
  readonly specialTexts: Readonly<Record<(typeof SPECIAL_TOKENS)[number], string | null>>;
  /** A raw text (no chat template) begins with the bos token. */
  readonly beginsWithBos: boolean;
  /** Ids of all added tokens, special or not. */
  readonly controlIds: ReadonlySet<number>;
  /** Texts of all added tokens, in order of id. */
  readonly controlTexts: readonly string[];
  readonly family: TokenizerFamily;
}

interface Encoders extends RequestEncoder {
  /** Untrusted text that continues other text; never a control id. */
  encode(text: string): Promise<Int32Array>;
  /** Untrusted text right after a control token, with the family's prefix; never a control id. */
  encodeAfterControl(text: string): Promise<Int32Array>;
  /** Text that we wrote ourselves: added tokens are recognised, and none is put in. */
  encodeTrusted(text: string): Promise<Int32Array>;
  /**
   * `encode` with the UTF-16 span of every token; the pieces of one split character all have its
   * span.
   */
  encodeSpans(text: string): Promise<TextSpans>;
  /** `encode` of many texts, in order; several times faster than one by one. */
  encodeMany(texts: readonly string[]): Promise<Int32Array[]>;
  /**
   * The text, with special tokens kept. Throws RangeError on an id that is not in the vocabulary.
   */
  decode(ids: ArrayLike<number>): string;
  /**
   * Text of one token with its leading space; U+FFFD for part of a character. Throws as `decode`.
   */
  tokenText(id: number): string;
}

/**
 * Loads the tokenizer that a recipe names; packages and relative paths are looked for from the
 * folder `resolveFrom`. Before it joins segments, the caller runs `assertBoundaries` once. Throws
 * BrewhouseError `tokenizer_refused` where files are missing or others than pinned (naming the
 * actual sha256), or where there is no end token.
 */
export function loadTokenizer(source: PinnedSource, resolveFrom: string): LoadedTokenizer {
  const { id, sha256, json, config, chatTemplate } = readTokenizerFiles(source, resolveFrom);
  const variants = tokenizerVariants(json);
  const trusted = nativeTokenizer(variants.trusted, source);
  const native = nativeTokenizers(trusted, variants, source);
  const added = json.added_tokens.toSorted((a, b) => a.id - b.id);
  requireOwnIds(trusted, added, source);
  const eosId = tokenIdOf(trusted, config.eos_token);
  if (eosId === null) {
    throw new BrewhouseError('tokenizer_refused', `${sourceName(source)} has no end token`, {
      place: { file: 'tokenizer_config.json', field: 'eos_token' },
      remedy: 'tokenizer_config.json must name an eos_token that tokenizer.json holds',
    });
  }
  const bosId = tokenIdOf(trusted, config.bos_token);
  return {
    id,
    sha256,
    chatTemplate,
    chatTemplateSha256: chatTemplate === null ? null : sha256Hex(chatTemplate),
    vocabSize: Math.max(greatestId(json.model.vocab), added.at(-1)?.id ?? -1) + 1,
    bosId,
    eosId,
    padId: tokenIdOf(trusted, config.pad_token),
    endId: eosId,
    specialTexts: recordOf(SPECIAL_TOKENS, (name) => config[name] ?? null),
    beginsWithBos: bosId !== null && config.add_bos_token !== false,
    controlIds: new Set(added.map((token) => token.id)),
    controlTexts: added.map((token) => token.content),
    family: variants.family,
    ...encodersOf(native),
  };
}

/** Of a vocabulary that the library has read: by text, or a list (Unigram). */
export function greatestId(vocab: unknown): number {
  if (Array.isArray(vocab)) return vocab.length - 1;
  let greatest = -1;
  for (const id of Object.values(vocab as Readonly<Record<string, number>>)) greatest = Math.max(greatest, id);
  return greatest;
}

/**
 * The library numbers added tokens that the model does not have itself, behind as many as the model
 * has, whatever the file says. Throws `tokenizer_refused` where the two differ.
 */
function requireOwnIds(trusted: Tokenizer, added: readonly AddedTokenEntry[], source: TokenizerSource): void {
  for (const { id, content } of added) {
    const given = trusted.tokenToId(content);
    if (given === id) continue;
    const told = `numbers the added token ${JSON.stringify(content)} ${id}`;
    throw new BrewhouseError('tokenizer_refused', `tokenizer.json of ${sourceName(source)} ${told}`, {
      place: { file: 'tokenizer.json', field: 'added_tokens' },
      remedy: `the tokenizers library reads it as ${given}; write the token into the vocabulary of the model, too`,
    });
  }
}

const NOTHING_ADDED = { addSpecialTokens: false };

type NativeTokenizers = (as: EncodeRequest['as']) => Tokenizer;

/** Equal files are loaded once, `beginning` when it is first asked for: hardly anybody does. */
function nativeTokenizers(trusted: Tokenizer, variants: TokenizerVariants, source: TokenizerSource): NativeTokenizers {
  const loaded = new Map([[variants.trusted, trusted]]);
  const load = (as: EncodeRequest['as']) => {
    const tokenizer = loaded.get(variants[as]) ?? nativeTokenizer(variants[as], source);
    loaded.set(variants[as], tokenizer);
    return tokenizer;
  };
  load('continuation');
  load('afterControl');
  return load;
}

function encodersOf(native: NativeTokenizers): Encoders {
  const [trusted, continuation] = [native('trusted'), native('continuation')];
  const encodeWith = async (tokenizer: Tokenizer, text: string) =>
    idsOf(await tokenizer.encode(text.toWellFormed(), null, NOTHING_ADDED));
  const decoder = trusted.getDecoder();
  const rawDecoder = continuation.getDecoder();
  const tokenOf = (id: number) => {
    const token = trusted.idToToken(id);
    if (token === null) throw new RangeError(`token id ${id} is not in the vocabulary`);
    return token;
  };
  return {
    encode: (text) => encodeWith(continuation, text),
    encodeAfterControl: (text) => encodeWith(native('afterControl'), text),
    encodeTrusted: (text) => encodeWith(trusted, text),
    encodeSpans: async (text) => {
      const formed = text.toWellFormed();
      const encoding = await continuation.encode(formed, null, NOTHING_ADDED);
      return textSpans(formed, idsOf(encoding), encoding.getOffsets());
    },
    encodeMany: async (texts) => {
      const requests = texts.map((text): EncodeRequest => ({ as: 'continuation', text, ranges: [] }));
      return (await encodeRequests(native, requests)).map(({ ids }) => ids);
    },
    encodeRequests: (requests) => encodeRequests(native, requests),
    decode: (ids) => decodeWith(decoder, Array.from(ids, tokenOf)),
    tokenText: (id) => decodeWith(rawDecoder, [tokenOf(id)]),
  };
}

/** Batch after batch of each kind; the answers come in the order of the requests. */
async function encodeRequests(native: NativeTokenizers, requests: readonly EncodeRequest[]): Promise<Encoded[]> {
  const answers: Encoded[] = [];
  const numbered = requests.map((request, i) => ({ ...request, text: request.text.toWellFormed(), i }));
  for (const as of ENCODINGS) {
    const own = numbered.filter((request) => request.as === as);
    for (let from = 0; from < own.length; from += ENCODE_BATCH_MAX) {
      const batch = own.slice(from, from + ENCODE_BATCH_MAX);
      const texts = batch.map(({ text }) => text);
      const encodings = await native(as).encodeBatch(texts, NOTHING_ADDED);
      for (const [n, request] of batch.entries()) {
        answers[request.i] = encodedOf(nth(encodings, n), request);
      }
    }
  }
  return answers;
}

function encodedOf(encoding: JsEncoding, request: EncodeRequest): Encoded {
  return {
    length: encoding.getLength(),
    get ids() {
      return idsOf(encoding);
    },
    get runs() {
      return rangeRuns(encoding, request);
    },
    spanOf: (token) => tokenSpan(encoding, token, request.text),
  };
}

/** What the library's own decode does, which is asynchronous. */
export function decodeWith(decoder: Decoder | null, tokens: string[]): string {
  return decoder === null ? tokens.join(' ') : decoder.decode(tokens);
}

function idsOf(encoding: JsEncoding): Int32Array {
  return Int32Array.from(encoding.getIds());
}

function tokenIdOf(tokenizer: Tokenizer, text: string | null | undefined): number | null {
  return text === null || text === undefined ? null : tokenizer.tokenToId(text);
}

function nativeTokenizer(json: string, source: TokenizerSource): Tokenizer {
  try {
    return Tokenizer.fromString(json);
  } catch (cause) {
    throw new BrewhouseError('tokenizer_refused', `tokenizer.json of ${sourceName(source)} cannot be loaded`, {
      place: { file: 'tokenizer.json' },
      remedy: `it must be a file that the tokenizers library reads (${String((cause as Error).message)})`,
      cause,
    });
  }
}
