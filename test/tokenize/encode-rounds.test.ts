/**
 * Searches go on together: the same results as one by one, in as many rounds as the longest of
 * them.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Encoded,
  type EncodeRequest,
  type Encoding,
  encoded,
  runEncoding,
  together,
} from '../../src/tokenize/encode-rounds.ts';

/** Ids are the text's character codes. */
const answer = ({ text }: EncodeRequest): Encoded => ({
  length: text.length,
  ids: Int32Array.from(text, (sign) => sign.charCodeAt(0)),
  runs: new Int32Array(),
  spanOf: (token) => ({ from: token, to: token + 1 }),
  tokensBeforeSpace: () => undefined,
});
const request = (text: string): EncodeRequest => ({ as: 'continuation', text, ranges: [] });

/**
 * Asks for one text after another, each made of the answer before; `pairs` asks for two at a time.
 */
function* search(text: string, rounds: number, pairs: boolean): Encoding<string> {
  let said = text;
  for (let round = 0; round < rounds; round++) {
    const answers = pairs ? yield [request(said), request('!')] : [yield* encoded(request(said))];
    said = String.fromCharCode(...answers.flatMap(({ ids }) => [...ids]).map((id) => id + 1));
  }
  return said;
}

const searches = fc.array(fc.tuple(fc.string({ maxLength: 4 }), fc.nat(5), fc.boolean()), { maxLength: 8 });

describe('searches together', () => {
  it('come to what each comes to alone, in order, in no more rounds than the longest', async () => {
    await fc.assert(
      fc.asyncProperty(searches, async (all) => {
        const batches: number[] = [];
        const encoder = {
          encodeRequests: async (requests: readonly EncodeRequest[]) => {
            batches.push(requests.length);
            return requests.map(answer);
          },
        };
        const found = await runEncoding(encoder, together(all.map((each) => search(...each))));
        const rounds = Math.max(0, ...all.map(([, count]) => count));
        expect(batches.length).toBe(rounds);
        expect(batches[0] ?? 0).toBe(all.reduce((sum, [, count, pairs]) => sum + (count === 0 ? 0 : pairs ? 2 : 1), 0));
        const alone = await Promise.all(all.map((each) => runEncoding(encoder, search(...each))));
        expect(found).toEqual(alone);
      }),
      { seed: 7 },
    );
  });

  it('end with the error of the one that fails', async () => {
    function* failing(): Encoding<string> {
      yield [request('x')];
      throw new RangeError('no');
    }
    const encoder = { encodeRequests: async (requests: readonly EncodeRequest[]) => requests.map(answer) };
    await expect(runEncoding(encoder, together([search('a', 3, false), failing()]))).rejects.toThrow(RangeError);
  });
});
