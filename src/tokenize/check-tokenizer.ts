/**
 * Checks a tokenizer before a long build: hard pairs, control strings, frame, label words of the
 * seed.
 */
import type { TokenizerCheck } from '../../schemas/tokenizer.ts';
import { BrewhouseError } from '../errors.ts';
import { assertBoundaries } from './boundaries.ts';
import { chatFrame } from './chat-frame.ts';
import { cleanField } from './clean-field.ts';
import { assertPlainPieces } from './control-strings.ts';
import { runEncoding } from './encode-rounds.ts';
import { comparePrompts } from './joining-gate.ts';
import { labelWords } from './label-words.ts';
import { type LoadedTokenizer, loadTokenizer } from './load-tokenizer.ts';
import { joinIds } from './token-ids.ts';
import { type TokenizerSource, tokenizerSha256Of } from './tokenizer-files.ts';

/** The answers of the first template, in the words of the jobs domain. */
const SEED_ANSWERS = ['apply', 'dismiss', 'view', 'not interact'].map((will) => `The member will ${will}`);

/** Any day will do for the frame. */
const CHECKED_AT = 0;

/** What is known of the corpora that a tokenizer is to be for. */
export interface CheckedFor {
  /** Whether prompts are put into its chat template; undefined: where it has one. */
  readonly chat?: boolean;
  /** What a recipe asks of it, in its own templates and words, in place of those of the seed. */
  readonly recipe?: (tokenizer: LoadedTokenizer) => Promise<string>;
}

/**
 * All checks on the tokenizer of a package or a folder, in a fixed order; the caller says what a
 * failed one means. Throws BrewhouseError `tokenizer_refused` where its files cannot be loaded at
 * all.
 */
export async function checkTokenizer(
  source: TokenizerSource,
  resolveFrom: string,
  { chat: isChat, recipe }: CheckedFor = {},
): Promise<TokenizerCheck[]> {
  const sha256 = tokenizerSha256Of(source, resolveFrom);
  const tokenizer = loadTokenizer({ ...source, sha256 }, resolveFrom);
  const chat = isChat ?? tokenizer.chatTemplate !== null;
  return [
    { check: 'files', ok: true, detail: `${tokenizer.family}, ${tokenizer.vocabSize} tokens, sha256 ${sha256}` },
    await checked('hard pairs', () => assertBoundaries(tokenizer).then(() => 'lines can be joined')),
    await checked('control strings', () => controlStrings(tokenizer)),
    await checked('chat frame', () => frame(tokenizer, chat)),
    recipe === undefined
      ? await checked('label words', () => seedWords(tokenizer, chat))
      : await checked('recipe', () => recipe(tokenizer)),
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

async function controlStrings(tokenizer: LoadedTokenizer): Promise<string> {
  await assertPlainPieces(tokenizer);
  return `${tokenizer.controlTexts.length} control texts become plain pieces`;
}

/** The frame with lines in it, as the build compares them; one has all added tokens' texts. */
async function frame(tokenizer: LoadedTokenizer, chat: boolean): Promise<string> {
  const options = { firstLine: 'Instruction:', lastLine: 'Answer:', askedAt: CHECKED_AT, chat };
  const whole = await runEncoding(tokenizer, chatFrame(tokenizer, options));
  const said = cleanField(tokenizer.controlTexts.join(' and ')).text;
  const lines = await tokenizer.encodeMany(['[one line]\n', `[Title: ${said}]\n`]);
  const ids = joinIds([whole.head, ...lines, whole.tail]);
  await comparePrompts(tokenizer, [{ template: 'of this check', ids, frame: whole }]);
  const end = tokenizer.decode(whole.end);
  return `${chat ? 'chat template' : 'no chat template (recipes need chat_template: false)'}, answers end in ${end}`;
}

async function seedWords(tokenizer: LoadedTokenizer, chat: boolean): Promise<string> {
  const options = { firstLine: 'Instruction:', lastLine: 'Answer:', askedAt: CHECKED_AT, chat };
  const frame = await runEncoding(tokenizer, chatFrame(tokenizer, options));
  const { common, tokens } = await runEncoding(tokenizer, labelWords(tokenizer, frame, SEED_ANSWERS));
  return `${common} | ${tokens.map((token) => JSON.stringify(tokenizer.tokenText(token))).join(' ')}`;
}
