/** A tokenizer known by its file, with the library in a thread, answers as the library does. */
import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { knownTokenizer } from '../../../src/tokenize/byte-level/known-tokenizer.ts';
import { createTextEncoder } from '../../../src/tokenize/byte-level/text-encoder.ts';
import { loadTokenizer } from '../../../src/tokenize/load-tokenizer.ts';
import { threadedLibrary } from '../../../src/tokenize/threaded-library.ts';
import { readTokenizerFiles } from '../../../src/tokenize/tokenizer-files.ts';
import { tokenizerVariants } from '../../../src/tokenize/tokenizer-variants.ts';
import { withAddedTokens } from '../added-tokens.ts';
import { HARD_PIECES, LLAMA, MISTRAL, QWEN, REPOSITORY } from '../families.ts';
import { expectSameAnswer } from './both-encoders.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

describe.each([QWEN, LLAMA])('$package', (source) => {
  const beside = loadTokenizer(source, REPOSITORY, { isJudgedBeside: true });
  const library = loadTokenizer(source, REPOSITORY, { encoder: 'library' });
  const both = { name: source.package, own: beside, library };
  const { controlTexts, vocabSize } = library;
  /** With texts that our encoder leaves alone. */
  const pieces = [...HARD_PIECES, ...controlTexts.slice(0, 4), controlTexts.at(-1)!, '<|', '\u{10fffd}', '\ud800'];
  const text = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join(''));

  it('has the same facts', () => {
    const facts = ({ vocabSize: size, bosId, eosId, padId, specialTexts, controlIds, family }: typeof beside) => {
      return { size, bosId, eosId, padId, specialTexts, controlIds, family };
    };
    expect(facts(beside)).toEqual(facts(library));
  });

  it('encodes trusted and other text alike, what it leaves to the thread included, with all places', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (some) => {
        for (const as of ['trusted', 'continuation', 'afterControl'] as const) {
          const ranges = some.length < 3 ? [] : [{ from: 1, to: some.length - 1 }];
          await expectSameAnswer(both, { as, text: some, ranges });
        }
      }),
      { numRuns: 150 },
    );
    await beside.judged();
  });

  it('says every id alike, alone and beside others', () => {
    for (let id = 0; id < vocabSize; id += 7) expect(beside.tokenText(id)).toBe(library.tokenText(id));
    for (const id of library.controlIds) expect(beside.tokenText(id)).toBe(library.tokenText(id));
    fc.assert(
      fc.property(fc.array(fc.nat(vocabSize - 1), { maxLength: 20 }), (ids) => {
        expect(beside.decode(ids)).toBe(library.decode(ids));
      }),
    );
    for (const id of [vocabSize, -1, 0.5]) expect(() => beside.decode([id])).toThrow(RangeError);
  });
});

describe('a tokenizer of which anything is not known', () => {
  const isKnown = (...[name, change]: Parameters<typeof withAddedTokens>) => {
    const made = withAddedTokens(name, change);
    folders.push(made.path);
    const { json } = readTokenizerFiles(made, '/');
    const own = createTextEncoder(json);
    return own !== undefined && knownTokenizer(json, own) !== undefined;
  };

  it.each<[string, (last: Record<string, unknown>) => void]>([
    ['takes space with it', (last) => Object.assign(last, { lstrip: true })],
    ['is normalized', (last) => Object.assign(last, { normalized: true })],
    ['is a word', (last) => Object.assign(last, { single_word: true })],
    ['has a number that the library would not give it', (last) => Object.assign(last, { id: Number(last.id) + 1 })],
    ['holds a space', (last) => Object.assign(last, { content: 'a thing' })],
    ['is a piece', (last) => Object.assign(last, { content: 'item' })],
  ])('is the library\u2019s where an added token %s', (_, change) => {
    expect(isKnown(QWEN.package, ({ added_tokens }) => change(added_tokens.at(-1)!))).toBe(false);
  });

  it('is loaded all the same, by the library alone', async () => {
    const { encode } = loadTokenizer(MISTRAL, REPOSITORY, { isJudgedBeside: true });
    expect((await encode('Nurse')).length).toBeGreaterThan(0);
  });
});

it('a thread that finds another file than the pin names refuses what it is asked', async () => {
  const library = threadedLibrary({ source: { ...QWEN, sha256: LLAMA.sha256 }, resolveFrom: REPOSITORY });
  const { variantOf } = tokenizerVariants(readTokenizerFiles(QWEN, REPOSITORY).json);
  const { encodeIds, encodeRequests } = library.open({ added: [], variantOf, hasBorders: true });
  const refused = { code: 'tokenizer_refused', message: expect.stringContaining('was changed') };
  await expect(encodeIds([{ as: 'trusted', text: 'a', ranges: [] }])).rejects.toMatchObject(refused);
  await expect(encodeRequests([{ as: 'trusted', text: 'a', ranges: [] }])).rejects.toMatchObject(refused);
  await library.end();
});
