/** Which tokenizers our encoder takes, which texts it makes, and that its cache changes nothing. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hardTexts } from '../../../src/tokenize/byte-level/hard-texts.ts';
import { createTextEncoder } from '../../../src/tokenize/byte-level/text-encoder.ts';
import { readTokenizerJson } from '../../../src/tokenize/tokenizer-json.ts';
import { tokenizerVariants } from '../../../src/tokenize/tokenizer-variants.ts';
import { LLAMA, MISTRAL, QWEN, REPOSITORY } from '../families.ts';

interface File {
  normalizer: unknown;
  pre_tokenizer: { pretokenizers: { pattern?: { Regex: string }; add_prefix_space?: boolean }[] };
  model: Record<string, unknown> & { vocab: Record<string, number>; merges: (string | [string, string])[] };
}

const bytesOf = (name: string) => readFileSync(join(REPOSITORY, 'node_modules', name, 'models/tokenizer.json'));
const jsonOf = (file: File) => readTokenizerJson(Buffer.from(JSON.stringify(file)));

/** Qwen's with its first merges alone, changed. */
const small = (() => {
  const file = JSON.parse(bytesOf(QWEN.package).toString()) as File;
  const merges = file.model.merges.slice(0, 3_000);
  const made = new Set(merges.map((parts) => (typeof parts === 'string' ? parts.replace(' ', '') : parts.join(''))));
  const vocab = Object.entries(file.model.vocab).filter(([text, id]) => id < 256 || made.has(text));
  return { ...file, model: { ...file.model, merges, vocab: Object.fromEntries(vocab) } };
})();
const changed = (change: (file: File) => void) => {
  const file = structuredClone(small) as File;
  change(file);
  return createTextEncoder(jsonOf(file));
};
const idsOf = (encoder: ReturnType<typeof createTextEncoder>, text: string) => [...(encoder?.encode(text) ?? [])];

describe('our encoder', () => {
  it('takes Qwen-3 and Llama-3, and no other family', () => {
    const taken = [QWEN, LLAMA, MISTRAL].map(({ package: name }) =>
      createTextEncoder(readTokenizerJson(bytesOf(name))),
    );
    expect(taken.map((each) => each !== undefined)).toEqual([true, true, false]);
  });

  it.each<[string, (file: File) => void]>([
    ['another split', ({ pre_tokenizer: { pretokenizers } }) => (pretokenizers[0]!.pattern!.Regex += '|x')],
    ['a prefix', ({ pre_tokenizer: { pretokenizers } }) => (pretokenizers[1]!.add_prefix_space = true)],
    ['another normalizer', (file) => (file.normalizer = { type: 'NFKC' })],
    ['marks at the ends of words', ({ model }) => (model.end_of_word_suffix = '</w>')],
    ['an unknown token', ({ model }) => (model.unk_token = '<unk>')],
    ['bytes for what it does not know', ({ model }) => (model.byte_fallback = true)],
    ['no piece for a byte', ({ model }) => delete model.vocab.q],
    ['two pieces of one id', ({ model }) => (model.vocab.zz = 5)],
    ['a merge of what is no piece', ({ model }) => model.merges.push('zzzz q')],
    ['a merge into what is no piece', ({ model }) => model.merges.push('\u0108 \u0109')],
    ['an id far away', ({ model }) => (model.vocab.zzzz = 2 ** 30)],
    ['no merges', ({ model }) => Reflect.deleteProperty(model, 'merges')],
  ])('leaves a tokenizer alone that has %s', (_, change) => {
    expect(changed(() => undefined)).toBeDefined();
    expect(changed(change)).toBeUndefined();
  });

  it('reads merges as pairs and as texts with a space', () => {
    const split = ({ model }: File) =>
      (model.merges = model.merges.map((parts) =>
        typeof parts === 'string' ? (parts.split(' ') as [string, string]) : parts,
      ));
    const joined = ({ model }: File) =>
      (model.merges = model.merges.map((parts) => (typeof parts === 'string' ? parts : parts.join(' '))));
    for (const text of hardTexts().slice(0, 20))
      expect(idsOf(changed(split), text)).toEqual(idsOf(changed(joined), text));
  });

  it('makes all hard texts, and none that is in doubt or that NFC changes', () => {
    const [qwen, llama] = [QWEN, LLAMA].map(
      ({ package: name }) => createTextEncoder(readTokenizerJson(bytesOf(name)))!,
    );
    for (const text of hardTexts()) for (const each of [qwen, llama]) expect(each!.encode(text), text).toBeDefined();
    for (const text of ['\u017f', 'a\u0378', '\u{e0041}', '\u{10fffd}'])
      for (const each of [qwen, llama]) expect(each!.encode(text), text).toBeUndefined();
    expect(qwen!.encode('e\u0301')).toBeUndefined();
    expect(llama!.encode('e\u0301')).toBeDefined();
    expect(qwen!.encode('\u0e17\u0e35\u0e48')).toBeDefined();
  });

  it('has the same ids whatever it encoded before, and however full its cache is', () => {
    const [fresh, full] = [changed(() => undefined)!, changed(() => undefined)!];
    const word = (i: number) => ` w${(i * 7_919).toString(36)}`;
    // Twice as many words as the cache holds.
    for (let from = 0; from < 300_000; from += 1_000)
      full.encode(Array.from({ length: 1_000 }, (_, i) => word(from + i)).join(''));
    for (const i of [0, 1, 150_000, 299_999]) expect(full.encode(word(i))).toEqual(fresh.encode(word(i)));
  });
});

describe('the decoders of families that our encoder takes', () => {
  it('are the same step for all variants', () => {
    for (const { package: name } of [QWEN, LLAMA]) {
      const variants = tokenizerVariants(readTokenizerJson(bytesOf(name)));
      expect(variants.decodesAlike).toBe(true);
      const decoders = (['trusted', 'continuation'] as const).map(
        (as) => (JSON.parse(variants.jsonOf(as)) as { decoder: unknown }).decoder,
      );
      expect(decoders[0]).toEqual(decoders[1]);
    }
    expect(tokenizerVariants(readTokenizerJson(bytesOf(MISTRAL.package))).decodesAlike).toBe(false);
  });
});
