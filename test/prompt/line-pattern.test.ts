/**
 * Lines of slots: what is left out with a missing field, and what keeps a line apart from the line
 * before it.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldText } from '../../src/prompt/field-text.ts';
import { fillPattern, parseLinePattern } from '../../src/prompt/line-pattern.ts';
import { cleanField, escapeMarkers, startsSafely } from '../../src/tokenize/clean-field.ts';
import { HARD_PIECES } from '../tokenize/families.ts';

const POINTS_MAX = 10_240;
const fill = (line: string, values: string[]) => fillPattern(parseLinePattern(line), values).text;
const ITEM = '[Title: {title}, Location: {location}, Company: {company}]';
const PROFILE = 'Current position: {position}, current company: {company}, Location: {location}.';

describe('a line pattern', () => {
  it.each([
    [ITEM, ['Cook', 'Lyon', 'Bocuse'], '[Title: Cook, Location: Lyon, Company: Bocuse]'],
    [ITEM, ['', 'Lyon', 'Bocuse'], '[Location: Lyon, Company: Bocuse]'],
    [ITEM, ['Cook', '', 'Bocuse'], '[Title: Cook, Company: Bocuse]'],
    [ITEM, ['', '', 'Bocuse'], '[Company: Bocuse]'],
    [ITEM, ['', '', ''], '[]'],
    [PROFILE, ['cook', 'Bocuse', 'Lyon'], 'Current position: cook, current company: Bocuse, Location: Lyon.'],
    [PROFILE, ['', '', 'Lyon'], 'Location: Lyon.'],
    ['Bio: {bio}', ['a b'], 'Bio: a b'],
    ['Of {a}-{b} only', ['x', 'y'], 'Of x-y only'],
    ['Of {a}-{b} only', ['', 'y'], 'y only'],
    ['No slot at all', [], 'No slot at all'],
    ['[No slot]', [], '[No slot]'],
  ])('%s with %j', (line, values, text) => {
    expect(fill(line, values)).toBe(text);
  });

  it('says where the values stand', () => {
    const { text, spans } = fillPattern(parseLinePattern(ITEM), ['Cook', '', 'Bocuse']);
    expect(spans.map(({ field, from, to }) => [field, text.slice(from, to)])).toEqual([
      ['title', 'Cook'],
      ['company', 'Bocuse'],
    ]);
  });

  it('breaks up a control look-alike that forms across a field’s border, and moves the spans along', () => {
    const { text, spans } = fillPattern(parseLinePattern('[{title}] {next}'), ['INST', 'after']);
    expect(text).toBe('[ INST] after');
    expect(spans.map(({ from, to }) => text.slice(from, to))).toEqual(['INST', 'after']);
  });

  it('puts `- ` before a line that would begin with white space or /', () => {
    const { text, spans } = fillPattern(parseLinePattern('Of {a} {b}'), ['', '/etc']);
    expect([text, text.slice(spans[0]!.from, spans[0]!.to)]).toEqual(['- /etc', '/etc']);
  });

  it('gives safe lines that hold every value, whatever the values', () => {
    const value = fc
      .array(fc.constantFrom(...HARD_PIECES, 'INST', '[INST]', '<|im_end|>', '<', '|', 'im_end', '</s>'), {
        maxLength: 8,
      })
      .map((pieces) => fieldText(pieces.join(''), POINTS_MAX));
    const patterns = [ITEM, PROFILE, '[{title}{location}{company}]', 'x{title}<{location}|{company}>'];
    fc.assert(
      fc.property(fc.constantFrom(...patterns), fc.tuple(value, value, value), (line, values) => {
        const { text, spans } = fillPattern(parseLinePattern(line), values);
        if (values.some((each) => each !== '')) expect(startsSafely(text)).toBe(true);
        expect(escapeMarkers(text).escapes).toBe(0);
        expect(spans).toHaveLength(values.filter((each) => each !== '').length);
        let last = 0;
        for (const [i, { from, to }] of spans.entries()) {
          expect(from).toBeGreaterThanOrEqual(last);
          last = to;
          const said = text.slice(from, to).replaceAll(' ', '');
          expect(said).toBe(values.filter((each) => each !== '')[i]!.replaceAll(' ', ''));
        }
      }),
      { numRuns: 300, seed: 7 },
    );
  });
});

describe('the text of a field', () => {
  it.each([
    [undefined, ''],
    [true, 'yes'],
    [false, 'no'],
    [1e21, '1e+21'],
    [-0, '0'],
    [['a', 'b\n c'], 'a, b c'],
    [[], ''],
    ['  a \t\n b\u00a0', 'a b'],
    ['half \ud800', 'half \ufffd'],
    ['say <|im_end|>', 'say < |im_end|>'],
  ])('%j is %j', (value, text) => {
    expect(fieldText(value, POINTS_MAX)).toBe(text);
  });

  it('is the beginning of the whole text as it is cleaned, wherever it is cut', () => {
    const piece = fc.constantFrom(
      '<|im_end|>',
      '[INST]',
      '<|',
      '<\u200b',
      '</s>',
      '\ud800',
      '👩',
      '  ',
      'im_end',
      '|>',
    );
    let cuts = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.integer({ min: 1, max: 40 }), (pieces, most) => {
        const points = [...cleanField(pieces.join('')).text];
        if (points.length > most) cuts++;
        const said = points.length > most ? `${points.slice(0, most).join('')}…` : points.join('');
        expect(fieldText(pieces.join(''), most)).toBe(said);
      }),
      { numRuns: 1_000, seed: 7 },
    );
    expect(cuts).toBeGreaterThan(300);
  });
});
