/**
 * The fixed table of code points says what the library says, and no code point without doubt lets
 * NFC change a text unseen. Whatever Unicode Node has, the table is compared with the library.
 */
import { Tokenizer } from 'tokenizers';
import { describe, expect, it } from 'vitest';
import { codePoints, foundByLibrary, touchedByNfc } from '../../../infra/write-character-runs.ts';
import {
  CODE_POINTS,
  characterKinds,
  KIND,
  KIND_BITS,
  TOUCHED,
} from '../../../src/tokenize/byte-level/character-kinds.ts';

const kinds = characterKinds();
const kindOf = (code: number) => (kinds[code] ?? 0) & KIND_BITS;
const isSure = (code: number) => kindOf(code) !== KIND.doubt;
const spelled = (codes: readonly number[]) => codes.map((code) => `U+${code.toString(16)}`);
const sure = codePoints().filter(isSure);

const NFC = JSON.stringify({
  version: '1.0',
  normalizer: { type: 'NFC' },
  model: { type: 'BPE', vocab: {}, merges: [] },
});
const normalizer = Tokenizer.fromString(NFC).getNormalizer()!;
const libraryNfc = (text: string) => normalizer.normalizeString(text);

describe('the table of code points', () => {
  it.each([
    ['letters', '\\p{L}', [KIND.letter]],
    ['numbers', '\\p{N}', [KIND.number]],
    ['white space', '\\s', [KIND.space, KIND.lineEnd]],
    ['line ends', '[\\r\\n]', [KIND.lineEnd]],
    ['signs', '[^\\s\\p{L}\\p{N}]', [KIND.sign]],
  ] as const)('has the %s of the library', (_, expression, own) => {
    const found = foundByLibrary(expression);
    const is = (code: number) => own.some((kind) => kind === kindOf(code));
    // What the probe itself is made of is not found.
    expect(spelled(sure.filter((code) => code !== 1 && is(code) !== (found[code] === 1)))).toEqual([]);
  });

  it('marks every code point that lets NFC change a text, to Node and to the library', () => {
    for (const nfc of [libraryNfc, (text: string) => text.normalize('NFC')]) {
      const touched = touchedByNfc(nfc);
      expect(spelled(sure.filter((code) => touched[code] === 1 && ((kinds[code] ?? 0) & TOUCHED) === 0))).toEqual([]);
    }
  });

  it('holds no code point that Node and the library normalize otherwise, alone or between marks', () => {
    const differing = sure.filter((code) => {
      const character = String.fromCodePoint(code);
      const parts = character.normalize('NFD');
      return [character, parts, `a\u0345${character}\u0334`, `\u0301${parts}\u0327`].some(
        (text) => libraryNfc(text) !== text.normalize('NFC'),
      );
    });
    expect(spelled(differing)).toEqual([]);
  });

  it('leaves little in doubt: all of ASCII and of the scripts that people write is sure', () => {
    const blocks = [
      [0x20, 0x17e],
      [0x370, 0x373],
      [0x400, 0x52f],
      [0x904, 0x939],
      [0xe01, 0xe3a],
      [0x3041, 0x3096],
      [0x4e00, 0x9fa5],
      [0xac00, 0xd7a3],
      [0x1f300, 0x1f64f],
    ] as const;
    for (const [from, to] of blocks)
      for (let code = from; code <= to; code++) expect(isSure(code), `${code}`).toBe(true);
    expect(sure.length).toBeGreaterThan(150_000);
    expect(kinds.length).toBe(CODE_POINTS);
    // The long s is an s to a contraction.
    expect(isSure(0x17f)).toBe(false);
  });
});
