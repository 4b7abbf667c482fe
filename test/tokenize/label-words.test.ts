/** TOKEN-4: where answers are scored, and which answers clash. */
import { describe, expect, it } from 'vitest';
import { chatFrame } from '../../src/tokenize/chat-frame.ts';
import { runEncoding } from '../../src/tokenize/encode-rounds.ts';
import { labelWords } from '../../src/tokenize/label-words.ts';
import { tokenizerFamilies } from './families.ts';

const SEED = ['apply', 'dismiss', 'view', 'not interact'].map((will) => `The member will ${will}`);

describe.each(tokenizerFamilies())('label words in $name', ({ tokenizer }) => {
  const lines = { firstLine: 'Instruction:', lastLine: 'Answer:' };
  const frameOf = (chat: boolean) => runEncoding(tokenizer, chatFrame(tokenizer, { ...lines, askedAt: 0, chat }));
  const wordsOf = async (chat: boolean, answers: readonly string[]) =>
    runEncoding(tokenizer, labelWords(tokenizer, await frameOf(chat), answers));

  it("tell the seed's answers apart by one token each", async () => {
    for (const chat of [true, false]) {
      const { common, before, tokens } = await wordsOf(chat, SEED);
      expect(common).toBe('The member will');
      expect(tokenizer.decode(before).trim()).toBe('The member will');
      expect(new Set(tokens).size).toBe(SEED.length);
      for (const [i, token] of tokens.entries()) {
        expect(` ${SEED[i]!.slice('The member will '.length)}`.startsWith(tokenizer.tokenText(token))).toBe(true);
      }
    }
  });

  it('stand at the first token where answers have nothing in common', async () => {
    for (const answers of [['Yes', 'No'], [...'ABCDEFGH']]) {
      const { common, before, tokens } = await wordsOf(true, answers);
      expect(common).toBe('');
      expect(before.length).toBe(0);
      expect(new Set(tokens).size).toBe(answers.length);
    }
  });

  it('take the end token for an answer that another goes on from', async () => {
    for (const chat of [true, false]) {
      const { common, tokens } = await wordsOf(chat, ['nothing more', 'nothing']);
      expect(common).toBe('nothing');
      // What ends a turn of a chat need not be the eos token (FRAME-3).
      expect([tokens[1]]).toEqual([...(await frameOf(chat)).end]);
      expect(tokenizer.tokenText(tokens[0]!)).toBe(' more');
    }
  });

  it('refuse answers with the same token there, naming both', async () => {
    await expect(wordsOf(true, ['will apply', 'will not view', 'will not interact'])).rejects.toMatchObject({
      code: 'label_words_clash',
      message: expect.stringMatching(/"will not view" and "will not interact"/),
      remedy: expect.stringContaining('rename'),
    });
    await expect(wordsOf(true, ['Yes', 'Yes'])).rejects.toMatchObject({
      code: 'label_words_clash',
    });
  });
});
