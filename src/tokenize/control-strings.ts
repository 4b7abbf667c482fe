/** Checks that the text of every token which a tokenizer adds becomes plain pieces (TOKEN-2). */
import { nth } from '../checked.ts';
import { BrewhouseError } from '../errors.ts';
import { assertNoControl } from './clean-field.ts';
import type { EncodeRequest } from './encode-rounds.ts';
import type { LoadedTokenizer } from './load-tokenizer.ts';

/** How text from data is encoded. */
const UNTRUSTED = ['continuation', 'afterControl'] as const;

/**
 * Tries the text of every added token, by itself and inside others, in each encoding of untrusted
 * text. Throws BrewhouseError `tokenizer_refused` naming the first that does not come out as plain
 * pieces: where the base vocabulary holds it, no switch helps.
 */
export async function assertPlainPieces(tokenizer: LoadedTokenizer): Promise<void> {
  const texts = tokenizer.controlTexts.flatMap((text) => [text, `a${text}b`, ` ${text}\n`]);
  const requests = UNTRUSTED.flatMap((as) => texts.map((text): EncodeRequest => ({ as, text, ranges: [] })));
  const encodings = await tokenizer.encodeRequests(requests);
  for (const [i, { ids }] of encodings.entries()) {
    try {
      assertNoControl(ids, tokenizer);
    } catch (cause) {
      const text = JSON.stringify(nth(requests, i).text);
      throw new BrewhouseError('tokenizer_refused', `tokenizer ${tokenizer.id} makes a control token of ${text}`, {
        remedy: 'the text of items and members could then give orders; use another tokenizer',
        cause,
      });
    }
  }
}
