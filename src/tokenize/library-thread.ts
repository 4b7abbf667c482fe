/** A thread that has the library's tokenizer, and says what it makes of texts. */
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { Tokenizer } from 'tokenizers';
import type { AddedTokenEntry } from '../../schemas/tokenizer.ts';
import { answerRequests } from '../asked-thread.ts';
import { nth, present } from '../checked.ts';
import { sha256Hex } from '../content-hash.ts';
import { BrewhouseError } from '../errors.ts';
import type { Encoded, EncodeRequest } from './encode-rounds.ts';
import { type LibraryEncoder, libraryEncoder } from './library-encoder.ts';
import { loadNative, nativeTokenizers, requireOwnIds } from './native-tokenizers.ts';
import { type PinnedSource, readTokenizerFiles, sourceName, tokenizerFile } from './tokenizer-files.ts';
import { type TokenizerVariants, tokenizerVariants } from './tokenizer-variants.ts';

/** Which tokenizer the thread loads. */
export interface LibraryThreadData {
  readonly source: PinnedSource;
  readonly resolveFrom: string;
}

/** What of a tokenizer is known by who starts the thread, once it has read the file. */
export interface LibraryFacts {
  readonly added: readonly AddedTokenEntry[];
  readonly variantOf: TokenizerVariants['variantOf'];
  readonly hasBorders: boolean;
}

/** What the thread is asked: to load, to open what it has loaded, then to encode. */
export type LibraryWish =
  | { readonly kind: 'load' }
  | { readonly kind: 'open'; readonly facts: LibraryFacts }
  | {
      readonly kind: 'encode';
      readonly requests: readonly EncodeRequest[];
      /** Where the tokens lie, too, and not their ids alone. */
      readonly withPlaces: boolean;
    };

/** The ids of each request, or all. */
export type LibraryAnswer = readonly Int32Array[] | readonly ToldEncoding[];

/** An answer as it comes from the thread. */
export interface ToldEncoding {
  readonly ids: Int32Array;
  readonly runs: Int32Array;
  /** The span of each token. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Of `tokensBeforeSpace`, by place. */
  readonly borders: ReadonlyMap<number, number>;
}

/** The file as it is; throws `tokenizer_refused`. */
function loadTrusted({ source, resolveFrom }: LibraryThreadData): Tokenizer {
  const file = tokenizerFile(source, resolveFrom);
  const trusted = loadNative(() => Tokenizer.fromFile(file), source);
  requireSame(file, source);
  return trusted;
}

/** Throws `tokenizer_refused`. */
function openLibrary(trusted: Tokenizer, data: LibraryThreadData, facts: LibraryFacts): LibraryEncoder {
  const { source, resolveFrom } = data;
  const { added, variantOf, hasBorders } = facts;
  requireOwnIds(trusted, added, source);
  const jsonOf = (variant: EncodeRequest['as']) =>
    tokenizerVariants(readTokenizerFiles(source, resolveFrom).json).jsonOf(variant);
  const native = nativeTokenizers({ source, variantOf, loaded: [['trusted', trusted]], jsonOf });
  return libraryEncoder({ native, hasBorders, controlIds: new Set(added.map(({ id }) => id)), isOneForAll: true });
}

/** What the library has read is what the pin names, not what lies there since. */
function requireSame(file: string, source: PinnedSource): void {
  if (sha256Hex(readFileSync(file)) === source.sha256.toLowerCase()) return;
  throw new BrewhouseError('tokenizer_refused', `tokenizer.json of ${sourceName(source)} was changed`, {
    place: { file },
    remedy: 'run the command again',
  });
}

/** All that an answer can be asked for. */
function told({ text }: EncodeRequest, { length, ids, runs, spanOf, tokensBeforeSpace }: Encoded): ToldEncoding {
  const [starts, ends] = [new Int32Array(length), new Int32Array(length)];
  for (let token = 0; token < length; token++) {
    const { from, to } = spanOf(token);
    starts[token] = from;
    ends[token] = to;
  }
  const borders = new Map<number, number>();
  for (const { index } of text.matchAll(/ /g)) {
    const tokens = tokensBeforeSpace(index);
    if (tokens !== undefined) borders.set(index, tokens);
  }
  return { ids, runs, starts, ends, borders };
}

if (parentPort !== null) {
  const data = workerData as LibraryThreadData;
  let trusted: Tokenizer | undefined;
  let library: LibraryEncoder | undefined;
  answerRequests<LibraryWish, LibraryAnswer>(parentPort, async (wish) => {
    trusted ??= loadTrusted(data);
    if (wish.kind === 'open') library = openLibrary(trusted, data, wish.facts);
    if (wish.kind !== 'encode') return [];
    const opened = present(library, 'library that is open');
    if (!wish.withPlaces) return opened.encodeIds(wish.requests);
    const answers = await opened.encodeRequests(wish.requests);
    return wish.requests.map((request, i) => told(request, nth(answers, i)));
  });
}
