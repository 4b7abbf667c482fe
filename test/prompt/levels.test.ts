/**
 * Lines cut to a number of tokens: as many words as fit, never a token cut out of a text, and spans
 * that find the fields again.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutToLevels } from '../../src/prompt/levels.ts';
import { fillPattern, parseLinePattern } from '../../src/prompt/line-pattern.ts';
import { runEncoding } from '../../src/tokenize/encode-rounds.ts';
import { loadTokenizer } from '../../src/tokenize/load-tokenizer.ts';
import { QWEN, REPOSITORY } from '../tokenize/families.ts';
import { createToyEncoder } from './toy-encoder.ts';

const PATTERN = parseLinePattern('[Title: {title}, At: {place}, Text: {text}]');
const FIELDS = ['title', 'place', 'text'];
const toy = createToyEncoder();
const word = fc.constantFrom('a', 'cook', 'nurse', 'engineering', 'of', 'x1', 'é', '漢字', '😀😀', '…', 'fin.');
const value = fc.array(word, { maxLength: 6 }).map((words) => words.join(' '));
const values = fc.tuple(value, value, value);

const wordsOf = (text: string) => (text === '' ? [] : text.split(' '));
/** The line of the first `kept` words by the rule's words, the newline included. */
function lineOf(all: readonly string[], kept: number): string {
  let left = kept;
  const cut = all.map((text) => {
    const own = wordsOf(text).slice(0, left);
    left -= own.length;
    return own;
  });
  const last = cut.findLastIndex((own) => own.length > 0);
  const isWhole = kept === all.flatMap(wordsOf).length;
  const said = cut.map((own, i) => own.join(' ') + (i === last && !isWhole ? ' …' : ''));
  return `${fillPattern(PATTERN, said).text}\n`;
}

const cutLine = (all: readonly string[], tokensMax: number) =>
  toy.run(cutToLevels(PATTERN, all, [tokensMax])).result[0];

describe('a line cut to a level', () => {
  it('keeps the most words that fit, or the longest beginning of the first word', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 40 }), (all, tokensMax) => {
        const line = cutLine(all, tokensMax);
        const total = all.flatMap(wordsOf).length;
        const fitting = Array.from({ length: total + 1 }, (_, kept) => kept).filter(
          (kept) => (kept > 0 || total === 0) && toy.size(lineOf(all, kept)) <= tokensMax,
        );
        const best = fitting.at(-1);
        if (best !== undefined) {
          expect(toy.decode(line!.ids)).toBe(lineOf(all, best));
          expect(line!.whole).toBe(best === total);
          return;
        }
        const first = all.findIndex((text) => text !== '');
        const points = first < 0 ? [] : [...wordsOf(all[first]!)[0]!];
        const begun = points.map((_, i) => {
          const said = all.map((_, field) => (field === first ? `${points.slice(0, i + 1).join('')}…` : ''));
          return `${fillPattern(PATTERN, said).text}\n`;
        });
        const longest = begun.findLast((text) => toy.size(text) <= tokensMax);
        expect(line === undefined ? undefined : toy.decode(line.ids)).toBe(longest);
      }),
      { numRuns: 500, seed: 7 },
    );
  });

  it('finds each field again by its run of tokens, and no token more', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 8, max: 60 }), (all, tokensMax) => {
        const line = cutLine(all, tokensMax);
        if (line === undefined) return;
        let last = 0;
        for (const { field, from, to } of line.fields) {
          expect(from).toBeGreaterThanOrEqual(last);
          last = to;
          const said = toy.decode(line.ids.subarray(from, to)).trimStart();
          const full = all[FIELDS.indexOf(field)]!;
          expect(full.startsWith(said.replace(/ ?…$/, '')) || full === said).toBe(true);
          if (line.whole) expect(said).toBe(full);
        }
        if (line.whole) expect(line.fields).toHaveLength(all.filter((text) => text !== '').length);
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  it('is undefined only where not even one letter fits', () => {
    expect(cutLine(['cook', '', ''], 5)).toBeUndefined();
    const line = cutLine(['engineer', '', ''], 8);
    expect(toy.decode(line!.ids)).toBe('[Title: engin…]\n');
    expect(cutLine(['', '', ''], 3)).toMatchObject({ whole: true, fields: [] });
  });

  it('is at several levels what it is at each alone, and equal levels cost nothing more', () => {
    const levels = fc.array(fc.integer({ min: 4, max: 40 }), { minLength: 1, maxLength: 4 });
    let saved = 0;
    fc.assert(
      fc.property(values, levels, (all, sizes) => {
        const { result, texts } = toy.run(cutToLevels(PATTERN, all, [...sizes, ...sizes]));
        const alone = sizes.map((size) => toy.run(cutToLevels(PATTERN, all, [size])));
        expect(result).toEqual([...alone, ...alone].map(({ result: [line] }) => line));
        expect(result.slice(sizes.length).every((line, i) => line === result[i])).toBe(true);
        const apart = alone.reduce((sum, each) => sum + each.texts, 0);
        expect(texts).toBeLessThanOrEqual(apart);
        if (texts < apart) saved++;
      }),
      { numRuns: 200, seed: 7 },
    );
    expect(saved).toBeGreaterThan(50);
  });
});

describe('with a real tokenizer', () => {
  const qwen = loadTokenizer(QWEN, REPOSITORY);

  it('never has more tokens than the level; one more word would not fit; no token is cut out of the text', async () => {
    await fc.assert(
      fc.asyncProperty(values, fc.integer({ min: 8, max: 50 }), async (all, tokensMax) => {
        const [line] = await runEncoding(qwen, cutToLevels(PATTERN, all, [tokensMax]));
        if (line === undefined) return;
        expect(line.ids.length).toBeLessThanOrEqual(tokensMax);
        const text = qwen.decode(line.ids);
        expect(line.ids).toEqual(await qwen.encode(text));
        for (const { field, from, to } of line.whole ? line.fields : []) {
          // A token may reach over the border: ` cook` has the space before it.
          const said = qwen.decode(line.ids.subarray(from, to));
          expect(said).toContain(all[FIELDS.indexOf(field)]!);
          expect(said.length).toBeLessThanOrEqual(all[FIELDS.indexOf(field)]!.length + 3);
        }
        const total = all.flatMap(wordsOf).length;
        const kept = Array.from({ length: total + 1 }, (_, size) => size).findLast(
          (size) => lineOf(all, size) === text,
        );
        if (kept === undefined || kept === total) return;
        expect((await qwen.encode(lineOf(all, kept + 1))).length).toBeGreaterThan(tokensMax);
      }),
      { numRuns: 150, seed: 7 },
    );
  });
});
