/**
 * Lines cut to a number of tokens: the one answer of CUT-2, never a token cut out of a text, and
 * spans that find the fields again.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldPointsMax, fieldText } from '../../src/prompt/field-text.ts';
import { cutToLevels } from '../../src/prompt/levels.ts';
import { parseLinePattern } from '../../src/prompt/line-pattern.ts';
import { encoded, type RequestEncoder, runEncoding } from '../../src/tokenize/encode-rounds.ts';
import type { LoadedTokenizer } from '../../src/tokenize/load-tokenizer.ts';
import { pointsOf } from '../../src/tokenize/text-spans.ts';
import { spansBy, tokenizerFamilies } from '../tokenize/families.ts';
import { slowCut, type Tokens } from './slow-cut.ts';
import { createToyEncoder } from './toy-encoder.ts';

const PATTERN = parseLinePattern('[Title: {title}, At: {place}, Text: {text}]');
const FIELDS = ['title', 'place', 'text'];
const toy = createToyEncoder();
const word = fc.constantFrom('a', 'cook', 'nurse', 'engineering', 'of', 'x1', 'é', '漢字', '😀😀', '…', 'fin.');
const value = fc.array(word, { maxLength: 6 }).map((words) => words.join(' '));
const values = fc.tuple(value, value, value);

const toyTokens: Tokens = async (text) => {
  const { result } = toy.run(encoded({ as: 'continuation', text, ranges: [] }));
  return Array.from(result.ids, (_, token) => pointsOf(text.slice(0, result.spanOf(token).from)));
};
const cutLine = (all: readonly string[], tokensMax: number) =>
  toy.run(cutToLevels(PATTERN, all, { levels: [tokensMax] })).result[0];

describe('a line cut to a level', () => {
  it('is what the rule says, word for word', async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(values, fc.integer({ min: 1, max: 40 }), async (all, tokensMax) => {
        const line = cutLine(all, tokensMax);
        const { text, how } = await slowCut(PATTERN, all, tokensMax, toyTokens);
        expect(line === undefined ? undefined : toy.decode(line.ids)).toBe(text === undefined ? text : `${text}\n`);
        expect(line?.whole ?? false).toBe(how === 'whole');
        seen.set(how, (seen.get(how) ?? 0) + 1);
      }),
      { numRuns: 800, seed: 7 },
    );
    for (const how of ['whole', 'word', 'inside', 'too short']) expect(seen.get(how)).toBeGreaterThan(10);
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

  it('has no look-alike where its closing begins with the end of one', () => {
    const pattern = parseLinePattern('x {title}|>');
    const { result } = toy.run(cutToLevels(pattern, ['<|startofaveryveryverylongword'], { levels: [12] }));
    expect(toy.decode(result[0]!.ids)).toMatch(/^x < \|start\w+…\|>\n$/);
  });

  it('is at several levels what it is at each alone, and equal levels cost nothing more', () => {
    const levels = fc.array(fc.integer({ min: 4, max: 40 }), { minLength: 1, maxLength: 4 });
    let saved = 0;
    fc.assert(
      fc.property(values, levels, (all, sizes) => {
        const { result, texts } = toy.run(cutToLevels(PATTERN, all, { levels: [...sizes, ...sizes] }));
        const alone = sizes.map((size) => toy.run(cutToLevels(PATTERN, all, { levels: [size] })));
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

/** Texts in which a word is longer than most levels, by what they are; `n` code points or more. */
const LONG_TEXTS: Readonly<Record<string, (n: number, from: number) => string>> = {
  chinese: (n, from) => turned('经验中华人民共和国资深护士长负责病房管理与临床教学，熟悉各类急救设备。', from, n),
  japanese: (n, from) => turned('看護師としての経験が三年以上ある方を募集しています。パソコンの操作', from, n),
  thai: (n, from) => turned('รับสมัครพยาบาลวิชาชีพประจำหอผู้ป่วยในมีประสบการณ์อย่างน้อยสามปี', from, n),
  url: (n, from) => `https://example.org/${turned('jobs/2026/nurse-ward-7?utm_source=mail&ref=a1B2c3%20x/', from, n)}`,
  base64: (n, from) => turned('QnJld2hvdXNlIGlzIGEgdG9vbCB0aGF0IG1ha2VzIGNvcnBvcmE9PT0rL2FiYw', from, n),
  letter: (n) => 'a'.repeat(n),
  dashes: (n) => '-'.repeat(4 * n),
  emoji: (n, from) => turned('👩‍💻👨‍👩‍👧‍👦🏳️‍🌈🇩🇪👍🏽', from, n),
  decomposed: (n, from) => turned('Zürichgeschäftsführerfußbodenäöü'.normalize('NFD'), from, n),
  composed: (n, from) => turned('Zürichgeschäftsführerfußbodenäöü'.normalize('NFC'), from, n),
  words: (n, from) => turned('Ward Sister for the night shift, a team of nine, in Zürich and Basel ', from, n).trim(),
  early: (n, from) => `SEO ${turned('经验中华人民共和国资深护士长', from, n)}`,
};

/** The text over and over from its `from`th code point on, `n` code points of it. */
function turned(text: string, from: number, n: number): string {
  const points = [...text];
  return Array.from({ length: n }, (_, i) => points[(from + i) % points.length])
    .join('')
    .trim();
}

const PATTERNS = {
  'two fields': '[Title: {title}, Text: {text}]',
  'a long label': '[{title} | What the person who wrote it down says in their own words, at some length: {text}]',
  'a long closing': '[{title}{text} (as it was on the day it came in, and never since)]',
  'a marker in its closing': '[{title}{text} <|end|>]',
};

describe.each(tokenizerFamilies())('with the tokenizer $name', ({ tokenizer }) => {
  const tokens = tokensOf(tokenizer);
  const POINTS_MAX = fieldPointsMax({ full: 48, short: 16, title: 8 });

  it.each(Object.keys(LONG_TEXTS))('a long text is cut as the rule says: %s', async (kind) => {
    const seen = new Map<string, number>();
    let split = 0;
    for (const [name, line] of Object.entries(PATTERNS)) {
      const pattern = parseLinePattern(line);
      for (const from of [1, 5]) {
        const [title, text] =
          from % 2 === 0 ? ['Ward sister', LONG_TEXTS[kind]!(700, from)] : [LONG_TEXTS[kind]!(700, from), ''];
        const said = [fieldText(title, POINTS_MAX), fieldText(text, POINTS_MAX)];
        const sizes = [8, 16, 48];
        const lines = await runEncoding(tokenizer, cutToLevels(pattern, said, { levels: sizes }));
        for (const [i, size] of sizes.entries()) {
          const slow = await slowCut(pattern, said, size, tokens);
          const cut = lines[i];
          const context = `${name}, from ${from}, ${size} tokens, ${slow.how}`;
          expect(cut === undefined ? undefined : tokenizer.decode(cut.ids), context).toBe(
            slow.text === undefined ? undefined : tokenizer.decode(await tokenizer.encode(`${slow.text}\n`)),
          );
          seen.set(slow.how, (seen.get(slow.how) ?? 0) + 1);
          if (slow.isSplit) split++;
          if (cut === undefined) continue;
          expect(cut.ids).toEqual(await tokenizer.encode(`${slow.text}\n`));
          expect(cut.ids.length, context).toBeLessThanOrEqual(size);
          if (name === 'two fields' && size === 48 && !cut.whole)
            expect(cut.ids.length, context).toBeGreaterThanOrEqual(36);
        }
      }
    }
    expect((seen.get('word') ?? 0) + (seen.get('inside') ?? 0)).toBeGreaterThan(5);
    if (kind === 'emoji') expect(split).toBeGreaterThan(0);
  });

  it('any text is cut as the rule says', async () => {
    const piece = fc.tuple(fc.constantFrom(...Object.values(LONG_TEXTS)), fc.integer({ min: 1, max: 60 }), fc.nat(30));
    const text = fc.array(piece, { maxLength: 4 }).map((all) => all.map(([make, n, from]) => make(n, from)).join(' '));
    let cuts = 0;
    await fc.assert(
      fc.asyncProperty(text, text, text, fc.integer({ min: 8, max: 60 }), async (a, b, c, size) => {
        const said = [a, b, c].map((each) => fieldText(each, POINTS_MAX));
        const [cut] = await runEncoding(tokenizer, cutToLevels(PATTERN, said, { levels: [size] }));
        const slow = await slowCut(PATTERN, said, size, tokens);
        expect(cut?.ids).toEqual(slow.text === undefined ? undefined : await tokenizer.encode(`${slow.text}\n`));
        for (const { field, from, to } of cut?.whole ? cut.fields : []) {
          // A token may reach over the border: ` cook` has the space before it.
          const told = tokenizer.decode(cut!.ids.subarray(from, to)).normalize('NFC');
          expect(told).toContain(said[FIELDS.indexOf(field)]!.normalize('NFC'));
        }
        if (slow.how !== 'whole') cuts++;
      }),
      { numRuns: 25, seed: 7 },
    );
    expect(cuts).toBeGreaterThan(15);
  });

  it('a line of words is encoded once for all levels, and its ending once', async () => {
    const pattern = parseLinePattern(PATTERNS['two fields']);
    const said = ['Ward sister', LONG_TEXTS.words!(700, 1)];
    let texts = 0;
    const counting: RequestEncoder = {
      encodeRequests: (requests) => {
        texts += requests.length;
        return tokenizer.encodeRequests(requests);
      },
    };
    const lines = await runEncoding(counting, cutToLevels(pattern, said, { levels: [16, 48, 64, 120] }));
    expect(lines.map((line) => line!.whole)).toEqual([false, false, false, false]);
    expect(texts).toBe(2);
  });

  it('a field of 64 times the greatest level is whole, and one code point more is too many', async () => {
    for (const [sign, extra] of [
      ['é', ''],
      ['漢', 'x'],
      ['😀', ''],
    ] as const) {
      const full = `${sign.repeat(POINTS_MAX - extra.length)}${extra}`;
      expect(pointsOf(full)).toBe(64 * 48);
      expect(fieldText(full, POINTS_MAX)).toBe(full);
      expect(fieldText(`${full}y`, POINTS_MAX)).toBe(`${full}…`);
      expect(fieldText(` ${full}  yy`, POINTS_MAX)).toBe(`${full}…`);
    }
  });
});

function tokensOf(tokenizer: LoadedTokenizer): Tokens {
  return async (text) => {
    const { starts } = await spansBy(tokenizer, text);
    return Array.from(starts, (unit) => pointsOf(text.slice(0, unit)));
  };
}
