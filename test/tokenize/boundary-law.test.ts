/** TOKEN-3, FRAME-2: lines encoded one by one give what the whole prompt gives, in every family. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertBoundaries, checkBoundaries } from '../../src/tokenize/boundaries.ts';
import { chatFrame } from '../../src/tokenize/chat-frame.ts';
import { assertNoControl, cleanField, startsSafely } from '../../src/tokenize/clean-field.ts';
import { runEncoding } from '../../src/tokenize/encode-rounds.ts';
import type { LoadedTokenizer } from '../../src/tokenize/load-tokenizer.ts';
import { joinIds } from '../../src/tokenize/token-ids.ts';
import { HARD_PIECES, tokenizerFamilies } from './families.ts';

const families = tokenizerFamilies();

const label = fc.constantFrom('', '[Title: ', 'Note ', '- ', '# ', '12 ');
const field = fc
  .array(fc.constantFrom(...HARD_PIECES), { maxLength: 12 })
  .map((pieces) => cleanField(pieces.join('')).text);
const line = fc
  .tuple(
    label,
    fc.oneof(
      field,
      fc.string({ unit: 'binary', maxLength: 20 }).map((text) => cleanField(text).text),
    ),
  )
  .map(([start, text]) => start + text)
  .filter(startsSafely);

describe.each(families)('$name', ({ tokenizer }) => {
  it.each([true, false])('joins frame and lines to the ids of the whole prompt (chat: %s)', async (chat) => {
    const options = { firstLine: 'Instruction:', lastLine: 'Answer:', askedAt: 0, chat };
    const frame = await runEncoding(tokenizer, chatFrame(tokenizer, options));
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 6 }), async (lines) => {
        const parts = await tokenizer.encodeMany(lines.map((text) => `${text}\n`));
        for (const ids of parts) assertNoControl(ids, tokenizer);
        const whole = frame.headText + lines.map((text) => `${text}\n`).join('') + frame.tailText;
        expect(joinIds([frame.head, ...parts, frame.tail])).toEqual(await tokenizer.encodeTrusted(whole));
      }),
      { numRuns: 150, seed: 7 },
    );
  });

  it('passes the hard pairs', async () => {
    expect(await checkBoundaries(tokenizer)).toBeNull();
    await assertBoundaries(tokenizer);
  });

  it('gives one text the same ids alone, in a batch and with spans', async () => {
    const texts = ['[Title: a \u{1f600}]\n', '', 'caf\u00e9, 12\n'];
    const batch = await tokenizer.encodeMany(texts);
    for (const [i, text] of texts.entries()) {
      expect(batch[i]).toEqual(await tokenizer.encode(text));
      expect(await tokenizer.encode(text)).toEqual(batch[i]);
      const trusted = await tokenizer.encodeRequests([{ as: 'trusted', text, ranges: [] }]);
      expect(trusted[0]!.ids).toEqual(await tokenizer.encodeTrusted(text));
    }
  });
});

describe('a tokenizer whose lines melt together', () => {
  const whole = families[0]!.tokenizer;
  const melting: LoadedTokenizer = {
    ...whole,
    encodeTrusted: async (text) => (await whole.encodeTrusted(text)).map((id) => id + (/\)\n-/.test(text) ? 1 : 0)),
  };

  it('is refused with the pair named', async () => {
    await expect(checkBoundaries(melting)).resolves.toMatchObject({ first: 'Austin, Texas)\n', second: '-\n' });
    await expect(assertBoundaries(melting)).rejects.toMatchObject({
      code: 'tokenizer_refused',
      message: expect.stringContaining('"Austin, Texas)\\n" and "-\\n"'),
    });
  });

  it('is refused where rare characters have no pieces', async () => {
    const lossy: LoadedTokenizer = { ...whole, encode: async () => Int32Array.of(whole.eosId) };
    await expect(assertBoundaries(lossy)).rejects.toMatchObject({ code: 'tokenizer_refused' });
  });
});
