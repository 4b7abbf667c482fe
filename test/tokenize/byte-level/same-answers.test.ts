/**
 * Our encoder and the official library answer alike: ids, spans, runs of ranges, and borders at
 * spaces.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codePoints } from '../../../infra/write-character-runs.ts';
import { characterKinds, KIND, KIND_BITS, TOUCHED } from '../../../src/tokenize/byte-level/character-kinds.ts';
import { HARD_PIECES, hardTexts } from '../../../src/tokenize/byte-level/hard-texts.ts';
import { REAL_DATA, REAL_SETS } from '../../real-sets.ts';
import { casesOf, tell } from '../../worlds/long-run.ts';
import { HARD_PIECES as LINE_PIECES } from '../families.ts';
import { type BothEncoders, bothEncoders, expectSameAnswers, expectSameIds } from './both-encoders.ts';

const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...HARD_PIECES, ...LINE_PIECES) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(' ', ' ', '\n', 'the', ' of', 'Ward', 'nurse', "'", '\u017f', '\u0301', '\u0345'),
  },
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.nat(99_999).map(String),
  fc
    .tuple(fc.constantFrom('a', ' ', '=', '9', '\u4e2d', '\u{1f600}', '\t', '\r\n'), fc.nat(70))
    .map(([of, n]) => of.repeat(n)),
);
const text = fc.array(piece, { maxLength: 24, size: 'max' }).map((pieces) => pieces.join('').toWellFormed());
/** Neighbouring ranges, some of them empty, from cuts of a text in thousandths. */
const cuts = fc.array(fc.nat(1_000), { maxLength: 8 });

const rangesOf = (some: string, places: readonly number[]) => {
  const borders = places.map((cut) => Math.round((cut * some.length) / 1_000)).sort((a, b) => a - b);
  return borders.slice(1).map((to, i) => ({ from: borders[i]!, to }));
};

describe.each(bothEncoders())('with $name both encoders', (both) => {
  it('answer alike on texts of all kinds, whole and for every range', async () => {
    await fc.assert(
      fc.asyncProperty(text, cuts, (some, places) => expectSameAnswers(both, some, rangesOf(some, places))),
      { numRuns: casesOf(400, 10_000), seed: 7 },
    );
  });

  it('have the same ids of every code point beside letters, numbers, signs, spaces and apostrophes', async () => {
    const kinds = characterKinds();
    const sure = codePoints().filter((code) => ((kinds[code] ?? 0) & KIND_BITS) !== KIND.doubt);
    const texts: string[] = [];
    for (const beside of [(c: string) => `x${c}y `, (c: string) => `'${c}, 'l${c} '${c}e 1${c}1\n`]) {
      // What NFC touches may hand its whole text over.
      const [plain, touched] = [0, TOUCHED].map((bit) => sure.filter((code) => ((kinds[code] ?? 0) & TOUCHED) === bit));
      const spelled = (codes: readonly number[]) => codes.map((code) => beside(String.fromCodePoint(code)));
      for (let from = 0; from < plain!.length; from += 64) texts.push(spelled(plain!.slice(from, from + 64)).join(''));
      texts.push(...spelled(touched!));
    }
    await expectSameIds(both, texts);
  });

  it('have the same ids of long texts without a space, in time that does not square', async () => {
    const letters = (n: number, of: (i: number) => number) =>
      Array.from({ length: n }, (_, i) => String.fromCodePoint(of(i)));
    const mixed = (i: number) => (Math.imul(i + 1, 2_654_435_761) >>> 8) % 26;
    await expectSameIds(both, [
      'a'.repeat(100_000),
      ' '.repeat(100_000),
      '='.repeat(100_000),
      letters(100_000, (i) => 0x61 + mixed(i)).join(''),
      letters(50_000, (i) => 0x4e00 + 97 * mixed(i)).join(''),
      letters(50_000, (i) => 0x1f600 + mixed(i)).join(''),
    ]);
  });

  it('have the same ids of the texts of all added tokens, which are plain to both', async () => {
    await expectSameIds(
      both,
      both.own.controlTexts.flatMap((control) => [control, `a${control}b`, `\u0345${control} `]),
    );
  });

  it('decode every token alike', () => {
    for (let id = 0; id < both.own.vocabSize; id += 97)
      expect(textOf(both.own, id), `${id}`).toBe(textOf(both.library, id));
  });

  it('have the same ids of the real sets', async ({ skip }) => {
    const files = REAL_SETS.flatMap(({ name }) =>
      ['items', 'members'].map((kind) => join(REAL_DATA, name, `${kind}.csv.gz`)),
    );
    const there = files.filter((file) => existsSync(file));
    if (there.length === 0) skip(`no sets in ${REAL_DATA}`);
    const every = casesOf(37, 1);
    const lines = there.flatMap((file) => gunzipSync(readFileSync(file)).toString().split('\n'));
    const some = lines.filter((_, i) => i % every === 0);
    await expectSameIds(both, some);
    tell(`encoders-${both.name}`, { what: `texts encoded with ${both.name}`, cases: some.length, differences: 0 });
  });
});

const textOf = ({ tokenText }: BothEncoders['own'], id: number) => {
  try {
    return tokenText(id);
  } catch (error) {
    return String(error);
  }
};

describe('hard texts', () => {
  it('are left as they are by NFC, so that our encoder makes all of them', () => {
    expect(hardTexts().filter((each) => each.normalize('NFC') !== each)).toEqual([]);
    expect(new Set(HARD_PIECES).size).toBe(HARD_PIECES.length);
  });
});
