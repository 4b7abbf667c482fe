/**
 * Loads a pinned tokenizer with the encodings of a corpus: trusted, after a control token,
 * continuation.
 */

import { type Decoder, type JsEncoding, Tokenizer } from 'tokenizers';
import type { Sha256 } from '../../schemas/ids.ts';
import type { AddedTokenEntry } from '../../schemas/tokenizer.ts';
import { nth, present, recordOf } from '../checked.ts';
import { sha256Hex } from '../content-hash.ts';
import { BrewhouseError } from '../errors.ts';
import { ENCODINGS, type Encoded, type EncodeRequest, type RequestEncoder } from './encode-rounds.ts';
import { rangeRuns, tokenSpan } from './range-runs.ts';
import { bordersAtSpaces, tokensBeforeSpace } from './space-borders.ts';
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
  const native = nativeTokenizers(variants, source);
  const trusted = native('trusted');
  const hasBorders = bordersAtSpaces(json);
  const added = json.file.added_tokens.toSorted((a, b) => a.id - b.id);
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
    vocabSize: Math.max(json.greatestId, added.at(-1)?.id ?? -1) + 1,
    bosId,
    eosId,
    padId: tokenIdOf(trusted, config.pad_token),
    endId: eosId,
    specialTexts: recordOf(SPECIAL_TOKENS, (name) => config[name] ?? null),
    beginsWithBos: bosId !== null && config.add_bos_token !== false,
    controlIds: new Set(added.map((token) => token.id)),
    controlTexts: added.map((token) => token.content),
    family: variants.family,
    ...encodersOf(native, hasBorders),
  };
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

/**
 * Equal variants are loaded once, `beginning` when it is first asked for: hardly anybody does.
 * Until then the lists of its file are held, which are short in families with a prefix.
 */
function nativeTokenizers(variants: TokenizerVariants, source: TokenizerSource): NativeTokenizers {
  const loaded = new Map<EncodeRequest['as'], Tokenizer>();
  for (const variant of new Set(LOADED_AT_ONCE.map((as) => variants.variantOf[as])))
    loaded.set(variant, nativeTokenizer(variants.jsonOf(variant), source));
  const { variantOf } = variants;
  const load = variantOf.beginning === 'beginning' ? () => variants.jsonOf('beginning') : undefined;
  return tokenizersIn(loaded, { variantOf, load, source });
}

const LOADED_AT_ONCE = ['trusted', 'continuation', 'afterControl'] as const;

interface Loading {
  readonly variantOf: TokenizerVariants['variantOf'];
  /** The JSON of what is not loaded at once. */
  readonly load: (() => string) | undefined;
  readonly source: TokenizerSource;
}

function tokenizersIn(loaded: Map<EncodeRequest['as'], Tokenizer>, { variantOf, load, source }: Loading) {
  return (as: EncodeRequest['as']): Tokenizer => {
    const variant = variantOf[as];
    const tokenizer = loaded.get(variant) ?? nativeTokenizer(present(load, 'a variant')(), source);
    loaded.set(variant, tokenizer);
    return tokenizer;
  };
}

function encodersOf(native: NativeTokenizers, hasBorders: boolean): Encoders {
  const [trusted, continuation] = [native('trusted'), native('continuation')];
  const encodeWith = async (tokenizer: Tokenizer, text: string) =>
    idsOf(await tokenizer.encode(text.toWellFormed(), null, NOTHING_ADDED));
  const decoder = trusted.getDecoder();
  const rawDecoder = continuation.getDecoder();
  const encodeAll = (requests: readonly EncodeRequest[]) => encodeRequests(native, requests, hasBorders);
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
      return (await encodeAll(requests)).map(({ ids }) => ids);
    },
    encodeRequests: encodeAll,
    decode: (ids) => decodeWith(decoder, Array.from(ids, tokenOf)),
    tokenText: (id) => decodeWith(rawDecoder, [tokenOf(id)]),
  };
}

/** Batch after batch of each kind; the answers come in the order of the requests. */
async function encodeRequests(
  native: NativeTokenizers,
  requests: readonly EncodeRequest[],
  hasBorders: boolean,
): Promise<Encoded[]> {
  const answers: Encoded[] = [];
  const numbered = requests.map((request, i) => ({ ...request, text: request.text.toWellFormed(), i }));
  for (const as of ENCODINGS) {
    const own = numbered.filter((request) => request.as === as);
    for (let from = 0; from < own.length; from += ENCODE_BATCH_MAX) {
      const batch = own.slice(from, from + ENCODE_BATCH_MAX);
      const texts = batch.map(({ text }) => text);
      const encodings = await native(as).encodeBatch(texts, NOTHING_ADDED);
      for (const [n, request] of batch.entries()) {
        answers[request.i] = encodedOf(nth(encodings, n), request, hasBorders);
      }
    }
  }
  return answers;
}

function encodedOf(encoding: JsEncoding, request: EncodeRequest, hasBorders: boolean): Encoded {
  return {
    length: encoding.getLength(),
    get ids() {
      return idsOf(encoding);
    },
    get runs() {
      return rangeRuns(encoding, request);
    },
    spanOf: (token) => tokenSpan(encoding, token, request.text),
    tokensBeforeSpace: (place) =>
      hasBorders && request.as === 'continuation' ? tokensBeforeSpace(encoding, request.text, place) : undefined,
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
