/**
 * Encodes by our own encoder where it can, else by the official library; what it makes is compared
 * with the library's: hard texts before anything, then a draw of all texts.
 */
import { nth } from '../../checked.ts';
import { BrewhouseError } from '../../errors.ts';
import type { Encoded, EncodeRequest, RequestEncoder } from '../encode-rounds.ts';
import { ENCODE_BATCH_MAX, type LibraryEncoder } from '../library-encoder.ts';
import { sameIds } from '../token-ids.ts';
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
 * ours leaves alone, is the library's.
 */
export function guardedEncoder(means: GuardedMeans): RequestEncoder {
  const { own, library } = means;
  let hard: Promise<void> | undefined;
  const compareHard = async () => {
    const requests = hardTexts().map((text) => ({ as: 'continuation' as const, text, ranges: [] }));
    const made = [...madeBy(own, requests)];
    requireEqual(means, made, await library.encodeRequests(requests));
  };
  const encodeBatch = async (batch: readonly EncodeRequest[]): Promise<Encoded[]> => {
    const requests = batch.map((request) => wellFormed(request));
    const untrusted = requests.filter(({ as }) => as !== 'trusted');
    const drawn = untrusted.filter(({ text }) => isDrawn(text));
    // The library works in threads of its own while ours encodes.
    const theirs = drawn.length === 0 ? [] : library.encodeRequests(drawn);
    const made = madeBy(own, untrusted);
    const left = requests.filter((request) => made.get(request) === undefined);
    const [others, compared] = await Promise.all([left.length === 0 ? [] : library.encodeRequests(left), theirs]);
    requireEqual(
      means,
      drawn.map((request) => [request, made.get(request)]),
      compared,
    );
    let next = 0;
    return requests.map((request) => {
      const ids = made.get(request);
      return ids === undefined ? nth(others, next++) : encodedTokens(ids, request, own.lengths);
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

/** A request and its ids by our encoder; undefined for a text that it leaves alone. */
type Made = readonly [request: EncodeRequest, ids: Int32Array | undefined];

function madeBy(own: TextEncoder, requests: readonly EncodeRequest[]) {
  return new Map(requests.map((request): Made => [request, own.encode(request.text)]));
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

/** `theirs` are the library's answers, in the order of `made`. */
function requireEqual(means: GuardedMeans, made: readonly Made[], theirs: readonly Encoded[]): void {
  for (const [i, [request, ids]] of made.entries()) {
    if (ids === undefined) continue;
    const others = nth(theirs, i).ids;
    if (!sameIds(ids, others)) throw differing(means, request, [ids, others]);
  }
}

function differing(
  { id, own }: GuardedMeans,
  { as, text }: EncodeRequest,
  [ids, others]: readonly [Int32Array, Int32Array],
) {
  const same = ids.findIndex((each, i) => each !== others[i]);
  const token = same < 0 ? ids.length : same;
  const place = spansOf(text, ids, own.lengths).starts[token] ?? text.length;
  const near = JSON.stringify(text.slice(Math.max(0, place - QUOTED_UNITS), place + QUOTED_UNITS));
  const what = `with the tokenizer ${id} our encoder and the tokenizers library differ on a text (${as})`;
  return new BrewhouseError('tokens_differ', `${what} at token ${token}, near ${near}`, {
    remedy: 'set BREWHOUSE_ENCODER=library, which leaves all texts to the library, and please report the text',
  });
}
