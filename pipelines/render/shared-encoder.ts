/**
 * ONE TOKENIZER A PROCESS: the thread of a build encodes for all render workers, which load none.
 */
import { nth, present } from '../../src/checked.ts';
import type { TextStore } from '../../src/lake/text-store.ts';
import { type Made, makeLines, makeTexts, type TextWish } from '../../src/prompt/line-search.ts';
import { runEncoding } from '../../src/tokenize/encode-rounds.ts';
import { comparePrompts, type JoinedPrompt } from '../../src/tokenize/joining-gate.ts';
import type { LoadedTokenizer } from '../../src/tokenize/load-tokenizer.ts';
import type { SegmentTable } from '../../src/tokenize/segment-table.ts';
import type { LineMaker } from '../line-maker.ts';

/** Encodes for whoever asks. */
export interface SharedEncoder extends LineMaker {
  /** Throws `tokens_differ` at the first prompt that is not its whole text. */
  compare(prompts: readonly JoinedPrompt[]): Promise<void>;
  /** What came of the shared texts so far. */
  readonly counts: Readonly<TextCounts>;
  /** Writes what is to be kept for later builds. */
  finish(): Promise<void>;
}

/** How many texts of items were wanted, each once, and how many of them were not encoded for it. */
export interface TextCounts {
  wanted: number;
  /** In the lake's text store. */
  found: number;
}

/** What an encoder works with. */
export interface EncoderMeans {
  readonly tokenizer: LoadedTokenizer;
  /** What the threads of this build have at hand. */
  readonly table: SegmentTable;
  /** What earlier builds left. */
  readonly texts: TextStore;
}

/** Texts that are looked up and made at once: their lines are held until they are in the table. */
const TEXTS_AT_ONCE = 512;

/**
 * Wishes are granted one after the other, so that of two workers with one wish the second finds
 * what was made for the first in the table; the native library works on all cores meanwhile.
 */
export function createSharedEncoder(means: EncoderMeans): SharedEncoder {
  const { tokenizer, texts } = means;
  const counts: TextCounts = { wanted: 0, found: 0 };
  let turn: Promise<unknown> = Promise.resolve();
  return {
    counts,
    make(wishes) {
      const granted = turn.then(async (): Promise<Made> => {
        const lines: Int32Array[] = [];
        for (let from = 0; from < wishes.texts.length; from += TEXTS_AT_ONCE)
          lines.push(...(await linesOf(means, wishes.texts.slice(from, from + TEXTS_AT_ONCE), counts)));
        const { frames } = await runEncoding(tokenizer, makeLines(tokenizer, { ...wishes, texts: [] }));
        return { lines, frames };
      });
      // A wish that failed ends the build, and no other wish.
      turn = granted.catch(() => undefined);
      return granted;
    },
    compare: (prompts) => comparePrompts(tokenizer, prompts),
    finish: () => texts.finish(),
  };
}

/** Of the table, else of the store, else made now; NOTHING OF A MEMBER is put into either. */
async function linesOf({ tokenizer, table, texts }: EncoderMeans, wishes: readonly TextWish[], counts: TextCounts) {
  const known = ({ key, isShared }: TextWish) => (isShared ? table.get(key) : undefined);
  const missing = wishes.filter((wish) => known(wish) === undefined);
  const shared = missing.filter(({ isShared }) => isShared);
  const found = new Map(await texts.find(shared.map(({ key }) => key)));
  counts.wanted += shared.length;
  counts.found += found.size;
  const unknown = missing.filter(({ key }) => !found.has(key));
  const made = await runEncoding(tokenizer, makeTexts(unknown));
  for (const [i, { key, isShared }] of unknown.entries()) {
    const numbers = nth(made, i);
    found.set(key, numbers);
    if (isShared) await texts.keep({ key, numbers });
  }
  for (const { key } of shared) table.put(key, present(found.get(key), 'lines'));
  return wishes.map((wish) => found.get(wish.key) ?? present(known(wish), 'lines'));
}
