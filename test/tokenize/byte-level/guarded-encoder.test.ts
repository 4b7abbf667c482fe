/** NOTHING IS SILENTLY WRONG: what our encoder makes is compared with the library's. */
import { describe, expect, it } from 'vitest';
import { nth } from '../../../src/checked.ts';
import { spansOf } from '../../../src/tokenize/byte-level/encoded-tokens.ts';
import { COMPARED_SHARE, guardedEncoder, isDrawn } from '../../../src/tokenize/byte-level/guarded-encoder.ts';
import { hardTexts } from '../../../src/tokenize/byte-level/hard-texts.ts';
import type { TextEncoder } from '../../../src/tokenize/byte-level/text-encoder.ts';
import type { Encoded, EncodeRequest } from '../../../src/tokenize/encode-rounds.ts';
import type { LibraryEncoder } from '../../../src/tokenize/library-encoder.ts';
import { loadTokenizer } from '../../../src/tokenize/load-tokenizer.ts';
import { QWEN, REPOSITORY } from '../families.ts';

const lengths = new Uint16Array(0x10000).fill(1);
/** Ids are codes; `wrong` texts have one of their ids another, and texts with ? are in doubt. */
const ownEncoder = (wrong: (text: string) => boolean): TextEncoder => ({
  lengths,
  encode: (text) => (text.includes('?') && !text.includes('Nurse') ? undefined : codesOf(text, wrong(text))),
});
const codesOf = (text: string, isWrong = false) =>
  Int32Array.from(text, (sign, i) => sign.charCodeAt(0) + (isWrong && i === 2 ? 1 : 0));

function libraryFor(asked: string[]): LibraryEncoder {
  const answer = (text: string): Encoded => ({
    length: text.length,
    ids: codesOf(text),
    runs: new Int32Array(),
    spanOf: (token) => ({ from: token, to: token + 1 }),
    tokensBeforeSpace: () => undefined,
  });
  return {
    encodeRequests: async (requests) => {
      asked.push(...requests.map(({ text }) => text).filter((text) => text.length < 5));
      return requests.map(({ text }) => answer(text));
    },
    encodeSpans: async (text) => spansOf(text, codesOf(text), lengths),
  };
}

const requests = (texts: readonly string[], as: EncodeRequest['as'] = 'continuation') =>
  texts.map((text) => ({ as, text, ranges: [] }));
const texts = Array.from({ length: 5_000 }, (_, i) => `text number ${i}`);
const guarded = (wrong: (text: string) => boolean, asked: string[] = []) =>
  guardedEncoder({ id: 'T', own: ownEncoder(wrong), library: libraryFor(asked) });

describe('the guarded encoder', () => {
  it('ends where a hard text differs, before anything is encoded', async () => {
    const encoder = guarded((text) => text === hardTexts()[0]);
    const fault = { code: 'tokens_differ', remedy: expect.stringContaining('BREWHOUSE_ENCODER=library') };
    await expect(encoder.encodeRequests([])).rejects.toMatchObject(fault);
    await expect(encoder.encodeRequests(requests(['a']))).rejects.toMatchObject(fault);
  });

  it('ends where a text of the draw differs, naming its kind and place, and at no other', async () => {
    const drawn = texts.find(isDrawn)!;
    const differ = 'with the tokenizer T our encoder and the tokenizers library differ on a text (continuation)';
    await expect(guarded((text) => text === drawn).encodeRequests(requests(texts))).rejects.toMatchObject({
      code: 'tokens_differ',
      message: `${differ} at token 2, near ${JSON.stringify(drawn)}`,
    });
    const others = texts.filter((text) => !isDrawn(text));
    await guarded((text) => texts.includes(text) && !isDrawn(text)).encodeRequests(requests(others));
  });

  it('draws a hundredth of all texts', () => {
    const many = Array.from({ length: 100_000 }, (_, i) => `${i} [Title: ${(i * 7_919) % 1_009}]\n`);
    const share = many.filter(isDrawn).length / many.length;
    expect(Math.abs(share - COMPARED_SHARE)).toBeLessThan(COMPARED_SHARE / 5);
  });

  it('hands over trusted text and what is in doubt, and answers in order', async () => {
    const asked: string[] = [];
    const all = [...requests(['a', 'b?', 'c']), ...requests(['d'], 'trusted'), ...requests(['f\ud800?'])];
    const answers = await guarded(() => false, asked).encodeRequests(all);
    expect(asked).toEqual(['b?', 'd', 'f\ufffd?']);
    expect(answers.map(({ ids }) => String.fromCharCode(...ids))).toEqual(['a', 'b?', 'c', 'd', 'f\ufffd?']);
  });
});

describe('who encodes', () => {
  it('is told by BREWHOUSE_ENCODER, which may be library', async () => {
    const before = process.env.BREWHOUSE_ENCODER;
    try {
      process.env.BREWHOUSE_ENCODER = 'mine';
      expect(() => loadTokenizer(QWEN, REPOSITORY)).toThrow('BREWHOUSE_ENCODER is mine');
      process.env.BREWHOUSE_ENCODER = 'library';
      const { encodeRequests, encodeByLibrary } = loadTokenizer(QWEN, REPOSITORY);
      expect(encodeRequests).toBe(encodeByLibrary);
      const [a] = await encodeRequests(requests(['Nurse']));
      expect(nth([...a!.ids], 0)).toBeGreaterThan(0);
    } finally {
      if (before === undefined) delete process.env.BREWHOUSE_ENCODER;
      else process.env.BREWHOUSE_ENCODER = before;
    }
  });
});
