/**
 * CUT-2 word for word, one place after the other, on arrays of code points: what the builder's cuts
 * are held against.
 */
import { fillPattern, type LinePattern } from '../../src/prompt/line-pattern.ts';
import { escapeMarkers } from '../../src/tokenize/clean-field.ts';

/** How a text is encoded: for each token the code point in which it begins. */
export type Tokens = (text: string) => Promise<readonly number[]>;

/** A cut as the rule has it. */
export interface SlowCut {
  /** The line without its newline; undefined where the level is too short. */
  readonly text: string | undefined;
  readonly how: 'whole' | 'word' | 'inside' | 'early word' | 'too short';
  /** The place p, and the place of the cut. */
  readonly border: number;
  readonly place: number;
  /** Token M begins where the token before it begins: inside a code point. */
  readonly isSplit?: boolean;
}

/** The line of the values, at most `most` tokens of it with its newline. */
export async function slowCut(
  pattern: LinePattern,
  values: readonly string[],
  most: number,
  tokens: Tokens,
): Promise<SlowCut> {
  const { text, spans } = fillPattern(pattern, values);
  const points = [...text];
  const begins = await tokens(`${text}\n`);
  if (begins.length <= most) return { text, how: 'whole', border: points.length, place: points.length };
  const border = begins[most]!;
  const place = (unit: number) => [...text.slice(0, unit)].length;
  const fields = spans.map(({ from, to }) => ({ from: place(from), to: place(to) }));
  const isInField = (i: number) => fields.some(({ from, to }) => from <= i && i < to);
  const endsField = (i: number) => fields.some(({ to }) => to === i);
  const beginsField = (i: number) => fields.some(({ from }) => from === i);
  const isLetter = (i: number) => isInField(i) && points[i] !== ' ';
  // Behind its last code point.
  const endsWord = (e: number) => e > 0 && isLetter(e - 1) && (points[e] === ' ' || endsField(e));
  const beginsWord = (i: number) => isLetter(i) && (points[i - 1] === ' ' || beginsField(i));
  const cutAt = (e: number, mark: string) => escapeMarkers(points.slice(0, e).join('') + mark + pattern.close).text;
  const fits = async (line: string) => (await tokens(`${line}\n`)).length <= most;

  let early: number | undefined;
  for (let e = border; e > 0 && early === undefined; e--) {
    if (endsWord(e) && (await fits(cutAt(e, ' …')))) early = e;
  }
  if (early !== undefined && 2 * early >= border)
    return { text: cutAt(early, ' …'), how: 'word', border, place: early };
  const isSplit = begins[most] === begins[most - 1];
  const begin = points.findIndex((_, i) => i >= (early ?? 0) && beginsWord(i));
  if (begin >= 0) {
    let end = begin + 1;
    while (!endsWord(end)) end++;
    for (let place = Math.min(border, end - 1); place >= begin + 1; place--) {
      const line = cutAt(place, '…');
      if (await fits(line)) return { text: line, how: 'inside', border, place, isSplit };
    }
  }
  if (early !== undefined) return { text: cutAt(early, ' …'), how: 'early word', border, place: early };
  return { text: undefined, how: 'too short', border, place: 0 };
}
