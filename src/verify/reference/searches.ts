/**
 * Searches that try lines: each says which texts it needs encoded next, so that many can be encoded
 * at once.
 */
import { nth } from '../checked.ts';
import type { EncodedLine } from '../world/tokenizer-port.ts';

/** Yields texts, goes on with their encodings in the same order, and returns what it found. */
export type Search<T> = Generator<readonly string[], T, readonly EncodedLine[]>;

/** Runs a search to its end. */
export function collect<T>(search: Search<T>, encode: (texts: readonly string[]) => readonly EncodedLine[]): T {
  let step = search.next([]);
  while (!step.done) step = search.next(step.value.length === 0 ? [] : encode(step.value));
  return step.value;
}

/** Runs searches side by side: one round of texts for all that go on. Returns what each found. */
export function* together<T>(searches: readonly Search<T>[]): Search<T[]> {
  const steps = searches.map((search) => search.next([]));
  for (;;) {
    const texts = steps.flatMap((step) => (step.done ? [] : step.value));
    if (texts.length === 0) break;
    const encoded = yield texts;
    let at = 0;
    for (const [index, step] of steps.entries()) {
      if (step.done) continue;
      const own = encoded.slice(at, at + step.value.length);
      at += step.value.length;
      steps[index] = nth(searches, index).next(own);
    }
  }
  return steps.map((step) => step.value as T);
}
