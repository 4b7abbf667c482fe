/** What reads a tokenizer's texts alone says ids, and runs of ids, as the whole one does. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTokenTexts } from '../../src/tokenize/token-texts.ts';
import { HARD_PIECES, LLAMA, MISTRAL, QWEN, REPOSITORY, tokenizerFamilies } from './families.ts';

/** By the name of the family. */
const SOURCES = new Map([
  ['Qwen-3', QWEN],
  ['Llama-3', LLAMA],
  ['Mistral-7B', MISTRAL],
]);
const families = tokenizerFamilies().filter(({ name }) => SOURCES.has(name));

describe.each(families)('of $name', ({ name, tokenizer: whole }) => {
  const texts = readTokenTexts(SOURCES.get(name)!, REPOSITORY);
  const told = (decode: (ids: Int32Array) => string, ids: readonly number[]) => {
    try {
      return decode(Int32Array.from(ids));
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('are as many, and each the same by itself', () => {
    expect(texts.vocabSize).toBe(whole.vocabSize);
    const step = 37;
    for (let id = 0; id <= whole.vocabSize; id += id < 1_000 || id > whole.vocabSize - 1_000 ? 1 : step)
      expect(told(texts.decode, [id])).toBe(told(whole.decode, [id]));
  });

  it('are the same of runs of tokens, those of half a character too', async () => {
    const ids = fc.oneof(
      fc.array(fc.nat(whole.vocabSize - 1), { maxLength: 20 }),
      fc.array(fc.constantFrom(...HARD_PIECES), { maxLength: 12 }).map((pieces) => pieces.join('')),
    );
    await fc.assert(
      fc.asyncProperty(ids, fc.nat(3), async (either, from) => {
        const all = typeof either === 'string' ? [...(await whole.encode(either))] : either;
        const run = all.slice(from);
        expect(told(texts.decode, run)).toBe(told(whole.decode, run));
      }),
    );
  });
});
