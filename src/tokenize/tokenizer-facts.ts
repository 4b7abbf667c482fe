/** What of a tokenizer's configuration a row depends on, as the identity of a corpus holds it. */
import type { TokenizerFacts } from '../../schemas/identity.ts';
import type { CorpusSection } from '../../schemas/recipe.ts';
import { nth } from '../checked.ts';
import { chatFrame } from './chat-frame.ts';
import type { Encoding } from './encode-rounds.ts';
import type { LoadedTokenizer } from './load-tokenizer.ts';

/** Any moment: a chat template may tell the day, and ends every answer alike. */
const SOME_DAY = 1_772_323_200_000;

/** How a recipe's `chat_template` is asked of `chatFrame`. */
export function chatOptions(template: CorpusSection['chat_template']): {
  chat: boolean;
  args: Readonly<Record<string, string | boolean | number>>;
} {
  return { chat: template !== false, args: typeof template === 'boolean' ? {} : template };
}

/** Throws `tokenizer_refused` and `recipe_invalid` as `chatFrame` does. */
export function* tokenizerFacts(
  tokenizer: LoadedTokenizer,
  template: CorpusSection['chat_template'],
): Encoding<TokenizerFacts> {
  const { id, sha256, chatTemplateSha256, bosId, eosId, padId, beginsWithBos } = tokenizer;
  const frame = { firstLine: 'Question:', lastLine: 'Answer:', askedAt: SOME_DAY, ...chatOptions(template) };
  const { end } = yield* chatFrame(tokenizer, frame);
  return {
    ...{ id, sha256, chat_template_sha256: chatTemplateSha256 },
    ...{ bos: bosId, eos: eosId, pad: padId, end: nth([...end], 0), add_bos: beginsWithBos },
  };
}
