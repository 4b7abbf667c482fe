/**
 * Encodes by our own encoder where it can, else by the official library; what it makes is compared
 * with the library's: hard texts before anything, then a draw of all texts.
 */
import { nth } from '../../checked.ts';
import { BrewhouseError } from '../../errors.ts';
import type { Encoded, EncodeRequest, RequestEncoder } from '../encode-rounds.ts';
import { ENCODE_BATCH_MAX, type LibraryEncoder } from '../library-encoder.ts';
import { encodedTokens, spansOf } from './encoded-tokens.ts';
import { hardTexts } from './hard-texts.ts';
import type { TextEncoder } from './text-encoder.ts';

/** Share of the texts that the library encodes, too. */
export const COMPARED_SHARE = 0.01;

/** What a guarded encoder works with. */
export interface GuardedMeans {
  /** Of the tokenizer, for messages. */
  readonly id: string;
  readonly own: TextEncoder;
  readonly library: LibraryEncoder;
}

/**
 * NOTHING IS SILENTLY WRONG: `encodeRequests` throws `tokens_differ` where our encoder differs from
 * the library on any hard text, or on a text of the draw. Trusted text, and untrusted text that
 * ours leaves alone, is the library's. A text that holds the text of an added token is not
 * compared: the tokenizer that is loaded makes a token of it.
 */
export function guardedEncoder(means: GuardedMeans): RequestEncoder {
  const { own, library } = means;
  let hard: Promise<void> | undefined;
  const compareHard = async () => {
    const made = hardTexts().map((text) => ({ text, kind: 'hard', ids: own.encode(text) }));
    requireEqual(means, made, await library.idsByTrusted(made.map(({ text }) => text)));
  };
  const encodeBatch = async (batch: readonly EncodeRequest[]): Promise<Encoded[]> => {
    const requests = batch.map((request) => wellFormed(request));
    const untrusted = requests.filter(({ as }) => as !== 'trusted');
    const drawn = untrusted.filter(({ text }) => isDrawn(text));
    // The library works in threads of its own while ours encodes.
    const theirs = drawn.length === 0 ? [] : library.idsByTrusted(drawn.map(({ text }) => text));
    const made = new Map(untrusted.map((request) => [request, own.encode(request.text)]));
    const left = requests.filter((request) => made.get(request) === undefined);
    const others = left.length === 0 ? [] : library.encodeRequests(left);
    const [answers, compared] = await Promise.all([others, theirs]);
    const ours = drawn.map((request) => ({ text: request.text, kind: request.as, ids: made.get(request) }));
    requireEqual(means, ours, compared);
    let next = 0;
    return requests.map((request) => {
      const ids = made.get(request);
      return ids === undefined ? nth(answers, next++) : encodedTokens(ids, request, own.lengths);
    });
  };
  return {
    async encodeRequests(requests) {
      hard ??= compareHard();
      await hard;
      const answers: Encoded[] = [];
      for (let from = 0; from < requests.length; from += ENCODE_BATCH_MAX)
        answers.push(...(await encodeBatch(requests.slice(from, from + ENCODE_BATCH_MAX))));
      return answers;
    },
  };
}

function wellFormed(request: EncodeRequest): EncodeRequest {
  return request.text.isWellFormed() ? request : { ...request, text: request.text.toWellFormed() };
}

/** A text, and its ids by our encoder, which leaves some texts alone. */
interface MadeText {
  readonly text: string;
  readonly kind: string;
  readonly ids: Int32Array | undefined;
}

/** Units of a text by which it is drawn, beside its length. */
const DRAWN_BY_UNITS = 128;

/**
 * A text is drawn by a hash of what it says (FNV-1a), whatever else is encoded, so that the same
 * build compares the same texts. It decides nothing that is written, and is no draw of DRAW-1.
 */
export function isDrawn(text: string): boolean {
  let hash = 0x811c9dc5 ^ text.length;
  const to = Math.min(text.length, DRAWN_BY_UNITS);
  for (let i = 0; i < to; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return (hash ^ (hash >>> 15)) >>> 0 < COMPARED_SHARE * 2 ** 32;
}

/** Units of a text that a message repeats, before and behind where it differs. */
const QUOTED_UNITS = 24;

/** `theirs` are undefined for texts that hold the text of an added token. */
function requireEqual(means: GuardedMeans, made: readonly MadeText[], theirs: readonly (Int32Array | undefined)[]) {
  for (const [i, text] of made.entries()) {
    const ids = theirs[i];
    if (ids !== undefined && text.ids !== undefined && !sameIds(ids, text.ids))
      throw differing(means, { ...text, ids: text.ids }, ids);
  }
}

function sameIds(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}

function differing(
  { id, own }: GuardedMeans,
  { text, kind, ids }: MadeText & { readonly ids: Int32Array },
  others: Int32Array,
): BrewhouseError {
  const same = ids.findIndex((own, i) => own !== others[i]);
  const token = same < 0 ? ids.length : same;
  const place = spansOf(text, ids, own.lengths).starts[token] ?? text.length;
  const near = JSON.stringify(text.slice(Math.max(0, place - QUOTED_UNITS), place + QUOTED_UNITS));
  const what = `with the tokenizer ${id} our encoder and the tokenizers library differ on a text (${kind})`;
  return new BrewhouseError('tokens_differ', `${what} at token ${token}, near ${near}`, {
    remedy: 'set BREWHOUSE_ENCODER=library, which leaves all texts to the library, and please report the text',
  });
}
