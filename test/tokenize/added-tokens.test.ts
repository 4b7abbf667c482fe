/** TOKEN-2: what a tokenizer adds beyond its base vocabulary is never made from data text. */
import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { chatFrame } from '../../src/tokenize/chat-frame.ts';
import { checkTokenizer } from '../../src/tokenize/check-tokenizer.ts';
import { assertPlainPieces } from '../../src/tokenize/control-strings.ts';
import { runEncoding } from '../../src/tokenize/encode-rounds.ts';
import { comparePrompts } from '../../src/tokenize/joining-gate.ts';
import { loadTokenizer } from '../../src/tokenize/load-tokenizer.ts';
import { joinIds } from '../../src/tokenize/token-ids.ts';
import { ADDED_TOKENS, withAddedTokens } from './added-tokens.ts';
import { LLAMA, MISTRAL, QWEN } from './families.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});
const source = (...of: Parameters<typeof withAddedTokens>) => {
  const made = withAddedTokens(...of);
  folders.push(made.path);
  return made;
};

describe.each([QWEN, LLAMA, MISTRAL])('added tokens of $package', ({ package: name }) => {
  const pinned = source(name);
  const tokenizer = loadTokenizer(pinned, '/');
  const chat = tokenizer.chatTemplate !== null;
  const frameOf = (firstLine: string) =>
    runEncoding(tokenizer, chatFrame(tokenizer, { firstLine, lastLine: 'Answer:', askedAt: 0, chat }));

  it('are plain pieces in data text, and the whole prompt says the same', async () => {
    const line = `[Title: the ${ADDED_TOKENS.join(' thing, ')} thing]\n`;
    const ids = await tokenizer.encode(line);
    expect([...ids].filter((id) => tokenizer.controlIds.has(id))).toEqual([]);
    expect(tokenizer.decode(ids)).toBe(line);
    const frame = await frameOf('Instruction:');
    const prompt = { template: 't', ids: joinIds([frame.head, ids, frame.tail]), frame };
    const both = (of: typeof prompt) => (['own', 'library'] as const).map((by) => ({ ...of, by }));
    await comparePrompts(tokenizer, both(prompt));
    // As one text with recognised tokens it would be another.
    const whole = await tokenizer.encodeTrusted(frame.headText + line + frame.tailText);
    expect([...whole]).not.toEqual([...prompt.ids]);
    const halves = await tokenizer.encodeMany(['[Title: engin', 'eering]\n']);
    const joined = { ...prompt, ids: joinIds([frame.head, ...halves, frame.tail]) };
    for (const wrong of both(joined))
      await expect(comparePrompts(tokenizer, [prompt, wrong])).rejects.toMatchObject({ code: 'tokens_differ' });
  });

  it('are plain pieces for `tokenizer check`, too', async () => {
    const checks = await checkTokenizer({ path: pinned.path }, '/');
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(checks.map(({ check }) => check)).toContain('control strings');
  });
});

describe('a tokenizer that makes an added token of its base vocabulary', () => {
  it('is refused by the check and by the build alike', async () => {
    // `item` is one piece of the base vocabulary, and declared an added token as well.
    const pinned = source(QWEN.package, ({ added_tokens, model }) => {
      added_tokens.push({ ...added_tokens.at(-1), ...{ id: model.vocab.item!, content: 'item' } });
    });
    const checks = await checkTokenizer({ path: pinned.path }, '/');
    expect(checks.find(({ check }) => check === 'control strings')).toMatchObject({ ok: false });
    await expect(assertPlainPieces(loadTokenizer(pinned, '/'))).rejects.toMatchObject({ code: 'tokenizer_refused' });
  });
});
