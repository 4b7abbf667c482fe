/** What each code point is to pre-tokenization, where every version of Unicode agrees. */
import { CHARACTER_RUNS } from './character-runs.ts';

/** Code points below it have a kind; those above it are in doubt. */
export const CODE_POINTS = 0x32400;

/**
 * In doubt: what one side does not know yet, or knows otherwise. Letters (`\p{L}`), numbers
 * (`\p{N}`), line ends (`[\r\n]`), other white space (`\s`), and signs, which are all else.
 */
export const KIND = { doubt: 0, letter: 1, number: 2, space: 3, lineEnd: 4, sign: 5 } as const;

/** The bits of a kind; above them is TOUCHED. */
export const KIND_BITS = 7;
/** NFC may change a text that holds this code point. */
export const TOUCHED = 8;

const KINDS: Readonly<Record<string, number>> = {
  '?': KIND.doubt,
  L: KIND.letter,
  M: KIND.letter | TOUCHED,
  N: KIND.number,
  S: KIND.space,
  O: KIND.sign,
  P: KIND.sign | TOUCHED,
};

/**
 * By code point its kind, and whether NFC may change a text for it. FIXED, NOT ASKED: Node and the
 * tokenizers library have their Unicode from different years, and another Node has another one; so
 * the table is none of theirs. It holds what both said when it was made, of code points that were
 * assigned then; what is not in it is in doubt for ever. What NFC does with an assigned code point
 * never changes (Unicode's stability policy), and a test asks the library for every kind again.
 */
export function characterKinds(): Uint8Array {
  const kinds = new Uint8Array(CODE_POINTS);
  let at = 0;
  for (const [, letter = '', length = ''] of CHARACTER_RUNS.matchAll(/([?LMNSOP])([0-9a-z]+)/g)) {
    const to = at + Number.parseInt(length, 36);
    kinds.fill(KINDS[letter] ?? KIND.doubt, at, to);
    at = to;
  }
  for (const lineEnd of [0x0a, 0x0d]) kinds[lineEnd] = KIND.lineEnd;
  return kinds;
}
