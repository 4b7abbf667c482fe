/**
 * Encodes by our own encoder where it can, else by the official library; what it makes is compared
 * with the library's: hard texts before anything, then a draw of all texts.
 */
import { intAt, nth } from '../../checked.ts';
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
  const compare = async (made: readonly MadeText[]) => {
    const others = made.length === 0 ? [] : await library.idsByTrusted(made.map(({ text }) => text));
    for (const [i, ids] of others.entries()) if (ids !== undefined) requireEqual(means, nth(made, i), ids);
  };
  const encodeBatch = async (requests: readonly EncodeRequest[]): Promise<Encoded[]> => {
    const answers: Encoded[] = [];
    const left: { readonly i: number; readonly request: EncodeRequest }[] = [];
    const drawn: MadeText[] = [];
    for (const [i, given] of requests.entries()) {
      const request = { ...given, text: given.text.toWellFormed() };
      const ids = request.as === 'trusted' ? undefined : own.encode(request.text);
      if (ids === undefined) left.push({ i, request });
      else {
        answers[i] = encodedTokens(ids, request, own.lengths);
        if (isDrawn(request.text)) drawn.push({ text: request.text, ids, kind: request.as });
      }
    }
    const [others] = await Promise.all([
      left.length === 0 ? [] : library.encodeRequests(left.map(({ request }) => request)),
      compare(drawn),
    ]);
    for (const [n, { i }] of left.entries()) answers[i] = nth(others, n);
    return answers;
  };
  return {
    async encodeRequests(requests) {
      hard ??= compare(hardTexts().flatMap((text) => madeText(own, text)));
      await hard;
      const answers: Encoded[] = [];
      for (let from = 0; from < requests.length; from += ENCODE_BATCH_MAX)
        answers.push(...(await encodeBatch(requests.slice(from, from + ENCODE_BATCH_MAX))));
      return answers;
    },
  };
}

/** A text that ours encoded. */
interface MadeText {
  readonly text: string;
  readonly ids: Int32Array;
  readonly kind: EncodeRequest['as'] | 'hard';
}

function madeText(own: TextEncoder, text: string): MadeText[] {
  const ids = own.encode(text);
  return ids === undefined ? [] : [{ text, ids, kind: 'hard' }];
}

/**
 * A text is drawn by a hash of what it says (FNV-1a), whatever else is encoded, so that the same
 * build compares the same texts. It decides nothing that is written, and is no draw of DRAW-1.
 */
export function isDrawn(text: string): boolean {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return (hash ^ (hash >>> 15)) >>> 0 < COMPARED_SHARE * 2 ** 32;
}

/** Units of a text that a message repeats, before and behind where it differs. */
const QUOTED_UNITS = 24;

function requireEqual({ id, own: { lengths } }: GuardedMeans, { text, ids, kind }: MadeText, others: Int32Array): void {
  let token = 0;
  while (token < ids.length && token < others.length && intAt(ids, token) === intAt(others, token)) token++;
  if (token === ids.length && token === others.length) return;
  const place = spansOf(text, ids, lengths).starts[token] ?? text.length;
  const near = text.slice(Math.max(0, place - QUOTED_UNITS), place + QUOTED_UNITS);
  const what = `with the tokenizer ${id} our encoder and the tokenizers library differ on a text (${kind})`;
  throw new BrewhouseError('tokens_differ', `${what} at token ${token}, near ${JSON.stringify(near)}`, {
    remedy: 'set BREWHOUSE_ENCODER=library, which leaves all texts to the library, and please report the text',
  });
}
