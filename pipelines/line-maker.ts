/** Runs searches for lines with a tokenizer, in this thread or in another. */
import { type LineSearch, type Made, makeLines, type Wishes } from '../src/prompt/line-search.ts';
import { runEncoding } from '../src/tokenize/encode-rounds.ts';
import type { LoadedTokenizer } from '../src/tokenize/load-tokenizer.ts';

/** Makes lines and frames. Throws as `makeLines` does. */
export interface LineMaker {
  make(wishes: Wishes): Promise<Made>;
}

/** Makes lines by a tokenizer of this thread. */
export function createLineMaker(tokenizer: LoadedTokenizer): LineMaker {
  return { make: (wishes) => runEncoding(tokenizer, makeLines(tokenizer, wishes)) };
}

/** Runs a search to its end. Throws what the search and the maker throw. */
export async function runSearch<T>(maker: LineMaker, search: LineSearch<T>): Promise<T> {
  let step = search.next();
  while (step.done !== true) step = search.next(await maker.make(step.value));
  return step.value;
}
