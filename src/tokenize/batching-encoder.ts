/**
 * Gathers encodings asked for at one time into native batches: one batch is several times faster
 * than its texts one by one.
 */
import type { JsEncoding } from 'tokenizers';
import { textSpans } from './text-spans.ts';

/**
 * Texts in one native batch: enough to keep the native threads busy, few enough that their
 * encodings stay near 100 MB.
 */
const BATCH_MAX = 2_048;

/** The native side: encodes continuation text, in order. */
export type EncodeBatch = (texts: string[]) => Promise<JsEncoding[]>;

export interface BatchingEncoder {
  /** Tokens of the text. */
  count(text: string): Promise<number>;
  /**
   * Ids, and for every field (UTF-16 range of the text) the tokens [from, to) that overlap it, as
   * pairs.
   */
  encodeFields(text: string, fields: readonly Field[]): Promise<{ ids: Int32Array; runs: Int32Array }>;
}

interface Field {
  readonly from: number;
  readonly to: number;
}

interface Request {
  readonly text: string;
  readonly resolve: (encoding: JsEncoding) => void;
  readonly reject: (error: unknown) => void;
}

/** Requests of one turn of the event loop go out together. */
export function createBatchingEncoder(encodeBatch: EncodeBatch): BatchingEncoder {
  let waiting: Request[] = [];
  const flush = async () => {
    const all = waiting;
    waiting = [];
    for (let from = 0; from < all.length; from += BATCH_MAX) {
      const batch = all.slice(from, from + BATCH_MAX);
      try {
        const encodings = await encodeBatch(batch.map((request) => request.text));
        for (const [i, request] of batch.entries()) request.resolve(encodings[i]!);
      } catch (error) {
        for (const request of batch) request.reject(error);
      }
    }
  };
  const encode = (text: string) =>
    new Promise<JsEncoding>((resolve, reject) => {
      if (waiting.length === 0) setImmediate(flush);
      waiting.push({ text: text.toWellFormed(), resolve, reject });
    });
  return {
    count: async (text) => (await encode(text)).getLength(),
    async encodeFields(text, fields) {
      const formed = text.toWellFormed();
      const encoding = await encode(formed);
      const ids = Int32Array.from(encoding.getIds());
      return { ids, runs: quickRuns(encoding, formed, fields) ?? exactRuns(encoding, formed, ids, fields) };
    },
  };
}

/**
 * Asks for the tokens at the fields' borders alone; null where a character there has no token of
 * its own (NFC) or is a surrogate.
 */
function quickRuns(encoding: JsEncoding, text: string, fields: readonly Field[]): Int32Array | null {
  if (/[\ud800-\udbff]/.test(text)) return null;
  const size = encoding.getLength();
  const runs = new Int32Array(fields.length * 2);
  for (const [i, { from, to }] of fields.entries()) {
    let first: number | null = to > from ? encoding.charToToken(from) : null;
    let last: number | null = to > from ? encoding.charToToken(to - 1) : null;
    if (first === null || last === null) return null;
    // A character can be split over several tokens, which all overlap the field.
    while (first > 0 && encoding.tokenToChars(first - 1)![1] > from) first--;
    while (last + 1 < size && encoding.tokenToChars(last + 1)![0] < to) last++;
    runs[2 * i] = first;
    runs[2 * i + 1] = last + 1;
  }
  return runs;
}

function exactRuns(encoding: JsEncoding, text: string, ids: Int32Array, fields: readonly Field[]): Int32Array {
  const { starts, ends } = textSpans(text, ids, encoding.getOffsets());
  const runs = new Int32Array(fields.length * 2);
  let token = 0;
  for (const [i, { from, to }] of fields.entries()) {
    while (token < ids.length && ends[token]! <= from) token++;
    runs[2 * i] = token;
    while (token < ids.length && starts[token]! < to) token++;
    runs[2 * i + 1] = token;
  }
  return runs;
}
