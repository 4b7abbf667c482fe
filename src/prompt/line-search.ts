/**
 * Searches for the lines of rows: what is not known is asked for at once, of a tokenizer in this
 * thread or in another.
 */
import { nth } from '../checked.ts';
import { type ChatFrame, type ChatFrameOptions, chatFrame } from '../tokenize/chat-frame.ts';
import { type Encoding, together } from '../tokenize/encode-rounds.ts';
import type { LoadedTokenizer } from '../tokenize/load-tokenizer.ts';
import { endingsOf } from './levels.ts';
import { packLines } from './lines.ts';
import { encodeTold, patternsOf, type ToldText } from './told-text.ts';

/** A text whose lines are to be made: plain data. */
export interface TextWish {
  readonly key: string;
  readonly fields: readonly string[];
  /** Threads and later builds want it too. */
  readonly isShared: boolean;
  readonly told: ToldText;
}

/** What is not known, each once. */
export interface Wishes {
  readonly texts: readonly TextWish[];
  readonly frames: readonly ChatFrameOptions[];
}

/** What was made of the wishes, in their order. */
export interface Made {
  /** Lines as `packLines` packs them. */
  readonly lines: readonly Int32Array[];
  readonly frames: readonly ChatFrame[];
}

/**
 * A search that waits for nobody: it yields what it wishes, goes on with what was made of it, and
 * returns its result.
 */
export type LineSearch<T> = Generator<Wishes, T, Made>;

/** Texts searched for at once: enough for native batches, few enough to hold their encodings. */
const SEARCHES_MAX = 512;

/** The lines of the texts, packed. */
export function* makeTexts(texts: readonly TextWish[]): Encoding<Int32Array[]> {
  const lines: Int32Array[] = [];
  const endings = yield* endingsOf(patternsOf(texts.map(({ told }) => told)));
  for (let from = 0; from < texts.length; from += SEARCHES_MAX) {
    const some = texts.slice(from, from + SEARCHES_MAX);
    const cut = yield* together(some.map(({ told }) => encodeTold(told, endings)));
    for (const [i, { fields }] of some.entries()) lines.push(packLines(nth(cut, i), fields));
  }
  return lines;
}

/** What a tokenizer makes of the wishes. */
export function* makeLines(tokenizer: LoadedTokenizer, { texts, frames }: Wishes): Encoding<Made> {
  const lines = yield* makeTexts(texts);
  return { lines, frames: yield* together(frames.map((options) => chatFrame(tokenizer, options))) };
}
