/** NOTHING IS SILENTLY WRONG: what our encoder makes is compared with the library's. */
import { describe, expect, it } from 'vitest';
import { nth } from '../../../src/checked.ts';
import {
  COMPARED_SHARE,
  guardedEncoder,
  isDrawn,
  type OwnEncoder,
} from '../../../src/tokenize/byte-level/guarded-encoder.ts';
import { hardTexts } from '../../../src/tokenize/byte-level/hard-texts.ts';
import type { Encoded, EncodeRequest } from '../../../src/tokenize/encode-rounds.ts';
import type { LibraryEncoder } from '../../../src/tokenize/library-encoder.ts';
import { loadTokenizer } from '../../../src/tokenize/load-tokenizer.ts';
import { QWEN, REPOSITORY } from '../families.ts';

const lengths = new Uint16Array(0x10000).fill(1);
/** Ids are codes; `wrong` texts have one of their ids another, and texts with ? are in doubt. */
const ownEncoder = (wrong: (text: string) => boolean): OwnEncoder => ({
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
  const encodeRequests: LibraryEncoder['encodeRequests'] = async (requests) => {
    asked.push(...requests.map(({ text }) => text).filter((text) => text.length < 5));
    return requests.map(({ text }) => answer(text));
  };
  return { encodeRequests, encodeIds: async (requests) => (await encodeRequests(requests)).map(({ ids }) => ids) };
}

const requests = (texts: readonly string[], as: EncodeRequest['as'] = 'continuation') =>
  texts.map((text) => ({ as, text, ranges: [] }));
const texts = Array.from({ length: 5_000 }, (_, i) => `text number ${i}`);
const MEANS = { id: 'T', controlTexts: ['<|x|>'], isJudgedBeside: false };
const guarded = (wrong: (text: string) => boolean, asked: string[] = []) =>
  guardedEncoder({ ...MEANS, own: ownEncoder(wrong), library: libraryFor(asked) });
/** Compared later, trusted text included. */
const besideWith = (wrong: (text: string) => boolean) => {
  const own = ownEncoder(wrong);
  const means = { ...MEANS, isJudgedBeside: true, library: libraryFor([]) };
  return guardedEncoder({ ...means, own: { ...own, encodeTrusted: own.encode } });
};

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

describe('a guarded encoder that is judged beside', () => {
  const drawn = texts.find(isDrawn)!;
  const fault = { code: 'tokens_differ' };

  it.each([
    ['a hard text', (text: string) => text === hardTexts()[0], 'continuation'],
    ['the text of the added tokens', (text: string) => text.startsWith('<|x|>'), 'continuation'],
    ['a text of the draw', (text: string) => text === drawn, 'continuation'],
    ['any trusted text', (text: string) => text === 'trusted', 'trusted'],
  ] as const)('answers, and then `judged` throws where %s differs', async (_, wrong, as) => {
    const encoder = besideWith(wrong);
    const [answer] = await encoder.encodeRequests(requests([as === 'trusted' ? 'trusted' : drawn], as));
    expect(answer!.ids.length).toBeGreaterThan(2);
    await expect(encoder.judged()).rejects.toMatchObject(fault);
  });

  it('waits for comparisons from `judged` on', async () => {
    const encoder = besideWith((text) => text === drawn);
    await encoder.judged();
    await expect(encoder.encodeRequests(requests([drawn]))).rejects.toMatchObject(fault);
    const all = besideWith(() => false);
    await all.encodeRequests([...requests(texts), ...requests(['t'], 'trusted')]);
    await all.judged();
  });
});

describe('who encodes', () => {
  it('is told by BREWHOUSE_ENCODER, which may be library', async () => {
    const before = process.env.BREWHOUSE_ENCODER;
    try {
      process.env.BREWHOUSE_ENCODER = 'mine';
      expect(() => loadTokenizer(QWEN, REPOSITORY)).toThrow('BREWHOUSE_ENCODER is mine');
      process.env.BREWHOUSE_ENCODER = 'library';
      const { encodeRequests, idsByLibrary } = loadTokenizer(QWEN, REPOSITORY, { isJudgedBeside: true });
      const [a] = await encodeRequests(requests(['Nurse']));
      expect([a!.ids]).toEqual(await idsByLibrary(requests(['Nurse'])));
      expect(nth([...a!.ids], 0)).toBeGreaterThan(0);
    } finally {
      if (before === undefined) delete process.env.BREWHOUSE_ENCODER;
      else process.env.BREWHOUSE_ENCODER = before;
    }
  });
});
