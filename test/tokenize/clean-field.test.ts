/** TEXT-1, TEXT-2, TOKEN-2: text of members and items cannot give orders. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertNoControl, cleanField, escapeMarkers, startsSafely } from '../../src/tokenize/clean-field.ts';
import { cleanText } from '../../src/verify/reference/lines.ts';
import { HARD_PIECES, tokenizerFamilies } from './families.ts';

const MARKERS = [
  '[INST]',
  '[/INST]',
  '<<SYS>>',
  '<</SYS>>',
  '<s>',
  '</s>',
  '<|im_start|>',
  '<|im_end|>',
  '<|eot_id|>',
  '<|endoftext|>',
  '<|start_header_id|>',
  '<|any-thing_12|>',
  '<think>',
  '</tool_call>',
];

const fullWidth = (text: string) =>
  Array.from(text, (c) => (c > ' ' && c <= '~' ? String.fromCharCode(c.charCodeAt(0) + 0xfee0) : c)).join('');

/** The same list as one expression, and the first 68 units of a text as a marker would read. */
const MARKER = new RegExp(
  `^(?:${[
    /<\|[^\s<>|]{1,64}\|>/,
    /<\/?(?:s|unk|pad|bos|eos|mask|cls|sep|think|tool_call|tool_response|tools|start_of_turn|end_of_turn)>/,
    /<<\/?SYS>>/,
    /\[\/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_RESULTS|TOOL_CALLS|TOOL_CONTENT|THINK|IMG|PREFIX|MIDDLE|SUFFIX)\]/,
    /\[(?:CLS|SEP|PAD|UNK|MASK)\]/,
    /<(?:start_of_image|end_of_image|image_soft_token|fim_prefix|fim_middle|fim_suffix)>/,
  ]
    .map((pattern) => pattern.source)
    .join('|')})`,
);
const escapesOf = (text: string) =>
  [...text.matchAll(/[<[\ufe47\ufe64\uff1c\uff3b]/g)].filter(({ index }) => {
    const visible = Array.from(text.slice(index).replace(/[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}]/gu, ''));
    return MARKER.test(visible.map((character) => character.normalize('NFKC')).join(''));
  });

/** What comes between which beginnings and which end, as RULES.md lists it (TEXT-2). */
function listed(): string[] {
  const rules = readFileSync(new URL('../../RULES.md', import.meta.url), 'utf8');
  const [own = ''] = /^### TEXT-2 [\s\S]*?(?=^### )/m.exec(rules) ?? [];
  return [...own.matchAll(/^- between `(\S+)`(?: or `(\S+)`)? and `(\S+)`: ([^;.]*)[;.]$/gm)].flatMap(
    ([, one = '', other, end = '', names = '']) =>
      [one, ...(other === undefined ? [] : [other])].flatMap((begin) =>
        [...names.matchAll(/`(\w+)`/g)].map(([, name]) => begin + name + end),
      ),
  );
}

it('looks for all that RULES.md lists, as the checker does, and for nothing more (TEXT-2)', () => {
  const all = listed();
  for (const marker of [...all, '<|x|>', `<|${'x'.repeat(64)}|>`]) {
    const broken = `a ${marker[0]} ${marker.slice(1)}`;
    expect([cleanField(`a ${marker}`).text, cleanText(`a ${marker}`)], marker).toEqual([broken, broken]);
  }
  const names = MARKER.source.matchAll(/\(\?:([\w|]+)\)(>|\\\])/g).flatMap(([, words = '']) => words.split('|'));
  const inRules = new Set(all.map((marker) => marker.replace(/\W/g, '')));
  expect([...names, 'SYS'].sort()).toEqual([...inRules].sort());
  expect(all).toHaveLength(2 * 14 + 6 + 2 + 2 * 11 + 5);
});

describe('cleanField', () => {
  it('finds what one expression over the plain text finds', () => {
    const units = [
      '<',
      '|',
      '>',
      '[',
      ']',
      '/',
      '\u200b',
      '\u2026',
      '\uff5c',
      '\uff1e',
      ' ',
      'a',
      '\u{1f600}',
      'INST',
      'SYS',
    ];
    const long = fc.integer({ min: 60, max: 68 }).map((n) => `<|${'x'.repeat(n)}|>`);
    const piece = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...units) },
      { weight: 3, arbitrary: fc.constantFrom(...MARKERS, ...MARKERS.map(fullWidth)) },
      { weight: 1, arbitrary: long },
    );
    let found = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const text = pieces.join('');
        const { escapes } = escapeMarkers(text);
        expect(escapes).toBe(escapesOf(text).length);
        found += escapes;
      }),
      { numRuns: 3_000, seed: 7 },
    );
    expect(found).toBeGreaterThan(1_000);
  });

  it('reads a text of a million openings, or of invisible characters, once', () => {
    for (const unit of ['<', '<|', '[\u200b', '<\u200b'.padEnd(1_000, '\u200b'), `<|${'x'.repeat(63)}`]) {
      const text = unit.repeat(Math.ceil(1_000_000 / unit.length));
      expect(escapeMarkers(text)).toEqual({ text, escapes: 0 });
    }
  });

  it('folds every run of white space, line ends included, to one space and trims', () => {
    expect(cleanField(' \t\u00a0a\r\n\u2028\u0085 b\u3000\u202fc\n').text).toBe('a b c');
  });

  it('replaces ill-formed UTF-16', () => {
    expect(cleanField('a\ud83d b\udc00').text).toBe('a\ufffd b\ufffd');
  });

  it('keeps the joiners of emoji', () => {
    expect(cleanField('\u{1f469}\u200d\u{1f4bb}')).toEqual({ text: '\u{1f469}\u200d\u{1f4bb}', escapes: 0 });
  });

  it.each(MARKERS)('breaks up and counts %s', (marker) => {
    const broken = `${marker[0]} ${marker.slice(1)}`;
    expect(cleanField(`x${marker}${marker}y`)).toEqual({ text: `x${broken}${broken}y`, escapes: 2 });
    const wide = fullWidth(marker);
    expect(cleanField(`x${wide}`)).toEqual({ text: `x${wide[0]} ${wide.slice(1)}`, escapes: 1 });
    for (const invisible of ['\u200b', '\u00ad', '\ufeff', '\u2066', '\u{e0020}', '\u0001']) {
      const split = Array.from(marker).join(invisible);
      expect(cleanField(split), JSON.stringify(split)).toEqual({ text: `${split[0]} ${split.slice(1)}`, escapes: 1 });
    }
  });

  it('leaves ordinary brackets alone', () => {
    for (const text of ['[Remote] Nurse', 'C<T>', 'a < b', '<b>bold</b>', 'a <| b |> c', 'List<string>']) {
      expect(cleanField(text)).toEqual({ text, escapes: 0 });
    }
  });

  it('changes nothing when done twice', () => {
    const piece = fc.oneof(
      fc.constantFrom(...MARKERS, ...HARD_PIECES, '\n', '<|', '|>'),
      fc.string({ unit: 'binary', maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
        const { text } = cleanField(pieces.join(''));
        expect(cleanField(text)).toEqual({ text, escapes: 0 });
      }),
      { numRuns: 1_000, seed: 7 },
    );
  });

  it('knows every character whose compatibility form opens a marker', () => {
    for (let point = 0; point <= 0x10ffff; point++) {
      if (point >= 0xd800 && point <= 0xdfff) continue;
      const character = String.fromCodePoint(point);
      const plain = character.normalize('NFKC');
      if (plain.includes('<')) expect(escapeMarkers(`${character}s>`).escapes, point.toString(16)).toBe(1);
      if (plain.includes('[')) expect(escapeMarkers(`${character}INST]`).escapes, point.toString(16)).toBe(1);
    }
  });
});

describe('startsSafely', () => {
  it('refuses white space, a slash and nothing', () => {
    for (const line of ['', ' a', '\ta', '\n', '\u00a0a', '\u3000', '/a']) expect(startsSafely(line)).toBe(false);
    for (const line of ['[', 'a', '1', '-', '#', '\u6f22']) expect(startsSafely(line)).toBe(true);
  });
});

describe.each(tokenizerFamilies())('untrusted text in $name', ({ tokenizer }) => {
  it('never becomes a control token, whatever token it spells', async () => {
    const texts = tokenizer.controlTexts.flatMap((text) => [text, `a${text}b`, `\n${text}\n`]);
    for (const ids of await tokenizer.encodeMany(texts)) assertNoControl(ids, tokenizer);
    for (const text of tokenizer.controlTexts) assertNoControl(await tokenizer.encodeAfterControl(text), tokenizer);
    for (const text of tokenizer.controlTexts) assertNoControl(await tokenizer.encode(text), tokenizer);
  });

  it('is told from text of ours, where control tokens are recognised', async () => {
    for (const [i, text] of tokenizer.controlTexts.entries()) {
      const ids = await tokenizer.encodeTrusted(text);
      expect([...ids]).toEqual([[...tokenizer.controlIds].toSorted((a, b) => a - b)[i]]);
      expect(() => assertNoControl(ids, tokenizer)).toThrow(/control token/);
    }
  });

  it('takes lone surrogates for U+FFFD', async () => {
    expect(await tokenizer.encode('a\ud800b')).toEqual(await tokenizer.encode('a\ufffdb'));
  });
});
