/** Searches that ask for encodings, and how their requests go out together, round by round. */
import { nth } from '../checked.ts';

/** The encodings that there are. */
export const ENCODINGS = ['continuation', 'afterControl', 'beginning', 'trusted'] as const;

/** A range of UTF-16 code units. */
export interface TextRange {
  readonly from: number;
  readonly to: number;
}

/** One text to encode. */
export interface EncodeRequest {
  /**
   * `continuation`: untrusted text after other text. `afterControl`: untrusted text right after a
   * control token. `beginning`: untrusted text with nothing before it. `trusted`: text that we
   * wrote ourselves, whose added tokens are recognised.
   */
  readonly as: (typeof ENCODINGS)[number];
  readonly text: string;
  /** Ranges of the text whose tokens are wanted; they neither overlap nor go backwards. */
  readonly ranges: readonly TextRange[];
}

/**
 * The answer to a request, worked out as it is asked for: most are asked for their length alone.
 */
export interface Encoded {
  /** Number of tokens. */
  readonly length: number;
  readonly ids: Int32Array;
  /** For each range, the tokens [from, to) that overlap it, as pairs. */
  readonly runs: Int32Array;
  /** The part of the text that a token encodes; the pieces of one code point have it all. */
  spanOf(token: number): TextRange;
  /**
   * Number of tokens before the space at a place, where they are those of the text that ends there,
   * and what begins with the space is encoded as by itself, whatever it says. Undefined where that
   * is not known.
   */
  tokensBeforeSpace(place: number): number | undefined;
}

/**
 * A search that is pure and waits for nobody: it yields what it wants encoded, goes on with the
 * answers in the same order, and returns its result.
 */
export type Encoding<T> = Generator<readonly EncodeRequest[], T, readonly Encoded[]>;

/** What encodes requests in native batches (load-tokenizer.ts), answers in order. */
export interface RequestEncoder {
  encodeRequests(requests: readonly EncodeRequest[]): Promise<Encoded[]>;
}

/** Encodes one text. */
export function* encoded(request: EncodeRequest): Encoding<Encoded> {
  return nth(yield [request], 0);
}

/**
 * Several searches as one: in each round the requests of all that are still open go out together.
 */
export function* together<T>(searches: Iterable<Encoding<T>>): Encoding<T[]> {
  const results: T[] = [];
  let open = Array.from(searches, (search, i) => ({ search, i, step: search.next() }));
  for (;;) {
    for (const { i, step } of open) if (step.done === true) results[i] = step.value;
    const waiting = open.flatMap(({ search, i, step }) =>
      step.done === true ? [] : [{ search, i, requests: step.value }],
    );
    if (waiting.length === 0) return results;
    const answers = yield waiting.flatMap(({ requests }) => requests);
    let next = 0;
    open = waiting.map(({ search, i, requests }) => {
      next += requests.length;
      return { search, i, step: search.next(answers.slice(next - requests.length, next)) };
    });
  }
}

/** Runs a search to its end. Throws what the search throws, and as the encoder does. */
export async function runEncoding<T>(encoder: RequestEncoder, search: Encoding<T>): Promise<T> {
  let step = search.next();
  while (step.done !== true) step = search.next(await encoder.encodeRequests(step.value));
  return step.value;
}
