/** What of a tokenizer's configuration a row depends on, as the identity of a corpus holds it. */
import type { TokenizerFacts } from '../../schemas/identity.ts';
import type { CorpusSection } from '../../schemas/recipe.ts';
import { intAt } from '../checked.ts';
import { type ChatFrameOptions, chatFrame } from './chat-frame.ts';
import type { Encoding } from './encode-rounds.ts';
import type { LoadedTokenizer } from './load-tokenizer.ts';

/** Any moment: a chat template may tell the day, and ends every answer alike. */
const SOME_DAY = 1_772_323_200_000;

type Chat = CorpusSection['chat_template'];

/** Whether there is a chat template, and what it is told. */
export type ChatOptions = Required<Pick<ChatFrameOptions, 'chat' | 'args'>>;

/** How a recipe's `chat_template` is asked of `chatFrame`. */
export function chatOptions(template: Chat): ChatOptions {
  return { chat: template !== false, args: typeof template === 'boolean' ? {} : template };
}

/** Throws `tokenizer_refused` and `recipe_invalid` as `chatFrame` does. */
export function* tokenizerFacts(tokenizer: LoadedTokenizer, template: Chat): Encoding<TokenizerFacts> {
  const frame = { firstLine: 'Question:', lastLine: 'Answer:', askedAt: SOME_DAY, ...chatOptions(template) };
  const { end } = yield* chatFrame(tokenizer, frame);
  return {
    id: tokenizer.id,
    sha256: tokenizer.sha256,
    chat_template_sha256: tokenizer.chatTemplateSha256,
    bos: tokenizer.bosId,
    eos: tokenizer.eosId,
    pad: tokenizer.padId,
    end: intAt(end, 0),
    add_bos: tokenizer.beginsWithBos,
  };
}
