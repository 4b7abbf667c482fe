/**
 * Pre-tokenization: where the words of a text end, as the split of known byte-level families finds
 * them (known-steps.ts), without a regular expression.
 */
import { KIND, KIND_BITS } from './character-kinds.ts';

/** A well-formed text as UTF-16 code units, of which the first `length` are the text. */
export interface TextUnits {
  readonly units: Uint16Array;
  readonly length: number;
}

/** What words are split by. */
export interface SplitRules {
  /** By code point (character-kinds.ts). */
  readonly kinds: Uint8Array;
  /** Digits of a number in one word at most. */
  readonly digitsMax: number;
}

/** Behind the word that begins at the unit `from`, which is in the text. */
export type WordEnd = (text: TextUnits, from: number) => number;

const [SPACE, APOSTROPHE] = [0x20, 0x27];
/** No kind: behind the end of the text. */
const END = -1;

/**
 * Finds ends of words in texts of which no code point is in doubt. THE ALTERNATIVES IN ORDER:
 * contractions; letters with at most one sign or space before them; numbers; signs with a space
 * before and line ends behind; white space up to its last line end, else all of it but what comes
 * right before a word.
 */
export function createWordEnd({ kinds, digitsMax }: SplitRules): WordEnd {
  const kindAt = ({ units }: TextUnits, at: number) => {
    const kind = (kinds[units[at] ?? 0] ?? 0) & KIND_BITS;
    // Halves of pairs have no kind of their own.
    return kind === KIND.doubt ? (kinds[codePointAt(units, at)] ?? 0) & KIND_BITS : kind;
  };
  const runEnd = (text: TextUnits, from: number, kind: number) => {
    const { units, length } = text;
    let at = from;
    for (; at < length; at++) {
      const own = (kinds[units[at] ?? 0] ?? 0) & KIND_BITS;
      if (own === kind) continue;
      if (own !== KIND.doubt || kindAt(text, at) !== kind) break;
      at++;
    }
    return at;
  };
  const numberEnd = (text: TextUnits, from: number) => {
    let at = from;
    for (let digits = 0; digits < digitsMax && at < text.length && kindAt(text, at) === KIND.number; digits++)
      at += widthAt(text, at);
    return at;
  };
  /** All white space is one unit. */
  const spaceEnd = (text: TextUnits, from: number) => {
    let lastLineEnd = END;
    let at = from;
    for (; at < text.length; at++) {
      const kind = kindAt(text, at);
      if (kind === KIND.lineEnd) lastLineEnd = at;
      else if (kind !== KIND.space) break;
    }
    if (lastLineEnd >= 0) return lastLineEnd + 1;
    return at === text.length || at === from + 1 ? at : at - 1;
  };
  return (text, from) => {
    const first = kindAt(text, from);
    const next = from + widthAt(text, from);
    if (first === KIND.letter) return runEnd(text, next, KIND.letter);
    const unit = text.units[from];
    const contracted = unit === APOSTROPHE ? contractionEnd(text, next) : 0;
    if (contracted > 0) return contracted;
    if (first === KIND.number) return numberEnd(text, from);
    const second = next < text.length ? kindAt(text, next) : END;
    if (second === KIND.letter && first !== KIND.lineEnd) return runEnd(text, next, KIND.letter);
    if (first !== KIND.sign && (unit !== SPACE || second !== KIND.sign)) return spaceEnd(text, from);
    let end = runEnd(text, next, KIND.sign);
    while (end < text.length && kinds[text.units[end] ?? 0] === KIND.lineEnd) end++;
    return end;
  };
}

/** The code point at a unit. */
export function codePointAt(units: Uint16Array, at: number): number {
  const unit = units[at] ?? 0;
  return isHigh(unit) ? (unit - 0xd800) * 0x400 + (units[at + 1] ?? 0) - 0xdc00 + 0x10000 : unit;
}

function widthAt({ units }: TextUnits, at: number): number {
  return isHigh(units[at] ?? 0) ? 2 : 1;
}

function isHigh(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}

/** Of an ASCII letter, the bit that makes it small. */
const SMALL = 0x20;
const [D, E, L, M, R, S, T, V] = [0x64, 0x65, 0x6c, 0x6d, 0x72, 0x73, 0x74, 0x76];

/** Behind 's, 't, 're, 've, 'm, 'll or 'd, whatever their case; 0 where there is none. */
function contractionEnd({ units, length }: TextUnits, from: number): number {
  if (from >= length) return 0;
  const first = (units[from] ?? 0) | SMALL;
  if (first === S || first === T || first === M || first === D) return from + 1;
  const second = from + 1 < length ? (units[from + 1] ?? 0) | SMALL : 0;
  const isTwo = second === E ? first === R || first === V : second === L && first === L;
  return isTwo ? from + 2 : 0;
}
