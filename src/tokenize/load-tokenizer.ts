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
import { type GuardedEncoder, guardedEncoder } from './byte-level/guarded-encoder.ts';
import { knownTokenizer } from './byte-level/known-tokenizer.ts';
import { createTextEncoder, type TextEncoder } from './byte-level/text-encoder.ts';
import type { EncodeRequest, RequestEncoder } from './encode-rounds.ts';
import { decodeWith, type LibraryEncoder, libraryEncoder } from './library-encoder.ts';
import { loadNative, type NativeTokenizers, nativeTokenizers, requireOwnIds } from './native-tokenizers.ts';
import { bordersAtSpaces } from './space-borders.ts';
import { type ThreadedLibrary, threadedLibrary } from './threaded-library.ts';
import type { TokenNames } from './token-names.ts';
import { type PinnedSource, readTokenizerFiles, sourceName, type TokenizerFiles } from './tokenizer-files.ts';
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
  /** The config's eos_token; it need not end a turn (FRAME-3). */
  readonly eosId: number;
  readonly padId: number | null;
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

interface Encoders extends RequestEncoder, Omit<TokenNames, 'idOf'>, Pick<GuardedEncoder, 'judged'> {
  /** Untrusted text that continues other text; never a control id. */
  encode(text: string): Promise<Int32Array>;
  /** Untrusted text right after a control token, with the family's prefix; never a control id. */
  encodeAfterControl(text: string): Promise<Int32Array>;
  /** Text that we wrote ourselves: added tokens are recognised, and none is put in. */
  encodeTrusted(text: string): Promise<Int32Array>;
  /** `encode` of many texts, in order; several times faster than one by one. */
  encodeMany(texts: readonly string[]): Promise<Int32Array[]>;
  /** The ids of `encodeRequests` by the official library alone, for checks. */
  idsByLibrary: LibraryEncoder['encodeIds'];
}

/** How a tokenizer is loaded. */
export interface LoadOptions {
  /** Who encodes untrusted text: our encoder, where it knows the steps, or the library alone. */
  readonly encoder?: EncoderName;
  /**
   * Where all of the tokenizer is known, the library is loaded in a thread, which judges what our
   * encoder makes while other work goes on: nobody waits for it before `judged` is asked for.
   */
  readonly isJudgedBeside?: boolean;
}

/**
 * Loads the tokenizer that a recipe names; packages and relative paths are looked for from the
 * folder `resolveFrom`. Before it joins segments, the caller runs `assertBoundaries` once. Throws
 * BrewhouseError `tokenizer_refused` where files are missing or others than pinned (naming the
 * actual sha256), or where there is no end token; `usage` where the environment names another
 * encoder.
 */
export function loadTokenizer(source: PinnedSource, resolveFrom: string, options: LoadOptions = {}): LoadedTokenizer {
  const { encoder = encoderOfEnvironment(), isJudgedBeside = false } = options;
  if (!isJudgedBeside || encoder === 'library') return loadedFrom({ source, resolveFrom, encoder });
  const beside = threadedLibrary({ source, resolveFrom });
  try {
    return loadedFrom({ source, resolveFrom, encoder, beside });
  } catch (error) {
    beside.end().catch(() => undefined);
    throw error;
  }
}

interface Loading {
  readonly source: PinnedSource;
  readonly resolveFrom: string;
  readonly encoder: EncoderName;
  /** Loads the library meanwhile. */
  readonly beside?: ThreadedLibrary;
}

function loadedFrom({ source, resolveFrom, encoder, beside }: Loading): LoadedTokenizer {
  const files = readTokenizerFiles(source, resolveFrom);
  const { id, sha256, json, config, chatTemplate } = files;
  const variants = tokenizerVariants(json);
  const own = encoder === 'own' ? createTextEncoder(json) : undefined;
  const added = json.file.added_tokens.toSorted((a, b) => a.id - b.id);
  const controlTexts = added.map(({ content }) => content);
  const loading = { files, source, resolveFrom, variants, added, controlTexts, own };
  const { names, ...work } = workBeside(loading, beside) ?? workByLibrary(loading);
  const tokenId = (text: string | null | undefined) => (text === null || text === undefined ? null : names.idOf(text));
  const eosId = tokenId(config.eos_token);
  if (eosId === null) {
    throw new BrewhouseError('tokenizer_refused', `${sourceName(source)} has no end token`, {
      place: { file: 'tokenizer_config.json', field: 'eos_token' },
      remedy: 'tokenizer_config.json must name an eos_token that tokenizer.json holds',
    });
  }
  const bosId = tokenId(config.bos_token);
  return {
    id,
    sha256,
    chatTemplate,
    chatTemplateSha256: chatTemplate === null ? null : sha256Hex(chatTemplate),
    vocabSize: Math.max(json.greatestId, added.at(-1)?.id ?? -1) + 1,
    bosId,
    eosId,
    padId: tokenId(config.pad_token),
    specialTexts: recordOf(SPECIAL_TOKENS, (name) => config[name] ?? null),
    beginsWithBos: bosId !== null && config.add_bos_token !== false,
    controlIds: new Set(added.map((token) => token.id)),
    controlTexts,
    family: variants.family,
    ...encodersOf(work),
    decode: names.decode,
    tokenText: names.tokenText,
  };
}

/** Our encoder, and the library for what that leaves alone; or the library alone. */
export type EncoderName = 'own' | 'library';

function encoderOfEnvironment(): EncoderName {
  const { BREWHOUSE_ENCODER: named = '' } = process.env;
  if (named === '' || named === 'library') return named === '' ? 'own' : named;
  throw new BrewhouseError('usage', `BREWHOUSE_ENCODER is ${quotedName(named)}`, {
    remedy: 'it may be library, or not be set',
  });
}

interface LoadedFiles {
  readonly files: TokenizerFiles;
  readonly source: PinnedSource;
  readonly resolveFrom: string;
  readonly variants: TokenizerVariants;
  /** In order of id. */
  readonly added: readonly AddedTokenEntry[];
  /** Their texts. */
  readonly controlTexts: readonly string[];
  /** Encodes what is not trusted. */
  readonly own: TextEncoder | undefined;
}

/** Who answers what is asked of a tokenizer. */
interface Work {
  readonly names: TokenNames;
  /** Hands over what it does not encode. */
  readonly encoder: GuardedEncoder;
  readonly library: LibraryEncoder;
}

/** All by the library, which is loaded now, but what our own encoder makes. */
function workByLibrary(loading: LoadedFiles): Work {
  const { files, source, resolveFrom, variants, added, controlTexts, own } = loading;
  const { id, json } = files;
  const native = nativesOf({ files, source, resolveFrom, variants, own });
  requireOwnIds(native('trusted'), added, source);
  const controlIds = new Set(added.map((token) => token.id));
  const isOneForAll = own !== undefined && variants.keepsSpans;
  const library = libraryEncoder({ native, hasBorders: bordersAtSpaces(json), controlIds, isOneForAll });
  const names = namesOf(native, variants.decodesAlike);
  if (own === undefined) return { names, library, encoder: { ...library, judged: async () => undefined } };
  const { lengths } = own.vocabulary;
  const encoding = { encode: own.encode, lengths };
  const encoder = guardedEncoder({ id, own: encoding, library, controlTexts, isJudgedBeside: false });
  return { names, library, encoder };
}

/** All by what is known, while a thread loads the library; undefined where anything is not. */
function workBeside(
  { files, variants, added, controlTexts, own }: LoadedFiles,
  beside: ThreadedLibrary | undefined,
): Work | undefined {
  if (beside === undefined) return undefined;
  const { id, json } = files;
  const known = own && variants.keepsSpans ? knownTokenizer(json, own) : undefined;
  if (known === undefined) {
    // What was loaded in vain is another tokenizer's.
    beside.end().catch(() => undefined);
    return undefined;
  }
  const library = beside.open({ added, variantOf: variants.variantOf, hasBorders: bordersAtSpaces(json) });
  const encoder = guardedEncoder({ id, own: known, library, controlTexts, isJudgedBeside: true });
  return { names: known, library, encoder };
}

/**
 * Equal variants are loaded once, `beginning` when it is first asked for: hardly anybody does.
 * Until then the lists of its file are held, which are short in families with a prefix. Where our
 * own encoder works, no variant but `trusted` is loaded before it is asked for, and for that the
 * file is read again: its lists would take more memory than what they are loaded into.
 */
function nativesOf({
  source,
  resolveFrom,
  variants,
  own,
}: Omit<LoadedFiles, 'added' | 'controlTexts'>): NativeTokenizers {
  const { variantOf } = variants;
  const atOnce = own ? (['trusted'] as const) : (['trusted', 'continuation', 'afterControl'] as const);
  const load = (variant: EncodeRequest['as']) =>
    loadNative(() => Tokenizer.fromString(variants.jsonOf(variant)), source);
  const loaded = Array.from(new Set(atOnce.map((as) => variantOf[as])), (variant) => [variant, load(variant)] as const);
  const readAgain = () => tokenizerVariants(readTokenizerFiles(source, resolveFrom).json);
  const held = own ? undefined : variants;
  return nativeTokenizers({ source, variantOf, loaded, jsonOf: (variant) => (held ?? readAgain()).jsonOf(variant) });
}

function namesOf(native: NativeTokenizers, decodesAlike: boolean): TokenNames {
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
  return {
    idOf: (text) => trusted.tokenToId(text),
    decode: (ids) => decodeWith(decoder, Array.from(ids, tokenOf)),
    tokenText: (id) => decodeWith(rawDecoder, [tokenOf(id)]),
  };
}

function encodersOf({ encoder, library }: Omit<Work, 'names'>): Omit<Encoders, 'decode' | 'tokenText'> {
  const encodeAs = async (as: EncodeRequest['as'], texts: readonly string[]) => {
    const answers = await encoder.encodeRequests(texts.map((text) => ({ as, text, ranges: [] })));
    return answers.map(({ ids }) => ids);
  };
  return {
    encode: async (text) => nth(await encodeAs('continuation', [text]), 0),
    encodeAfterControl: async (text) => nth(await encodeAs('afterControl', [text]), 0),
    encodeTrusted: async (text) => nth(await encodeAs('trusted', [text]), 0),
    encodeMany: (texts) => encodeAs('continuation', texts),
    encodeRequests: encoder.encodeRequests,
    judged: encoder.judged,
    idsByLibrary: library.encodeIds,
  };
}
