/** The two encoders of one tokenizer, and whether they answer alike. */
import { expect } from 'vitest';
import { nth } from '../../../src/checked.ts';
import type { Encoded, EncodeRequest, TextRange } from '../../../src/tokenize/encode-rounds.ts';
import { type LoadedTokenizer, loadTokenizer } from '../../../src/tokenize/load-tokenizer.ts';
import { LLAMA, QWEN, REPOSITORY } from '../families.ts';

/** A tokenizer with our encoder, and the same with the library alone. */
export interface BothEncoders {
  readonly name: string;
  readonly own: LoadedTokenizer;
  readonly library: LoadedTokenizer;
}

let loaded: readonly BothEncoders[] | undefined;

/** Of the families whose steps are known; loaded once for all test files of a worker. */
export function bothEncoders(): readonly BothEncoders[] {
  loaded ??= [
    { name: 'Qwen-3', source: QWEN },
    { name: 'Llama-3', source: LLAMA },
  ].map(({ name, source }) => ({
    name,
    own: loadTokenizer(source, REPOSITORY, { encoder: 'own' }),
    library: loadTokenizer(source, REPOSITORY, { encoder: 'library' }),
  }));
  return loaded;
}

/** Fails at the first text whose ids differ. */
export async function expectSameIds({ own, library }: BothEncoders, texts: readonly string[]): Promise<void> {
  const [ours, theirs] = await Promise.all([own.encodeMany(texts), library.encodeMany(texts)]);
  for (const [i, text] of texts.entries()) {
    const [a, b] = [nth(ours, i), nth(theirs, i)];
    // vitest compares typed arrays a hundred times slower.
    if (a.length !== b.length || a.some((id, n) => id !== b[n]))
      expect({ text, ids: [...a] }).toEqual({ text, ids: [...b] });
  }
}

/** Fails where anything differs that an answer says, in any encoding of untrusted text. */
export async function expectSameAnswers(both: BothEncoders, text: string, ranges: readonly TextRange[]): Promise<void> {
  for (const as of ['continuation', 'afterControl', 'beginning'] as const)
    await expectSameAnswer(both, { as, text, ranges });
}

/** Fails where anything differs that the answer to one request says. */
export async function expectSameAnswer(both: BothEncoders, request: EncodeRequest): Promise<void> {
  const [[own], [library]] = await Promise.all([
    both.own.encodeRequests([request]),
    both.library.encodeRequests([request]),
  ]);
  expect(toldBy(own!, request.text)).toEqual(toldBy(library!, request.text));
}

function toldBy({ length, ids, runs, spanOf, tokensBeforeSpace }: Encoded, text: string) {
  const places = [...text.matchAll(/ /g)].map(({ index }) => index);
  return {
    length,
    ids: [...ids],
    runs: [...runs],
    spans: Array.from({ length }, (_, token) => spanOf(token)),
    borders: [-1, 0, 1, ...places].map(tokensBeforeSpace),
  };
}
