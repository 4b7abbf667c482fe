/** Encodes by the official library, in batches, with as few of its tokenizers as will do. */
import type { Decoder, JsEncoding } from 'tokenizers';
import { nth } from '../checked.ts';
import { ENCODINGS, type Encoded, type EncodeRequest, type RequestEncoder } from './encode-rounds.ts';
import type { NativeTokenizers } from './native-tokenizers.ts';
import { rangeRuns, tokenSpan } from './range-runs.ts';
import { tokensBeforeSpace } from './space-borders.ts';

/**
 * Texts in one native batch: enough to keep the native threads busy, and encodings of about 100 MB
 * at most.
 */
export const ENCODE_BATCH_MAX = 2_048;

const NOTHING_ADDED = { addSpecialTokens: false };

/** What a library encoder works with. */
export interface LibraryMeans {
  readonly native: NativeTokenizers;
  /** The tokenizer has borders at spaces (space-borders.ts). */
  readonly hasBorders: boolean;
  /** Of all added tokens. */
  readonly controlIds: ReadonlySet<number>;
  /**
   * `trusted` encodes untrusted text as the others do, spans and all, unless that holds the text of
   * an added token. Then the others are hardly ever loaded.
   */
  readonly isOneForAll: boolean;
}

/** Encodes by the official library. */
export interface LibraryEncoder extends RequestEncoder {
  /** The ids of `encodeRequests` alone. */
  encodeIds(requests: readonly EncodeRequest[]): Promise<Int32Array[]>;
}

/** Batch after batch of each kind; the answers come in the order of the requests. */
export function libraryEncoder({ native, hasBorders, controlIds, isOneForAll }: LibraryMeans): LibraryEncoder {
  const isPlain = (encoding: JsEncoding) => !encoding.getIds().some((id) => controlIds.has(id));
  const encodeAs = async (as: EncodeRequest['as'], texts: string[]): Promise<JsEncoding[]> => {
    if (!isOneForAll || as === 'trusted') return native(as).encodeBatch(texts, NOTHING_ADDED);
    const encodings = await native('trusted').encodeBatch(texts, NOTHING_ADDED);
    const others = [...encodings.keys()].filter((i) => !isPlain(nth(encodings, i)));
    if (others.length === 0) return encodings;
    const again = await native(as).encodeBatch(
      others.map((i) => nth(texts, i)),
      NOTHING_ADDED,
    );
    for (const [n, i] of others.entries()) encodings[i] = nth(again, n);
    return encodings;
  };
  const encodeRequests = async (requests: readonly EncodeRequest[]): Promise<Encoded[]> => {
    const answers: Encoded[] = [];
    const numbered = requests.map((request, i) => ({ ...request, text: request.text.toWellFormed(), i }));
    for (const as of ENCODINGS) {
      const own = numbered.filter((request) => request.as === as);
      for (let from = 0; from < own.length; from += ENCODE_BATCH_MAX) {
        const batch = own.slice(from, from + ENCODE_BATCH_MAX);
        const encodings = await encodeAs(
          as,
          batch.map(({ text }) => text),
        );
        for (const [n, request] of batch.entries()) {
          answers[request.i] = encodedOf(nth(encodings, n), request, hasBorders);
        }
      }
    }
    return answers;
  };
  return { encodeRequests, encodeIds: async (requests) => (await encodeRequests(requests)).map(({ ids }) => ids) };
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
