/**
 * An encoder that a test can see through: tokens of up to three characters, a space before a word
 * belongs to it.
 */
import { type LineSearch, makeTexts } from '../../src/prompt/line-search.ts';
import type { Encoded, EncodeRequest, Encoding } from '../../src/tokenize/encode-rounds.ts';

export interface ToyEncoder {
  decode(ids: ArrayLike<number>): string;
  size(text: string): number;
  /** Runs a search to its end; returns its result and how many texts it asked for. */
  run<T>(search: Encoding<T>): { result: T; texts: number };
  /** The same of a search for lines. */
  find<T>(search: LineSearch<T>): { result: T; texts: number };
}

export function createToyEncoder(): ToyEncoder {
  const pieces: string[] = [];
  const numbers = new Map<string, number>();
  const split = (text: string) => text.match(/ ?[^\s[\],:.]{1,3}|[\s\S]/gu) ?? [];
  const idOf = (piece: string) => {
    const id = numbers.get(piece) ?? pieces.push(piece) - 1;
    numbers.set(piece, id);
    return id;
  };
  const encode = ({ text, ranges }: EncodeRequest): Encoded => {
    const parts = split(text);
    let from = 0;
    const spans = parts.map((part) => {
      const span = { from, to: from + part.length };
      from = span.to;
      return span;
    });
    const runs = ranges.flatMap((range) => {
      const overlaps = spans.map((span) => span.from < range.to && span.to > range.from);
      return [overlaps.indexOf(true), overlaps.lastIndexOf(true) + 1];
    });
    const ids = Int32Array.from(parts, idOf);
    // Every space begins a token, whatever comes behind it.
    const tokensBeforeSpace = (place: number) =>
      text[place] === ' ' ? spans.findIndex(({ from }) => from === place) : undefined;
    return {
      length: ids.length,
      ids,
      runs: Int32Array.from(runs),
      spanOf: (token) => spans[token]!,
      tokensBeforeSpace,
    };
  };
  const run = <T>(search: Encoding<T>) => {
    let texts = 0;
    let step = search.next();
    while (step.done !== true) {
      texts += step.value.length;
      step = search.next(step.value.map(encode));
    }
    return { result: step.value, texts };
  };
  return {
    size: (text) => split(text).length,
    decode: (ids) => Array.from(ids, (id) => pieces[id]!).join(''),
    run,
    find: (search) => run(made(search)),
  };
}

function* made<T>(search: LineSearch<T>): Encoding<T> {
  let step = search.next();
  while (step.done !== true) step = search.next({ lines: yield* makeTexts(step.value.texts), frames: [] });
  return step.value;
}
