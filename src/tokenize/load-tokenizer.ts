/**
 * Loads a pinned tokenizer with the encodings of a corpus: trusted, after a control token,
 * continuation.
 */

import { Tokenizer } from 'tokenizers';
import type { Sha256 } from '../../schemas/ids.ts';
import type { AddedTokenEntry } from '../../schemas/tokenizer.ts';
import { nth, recordOf } from '../checked.ts';
import { sha256Hex } from '../content-hash.ts';
import { BrewhouseError, quotedName } from '../errors.ts';
import { guardedEncoder } from './byte-level/guarded-encoder.ts';
import { createTextEncoder } from './byte-level/text-encoder.ts';
import type { EncodeRequest, RequestEncoder } from './encode-rounds.ts';
import { decodeWith, type LibraryEncoder, libraryEncoder, type NativeTokenizers } from './library-encoder.ts';
import { bordersAtSpaces } from './space-borders.ts';
import type { TextSpans } from './text-spans.ts';
import { type PinnedSource, readTokenizerFiles, sourceName, type TokenizerSource } from './tokenizer-files.ts';
import { type TokenizerFamily, type TokenizerVariants, tokenizerVariants } from './tokenizer-variants.ts';

/** The special tokens whose texts chat templates ask for. */
const SPECIAL_TOKENS = ['bos_token', 'eos_token', 'pad_token', 'unk_token'] as const;

/**
 * A tokenizer: what its files say, and its encodings. Those of untrusted text are made by our own
 * encoder where the steps of the tokenizer are known (byte-level/), and throw `tokens_differ` where
 * the library says otherwise; all others by the library, which is asynchronous alone.
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
  /** `encodeRequests` by the official library alone, for checks. */
  encodeByLibrary: RequestEncoder['encodeRequests'];
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
 * actual sha256), or where there is no end token; `usage` where the environment names another
 * encoder.
 */
export function loadTokenizer(
  source: PinnedSource,
  resolveFrom: string,
  encoderName: EncoderName = encoderOfEnvironment(),
): LoadedTokenizer {
  const { id, sha256, json, config, chatTemplate } = readTokenizerFiles(source, resolveFrom);
  const variants = tokenizerVariants(json);
  const own = encoderName === 'own' ? createTextEncoder(json) : undefined;
  const native = nativeTokenizers({ variants, source, resolveFrom, hasOwn: own !== undefined });
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
  const controlIds = new Set(added.map((token) => token.id));
  const isOneForAll = own !== undefined && variants.keepsSpans;
  const library = libraryEncoder({ native, hasBorders, controlIds, isOneForAll });
  const encoder = own === undefined ? library : guardedEncoder({ id, own, library });
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
    controlIds,
    controlTexts: added.map((token) => token.content),
    family: variants.family,
    ...encodersOf({ native, encoder, library, decodesAlike: variants.decodesAlike }),
  };
}

/** Who encodes untrusted text: our encoder, where the tokenizer is known, or the library alone. */
type EncoderName = 'own' | 'library';

function encoderOfEnvironment(): EncoderName {
  const { BREWHOUSE_ENCODER: named = '' } = process.env;
  if (named === '' || named === 'library') return named === '' ? 'own' : named;
  throw new BrewhouseError('usage', `BREWHOUSE_ENCODER is ${quotedName(named)}`, {
    remedy: 'it may be library, or not be set',
  });
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

interface Loading {
  readonly variants: TokenizerVariants;
  readonly source: PinnedSource;
  readonly resolveFrom: string;
  /** Our own encoder makes what is not trusted. */
  readonly hasOwn: boolean;
}

/**
 * Equal variants are loaded once, `beginning` when it is first asked for: hardly anybody does.
 * Until then the lists of its file are held, which are short in families with a prefix. Where our
 * own encoder works, no variant but `trusted` is loaded before it is asked for, and for that the
 * file is read again: its lists would take more memory than what they are loaded into.
 */
function nativeTokenizers({ variants, source, resolveFrom, hasOwn }: Loading): NativeTokenizers {
  const { variantOf } = variants;
  const loaded = new Map<EncodeRequest['as'], Tokenizer>();
  const atOnce = hasOwn ? (['trusted'] as const) : (['trusted', 'continuation', 'afterControl'] as const);
  for (const variant of new Set(atOnce.map((as) => variantOf[as])))
    loaded.set(variant, nativeTokenizer(variants.jsonOf(variant), source));
  const readAgain = () => tokenizerVariants(readTokenizerFiles(source, resolveFrom).json);
  const held = hasOwn ? undefined : variants;
  return tokenizersIn(loaded, variantOf, (variant) => nativeTokenizer((held ?? readAgain()).jsonOf(variant), source));
}

function tokenizersIn(
  loaded: Map<EncodeRequest['as'], Tokenizer>,
  variantOf: TokenizerVariants['variantOf'],
  load: (variant: EncodeRequest['as']) => Tokenizer,
): NativeTokenizers {
  return (as) => {
    const variant = variantOf[as];
    const tokenizer = loaded.get(variant) ?? load(variant);
    loaded.set(variant, tokenizer);
    return tokenizer;
  };
}

interface Encoding {
  readonly native: NativeTokenizers;
  /** Encodes untrusted text, and hands over what it does not. */
  readonly encoder: RequestEncoder;
  readonly library: LibraryEncoder;
  readonly decodesAlike: boolean;
}

function encodersOf({ native, encoder, library, decodesAlike }: Encoding): Encoders {
  const trusted = native('trusted');
  const decoder = trusted.getDecoder();
  const rawDecoder = decodesAlike ? decoder : native('continuation').getDecoder();
  // Asking the library costs a microsecond, and prompts are read back by the thousand.
  const tokens = new Map<number, string>();
  const tokenOf = (id: number) => {
    const token = tokens.get(id) ?? trusted.idToToken(id);
    if (token === null) throw new RangeError(`token id ${id} is not in the vocabulary`);
    tokens.set(id, token);
    return token;
  };
  const encodeAs = async (as: EncodeRequest['as'], texts: readonly string[]) => {
    const answers = await encoder.encodeRequests(texts.map((text) => ({ as, text, ranges: [] })));
    return answers.map(({ ids }) => ids);
  };
  return {
    encode: async (text) => nth(await encodeAs('continuation', [text]), 0),
    encodeAfterControl: async (text) => nth(await encodeAs('afterControl', [text]), 0),
    encodeTrusted: async (text) => nth(await encodeAs('trusted', [text]), 0),
    encodeSpans: library.encodeSpans,
    encodeMany: (texts) => encodeAs('continuation', texts),
    encodeRequests: encoder.encodeRequests,
    encodeByLibrary: library.encodeRequests,
    decode: (ids) => decodeWith(decoder, Array.from(ids, tokenOf)),
    tokenText: (id) => decodeWith(rawDecoder, [tokenOf(id)]),
  };
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
