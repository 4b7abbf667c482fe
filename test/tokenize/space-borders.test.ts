/**
 * Before a space, the tokens of a longer text are those of its beginning; where that is not known
 * nothing is said.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nth } from '../../src/checked.ts';
import { bordersAtSpaces } from '../../src/tokenize/space-borders.ts';
import { readTokenizerJson, type TokenizerJson } from '../../src/tokenize/tokenizer-json.ts';
import { HARD_PIECES, MISTRAL, QWEN, REPOSITORY, tokenizerFamilies } from './families.ts';

const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HARD_PIECES, ' ', ' ', ' ', '\n', '\u00a0', '\u180e') },
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom('nurse', 'Ward', '12345', '\u3042\u3044', '</s>', '<0x0A>'),
);
const text = fc
  .array(fc.tuple(piece, fc.constantFrom(' ', '')), { maxLength: 30, size: 'max' })
  .map((pieces) => pieces.flat().join('').toWellFormed());
/** What follows in place of the rest: it begins with a space. */
const rest = fc.oneof(
  fc.constantFrom(' …]\n', ' …\n', ' …, and so on'),
  text.map((after) => ` ${after}`),
);

describe.each(tokenizerFamilies())('with the tokenizer $name', ({ tokenizer }) => {
  it('what comes before a space is encoded alike whatever comes behind, which is as by itself', async () => {
    let borders = 0;
    await fc.assert(
      fc.asyncProperty(text, rest, async (whole, other) => {
        const as = 'continuation';
        const encoding = nth(await tokenizer.encodeRequests([{ as, text: whole, ranges: [] }]), 0);
        const places = [...whole.matchAll(/ /g)].map(({ index }) => index);
        const after = await tokenizer.encode(other);
        for (const place of places) {
          const before = encoding.tokensBeforeSpace(place);
          if (before === undefined) continue;
          borders++;
          const ids = await tokenizer.encode(whole.slice(0, place) + other);
          expect([...ids]).toEqual([...encoding.ids.subarray(0, before), ...after]);
        }
      }),
      { numRuns: 100, seed: 7 },
    );
    expect(borders).toBeGreaterThan(300);
  });

  it('a place that is no space, or comes after white space, has no border', async () => {
    const request = { as: 'continuation', text: 'a  b \u2581 c', ranges: [] } as const;
    const { tokensBeforeSpace } = nth(await tokenizer.encodeRequests([request]), 0);
    expect([0, 1, 2, 3, 4, 6].map(tokensBeforeSpace)).toEqual([undefined, 1, undefined, undefined, 3, undefined]);
    const trusted = nth(await tokenizer.encodeRequests([{ ...request, as: 'trusted' }]), 0);
    expect(trusted.tokensBeforeSpace(1)).toBeUndefined();
  });
});

describe('a tokenizer whose steps are not known', () => {
  const fileOf = (name: string) => {
    const path = join(REPOSITORY, 'node_modules', name, 'models/tokenizer.json');
    return readTokenizerJson(readFileSync(path));
  };
  const [qwen, mistral] = [fileOf(QWEN.package), fileOf(MISTRAL.package)];
  const split = { type: 'Split', pattern: { Regex: '\\w+( \\w+)?' }, behavior: 'Isolated', invert: false };
  /** The same with other steps, or another model. */
  const changed = (json: TokenizerJson, change: object) => ({ ...json, file: { ...json.file, ...change } });
  const model = (json: TokenizerJson, change: object) => changed(json, { model: { ...json.file.model, ...change } });
  const joining = function* () {
    yield* ['a', 'a\u2581b'];
  };

  it.each([
    ['a step that changes letters', changed(qwen, { normalizer: { type: 'Lowercase' } })],
    ['another split', changed(qwen, { pre_tokenizer: { type: 'Sequence', pretokenizers: [split] } })],
    ['no split at all', changed(qwen, { pre_tokenizer: null })],
    ['pieces over a space', { ...mistral, pieces: joining }],
    ['a model of another kind', model(mistral, { type: 'Unigram' })],
    ['marks at the ends of words', model(qwen, { end_of_word_suffix: '</w>' })],
    ['words that are taken whole', model(mistral, { ignore_merges: true })],
  ])('has no borders: %s', (_, json) => {
    expect([qwen, mistral].every(bordersAtSpaces)).toBe(true);
    expect(bordersAtSpaces(json)).toBe(false);
  });
});
