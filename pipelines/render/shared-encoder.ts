/**
 * ONE TOKENIZER A PROCESS: the thread of a build encodes for all render workers, which load none.
 */
import { nth, present } from '../../src/checked.ts';
import { type LineMaker, type Made, makeLines, type TextWish } from '../../src/prompt/line-search.ts';
import { runEncoding } from '../../src/tokenize/encode-rounds.ts';
import { comparePrompts, type JoinedPrompt } from '../../src/tokenize/joining-gate.ts';
import type { LoadedTokenizer } from '../../src/tokenize/load-tokenizer.ts';
import type { SegmentTable } from '../../src/tokenize/segment-table.ts';

/** Encodes for whoever asks. */
export interface SharedEncoder extends LineMaker {
  /** Throws `tokens_differ` at the first prompt that is not its whole text. */
  compare(prompts: readonly JoinedPrompt[]): Promise<void>;
}

/**
 * Wishes are granted one after the other, so that of two workers with one wish the second finds
 * what was made for the first in the table; the native library works on all cores meanwhile.
 */
export function createSharedEncoder(tokenizer: LoadedTokenizer, table: SegmentTable): SharedEncoder {
  let turn: Promise<unknown> = Promise.resolve();
  return {
    make(wishes) {
      const granted = turn.then(async (): Promise<Made> => {
        const known = ({ key, isShared }: TextWish) => (isShared ? table.get(key) : undefined);
        const texts = wishes.texts.filter((text) => known(text) === undefined);
        const { lines, frames } = await runEncoding(tokenizer, makeLines(tokenizer, { ...wishes, texts }));
        const made = new Map(texts.map(({ key }, i) => [key, nth(lines, i)]));
        for (const { key, isShared } of texts) if (isShared) table.put(key, present(made.get(key), 'lines'));
        return { lines: wishes.texts.map((text) => made.get(text.key) ?? present(known(text), 'lines')), frames };
      });
      // A wish that failed ends the build, and no other wish.
      turn = granted.catch(() => undefined);
      return granted;
    },
    compare: (prompts) => comparePrompts(tokenizer, prompts),
  };
}
