/**
 * Encodes by our own encoder where it can, else by the official library; what it makes is compared
 * with the library's: hard texts before anything, then a draw of all texts.
 */
import { nth, present } from '../../checked.ts';
import { BrewhouseError } from '../../errors.ts';
import type { Encoded, EncodeRequest, RequestEncoder } from '../encode-rounds.ts';
import { ENCODE_BATCH_MAX, type LibraryEncoder } from '../library-encoder.ts';
import { sameIds } from '../token-ids.ts';
import { encodedTokens, spansOf } from './encoded-tokens.ts';
import { hardTexts } from './hard-texts.ts';

/** Share of the texts that the library encodes, too. */
export const COMPARED_SHARE = 0.01;

/** Encodes without the library. Texts are well-formed. */
export interface OwnEncoder {
  /** Untrusted text; undefined where it is left alone. */
  encode(text: string): Int32Array | undefined;
  /** Trusted text, likewise; where undefined, all of it is left alone. */
  readonly encodeTrusted?: ((text: string) => Int32Array | undefined) | undefined;
  /** Bytes of each id that it makes. */
  readonly lengths: Uint16Array;
}

/** What a guarded encoder works with. */
export interface GuardedMeans {
  /** Of the tokenizer, for messages. */
  readonly id: string;
  readonly own: OwnEncoder;
  readonly library: LibraryEncoder;
  /** Texts of all added tokens. */
  readonly controlTexts: readonly string[];
  /** Comparisons are waited for from `judged` on alone. */
  readonly isJudgedBeside: boolean;
}

/** An encoder that is compared. */
export interface GuardedEncoder extends RequestEncoder {
  /**
   * Waits for all comparisons so far; from then on each answer waits for those of its own texts.
   * Throws `tokens_differ`.
   */
  judged(): Promise<void>;
}

/**
 * NOTHING IS SILENTLY WRONG: `encodeRequests` throws `tokens_differ` where our encoder differs from
 * the library on any hard text, on a text of the draw, or on any trusted text. What ours leaves
 * alone is the library's.
 */
export function guardedEncoder(means: GuardedMeans): GuardedEncoder {
  const { own, library } = means;
  const pending: Promise<void>[] = [];
  let isWaiting = !means.isJudgedBeside;
  /** The library works in threads of its own while ours encodes. */
  const compare = (requests: readonly EncodeRequest[]) => {
    const compared = requests.filter(({ as, text }) =>
      as === 'trusted' ? own.encodeTrusted !== undefined : isDrawn(text),
    );
    const theirs = compared.length === 0 ? [] : library.encodeIds(compared);
    return async (made: MadeIds) => requireEqual(means, compared, { made, theirs: await theirs });
  };
  /** Who waits for it later hears of it. */
  const settle = async (comparing: Promise<void>) => {
    comparing.catch(() => undefined);
    if (isWaiting) await comparing;
    else pending.push(comparing);
  };
  const compareHard = async () => {
    const requests = hardRequests(means);
    const theirs = library.encodeIds(requests);
    requireEqual(means, requests, { made: madeBy(own, requests), theirs: await theirs });
  };
  const encodeBatch = async (batch: readonly EncodeRequest[]): Promise<Encoded[]> => {
    const requests = batch.map((request) => wellFormed(request));
    const compareWith = compare(requests);
    const made = madeBy(own, requests);
    const left = requests.filter((request) => made.get(request) === undefined);
    const others = left.length === 0 ? [] : library.encodeRequests(left);
    await settle(compareWith(made));
    const answers = (await others).values();
    return requests.map((request) => {
      const ids = made.get(request);
      return ids === undefined ? present(answers.next().value, 'answer') : encodedTokens(ids, request, own.lengths);
    });
  };
  let hard: Promise<void> | undefined;
  return {
    async encodeRequests(requests) {
      hard ??= compareHard();
      await settle(hard);
      const answers: Encoded[] = [];
      for (let from = 0; from < requests.length; from += ENCODE_BATCH_MAX)
        answers.push(...(await encodeBatch(requests.slice(from, from + ENCODE_BATCH_MAX))));
      return answers;
    },
    async judged() {
      isWaiting = true;
      hard ??= compareHard();
      await Promise.all([hard, ...pending.splice(0)]);
    },
  };
}

function wellFormed(request: EncodeRequest): EncodeRequest {
  return request.text.isWellFormed() ? request : { ...request, text: request.text.toWellFormed() };
}

/** The ids of requests by our encoder; undefined for a text that it leaves alone. */
type MadeIds = ReadonlyMap<EncodeRequest, Int32Array | undefined>;

function madeBy(own: OwnEncoder, requests: readonly EncodeRequest[]): MadeIds {
  const encode = (request: EncodeRequest) =>
    request.as === 'trusted' ? own.encodeTrusted?.(request.text) : own.encode(request.text);
  return new Map(requests.map((request) => [request, encode(request)]));
}

/** The hard texts, and one with all added tokens where those are ours to recognise. */
function hardRequests({ own, controlTexts }: GuardedMeans): EncodeRequest[] {
  const requests = hardTexts().map((text): EncodeRequest => ({ as: 'continuation', text, ranges: [] }));
  const text = controlTexts.map((control) => `${control}a ${control}\n${control}`).join('');
  return own.encodeTrusted === undefined ? requests : [...requests, { as: 'trusted', text, ranges: [] }];
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

/** `theirs` are the library's ids, in the order of the requests. */
interface BothIds {
  readonly made: MadeIds;
  readonly theirs: readonly Int32Array[];
}

function requireEqual(means: GuardedMeans, requests: readonly EncodeRequest[], { made, theirs }: BothIds): void {
  for (const [i, request] of requests.entries()) {
    const [ids, others] = [made.get(request), nth(theirs, i)];
    if (ids !== undefined && !sameIds(ids, others)) throw differing(means, request, [ids, others]);
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
