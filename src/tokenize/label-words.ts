/**
 * Where answers are scored: their common beginning, and the one token that tells each from the
 * others.
 */
import { intAt, nth } from '../checked.ts';
import { BrewhouseError } from '../errors.ts';
import { type ChatFrame, encodeAnswers } from './chat-frame.ts';
import type { Encoding } from './encode-rounds.ts';
import type { LoadedTokenizer } from './load-tokenizer.ts';

/** How the answers of a template are told apart. */
export interface LabelWords {
  /** Longest common text of the answers, up to the end of a word: `The member will`. */
  readonly common: string;
  /** Ids of every answer, after the frame's tail; the end token follows them. */
  readonly answers: readonly Int32Array[];
  /** Ids of every answer before the scoring position, after the frame's tail. */
  readonly before: Int32Array;
  /**
   * One token an answer, at the scoring position, all different; the end token for an answer that
   * ends there.
   */
  readonly tokens: readonly number[];
}

/**
 * Where answers are scored (TOKEN-4). Every answer is encoded as one piece after the frame's tail;
 * the scoring position is the first token that differs between any two of them. Throws
 * BrewhouseError `label_words_clash`, naming two answers that have the same token there, and
 * RangeError without an answer.
 */
export function* labelWords(
  tokenizer: LoadedTokenizer,
  { tail, end }: Pick<ChatFrame, 'tail' | 'end'>,
  answers: readonly string[],
): Encoding<LabelWords> {
  const ids = yield* encodeAnswers(tokenizer, tail, answers);
  const first = ids[0];
  if (first === undefined) throw new RangeError('label words need at least one answer');
  let position = 0;
  while (position < first.length && ids.every((answer) => answer[position] === first[position])) position++;
  const tokens = ids.map((answer) => answer[position] ?? intAt(end, 0));
  const seen = new Map<number, string>();
  for (const [i, token] of tokens.entries()) {
    const answer = nth(answers, i);
    const other = seen.get(token);
    if (other !== undefined) throw clash(tokenizer, [other, answer], token);
    seen.set(token, answer);
  }
  return { common: commonText(answers), answers: ids, before: first.slice(0, position), tokens };
}

function clash(tokenizer: LoadedTokenizer, pair: readonly [string, string], token: number): BrewhouseError {
  const [a, b] = pair.map((answer) => JSON.stringify(answer));
  const shared = JSON.stringify(tokenizer.tokenText(token));
  const message = `the answers ${a} and ${b} both begin to differ from others with ${shared}`;
  return new BrewhouseError('label_words_clash', message);
}

function commonText(answers: readonly string[]): string {
  const [first = '', ...rest] = answers;
  let length = first.length;
  for (const other of rest) {
    let same = 0;
    while (same < length && first[same] === other[same]) same++;
    length = same;
  }
  const whole = answers.every((answer) => answer.length === length || answer[length] === ' ');
  return whole ? first.slice(0, length) : first.slice(0, Math.max(0, first.lastIndexOf(' ', length - 1)));
}
