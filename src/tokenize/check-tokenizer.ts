/**
 * Checks a tokenizer before a long build: hard pairs, control strings, frame, label words of the
 * seed.
 */
import type { TokenizerCheck } from '../../schemas/tokenizer.ts';
import { nth } from '../checked.ts';
import { BrewhouseError } from '../errors.ts';
import { assertBoundaries, sameIds } from './boundaries.ts';
import { chatFrame } from './chat-frame.ts';
import { assertNoControl } from './clean-field.ts';
import { runEncoding } from './encode-rounds.ts';
import { labelWords } from './label-words.ts';
import { type LoadedTokenizer, loadTokenizer } from './load-tokenizer.ts';
import { type TokenizerSource, tokenizerSha256Of } from './tokenizer-files.ts';

/** The answers of the first template, in the words of the jobs domain. */
const SEED_ANSWERS = ['apply', 'dismiss', 'view', 'not interact'].map((will) => `The member will ${will}`);

/** Any day will do for the frame. */
const CHECKED_AT = 0;

/**
 * All checks on the tokenizer of a package or a folder, in a fixed order; the caller says what a
 * failed one means. Throws BrewhouseError `tokenizer_refused` where its files cannot be loaded at
 * all.
 */
export async function checkTokenizer(source: TokenizerSource, resolveFrom: string): Promise<TokenizerCheck[]> {
  const sha256 = tokenizerSha256Of(source, resolveFrom);
  const tokenizer = loadTokenizer({ ...source, sha256 }, resolveFrom);
  return [
    { check: 'files', ok: true, detail: `${tokenizer.family}, ${tokenizer.vocabSize} tokens, sha256 ${sha256}` },
    await checked('hard pairs', () => assertBoundaries(tokenizer).then(() => 'lines can be joined')),
    await checked('control strings', () => controlStrings(tokenizer)),
    await checked('chat frame', () => frame(tokenizer)),
    await checked('label words', () => seedWords(tokenizer)),
  ];
}

async function checked(check: string, run: () => Promise<string>): Promise<TokenizerCheck> {
  try {
    return { check, ok: true, detail: await run() };
  } catch (error) {
    const remedy = error instanceof BrewhouseError && error.remedy !== '' ? `; ${error.remedy}` : '';
    return { check, ok: false, detail: `${(error as Error).message}${remedy}` };
  }
}

/** The text of every added token must become plain pieces in each encoding of untrusted text. */
async function controlStrings(tokenizer: LoadedTokenizer): Promise<string> {
  const texts = tokenizer.controlTexts.flatMap((text) => [text, `a${text}b`, ` ${text}\n`]);
  const continued = await tokenizer.encodeMany(texts);
  for (const [i, text] of texts.entries()) {
    for (const ids of [nth(continued, i), await tokenizer.encodeAfterControl(text)]) {
      try {
        assertNoControl(ids, tokenizer);
      } catch {
        throw new Error(`the text ${JSON.stringify(text)} becomes a control token`);
      }
    }
  }
  return `${tokenizer.controlTexts.length} control texts become plain pieces`;
}

async function frame(tokenizer: LoadedTokenizer): Promise<string> {
  const chat = tokenizer.chatTemplate !== null;
  const options = { firstLine: 'Instruction:', lastLine: 'Answer:', askedAt: CHECKED_AT, chat };
  const { headText, tailText, head, tail } = await runEncoding(tokenizer, chatFrame(tokenizer, options));
  const joined = Int32Array.of(...head, ...(await tokenizer.encode('[one line]\n')), ...tail);
  if (!sameIds(joined, await tokenizer.encodeTrusted(`${headText}[one line]\n${tailText}`))) {
    throw new Error('the frame and a line, joined, are not what the whole prompt gives');
  }
  const end = tokenizer.specialTexts.eos_token;
  return `${chat ? 'chat template' : 'no chat template (recipes need chat_template: false)'}, answers end in ${end}`;
}

async function seedWords(tokenizer: LoadedTokenizer): Promise<string> {
  const chat = tokenizer.chatTemplate !== null;
  const options = { firstLine: 'Instruction:', lastLine: 'Answer:', askedAt: CHECKED_AT, chat };
  const { tail } = await runEncoding(tokenizer, chatFrame(tokenizer, options));
  const { common, tokens } = await runEncoding(tokenizer, labelWords(tokenizer, tail, SEED_ANSWERS));
  return `${common} | ${tokens.map((token) => JSON.stringify(tokenizer.tokenText(token))).join(' ')}`;
}
