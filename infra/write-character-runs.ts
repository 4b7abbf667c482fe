/**
 * Writes src/tokenize/byte-level/character-runs.ts: what the tokenizers library takes each code
 * point for, where this Node agrees. Run it again when the library has newer tables.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer } from 'tokenizers';
import { CODE_POINTS } from '../src/tokenize/byte-level/character-kinds.ts';

/** Code points in one text that is split. */
const AT_ONCE = 2_048;
/** Behind each code point, so that it is split off with the first where it matches. */
const [MARK, FILL] = ['\u0001', '\u0002'];

/** All code points that a well-formed text can hold and the table has. */
export function codePoints(): number[] {
  return Array.from({ length: CODE_POINTS }, (_, code) => code).filter((code) => code < 0xd800 || code > 0xdfff);
}

/** The code points that the library's regular expressions find by `expression`, by code point. */
export function foundByLibrary(expression: string): Uint8Array {
  const splits = { type: 'Split', pattern: { Regex: `(?:${expression})${MARK}` }, behavior: 'Isolated', invert: false };
  const none = { added_tokens: [], normalizer: null, post_processor: null, decoder: null };
  const model = { type: 'BPE', vocab: {}, merges: [] };
  const splitter = Tokenizer.fromString(JSON.stringify({ version: '1.0', ...none, pre_tokenizer: splits, model }));
  const splitText = (text: string) => splitter.getPreTokenizer()?.preTokenizeString(text) ?? [];
  const found = new Uint8Array(CODE_POINTS);
  const all = codePoints();
  for (let from = 0; from < all.length; from += AT_ONCE) {
    const some = all.slice(from, from + AT_ONCE).filter((code) => String.fromCodePoint(code) !== MARK);
    for (const [piece] of splitText(some.map((code) => String.fromCodePoint(code) + MARK + FILL).join(''))) {
      const [character = '', mark, ...rest] = piece;
      if (mark === MARK && rest.length === 0) found[character.codePointAt(0) ?? 0] = 1;
    }
  }
  return found;
}

/**
 * The code points whose presence lets NFC change a text: they are changed by themselves, are put in
 * order, or are joined to what comes before.
 */
export function touchedByNfc(nfc: (text: string) => string): Uint8Array {
  const touched = new Uint8Array(CODE_POINTS);
  for (const code of codePoints()) {
    const character = String.fromCodePoint(code);
    // U+0345 and U+0334 have the greatest and the least class of those that are put in order.
    const isMoved = [`\u0345${character}`, `${character}\u0334`].some((text) => nfc(text) !== text);
    if (isMoved) touched[code] = 1;
    const parts = character.normalize('NFD');
    if (parts === character || nfc(parts) !== character) continue;
    for (const part of [...parts].slice(1)) touched[part.codePointAt(0) ?? 0] = 1;
  }
  return touched;
}

/** A letter of KINDS for every code point; those on which the two sides differ are in doubt. */
function lettersOfKinds(): string[] {
  const nfc = (text: string) => text.normalize('NFC');
  const library = Tokenizer.fromString(JSON.stringify({ version: '1.0', normalizer: { type: 'NFC' }, model: EMPTY }));
  const libraryNfc = (text: string) => library.getNormalizer()?.normalizeString(text) ?? text;
  const [own, their] = [touchedByNfc(nfc), touchedByNfc(libraryNfc)];
  const [letters, numbers, spaces] = ['\\p{L}', '\\p{N}', '\\s'].map(foundByLibrary);
  return Array.from({ length: CODE_POINTS }, (_, code) => {
    const character = String.fromCodePoint(code);
    // U+0085 is white space to the library, and U+FEFF to JavaScript.
    const is = [/\p{L}/u, /\p{N}/u, /\p{White_Space}/u].map((pattern) => Number(pattern.test(character)));
    const said = [letters?.[code], numbers?.[code], spaces?.[code]];
    const isSure = /\P{Cn}/u.test(character) && !/\p{Cs}/u.test(character) && own[code] === their[code];
    const isNfc = nfc(character.normalize('NFD')) === libraryNfc(character.normalize('NFD'));
    // The long s is an s to a contraction.
    if (!isSure || !isNfc || said.join() !== is.join() || code === 0x17f) return '?';
    const isTouched = own[code] === 1;
    if (is[0] === 1) return isTouched ? 'M' : 'L';
    if (is[1] === 1) return isTouched ? '?' : 'N';
    if (is[2] === 1) return isTouched ? '?' : 'S';
    return isTouched ? 'P' : 'O';
  });
}

const EMPTY = { type: 'BPE', vocab: {}, merges: [] };

/** Each run as its kind's letter and its length in base 36. */
function characterRuns(): string {
  let runs = '';
  const letters = lettersOfKinds();
  for (let from = 0; from < letters.length; ) {
    let to = from;
    while (letters[to] === letters[from]) to++;
    runs += `${letters[from]}${(to - from).toString(36)}`;
    from = to;
  }
  return runs;
}

if (import.meta.main) {
  const lines = characterRuns().match(/.{1,96}/g) ?? [];
  const text = [
    '/** Kinds of code points in runs, as `node infra/write-character-runs.ts` found them. */',
    '',
    '/** Of each run the letter of its kind (character-kinds.ts) and its length in base 36. */',
    'export const CHARACTER_RUNS = [',
    ...lines.map((line) => `  '${line}',`),
    "].join('');",
    '',
  ].join('\n');
  writeFileSync(join(import.meta.dirname, '../src/tokenize/byte-level/character-runs.ts'), text);
}
