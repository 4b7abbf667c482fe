/** What the reference needs of a tokenizer; real ones and toys of tests are behind it alike. */

/** Ids before and after the lines of a prompt. */
export interface ReferenceFrame {
  /** From the row's begin to the end of the first line. */
  readonly head: ArrayLike<number>;
  /** From the begin of the last line to where the answer begins. */
  readonly tail: ArrayLike<number>;
  /** How many tokens of `head` begin inside the frame's text. */
  readonly headControl: number;
  /** How many tokens of `tail` begin before the last line's end. */
  readonly tailLine: number;
}

/** A line's ids with begin and end of each token in UTF-16 units: [from, to, from, to ...]. */
export interface EncodedLine {
  readonly ids: ArrayLike<number>;
  readonly offsets: ArrayLike<number>;
}

/** Encodes the texts of a corpus. */
export interface ReferenceTokenizer {
  /** Untrusted text in the middle of a prompt: no token of it is a control token. */
  encode(text: string): ArrayLike<number>;
  /** What `encode` says of each text, with places: many at once cost less than one by one. */
  encodeLines(texts: readonly string[]): readonly EncodedLine[];
  /** The answer, after the frame's tail. */
  encodeAnswer(text: string): ArrayLike<number>;
  /**
   * First and last line (without line ends) fused with the frame, asked at a moment in epoch
   * milliseconds.
   */
  frame(firstLine: string, lastLine: string, askedAt: number): ReferenceFrame;
  /** The token after the answer. */
  readonly endId: number;
  /** Tokens that text must never make. */
  readonly controlIds?: ReadonlySet<number>;
  /**
   * The whole prompt of these lines at once; undefined where a text of theirs looks like a control
   * token.
   */
  encodeWhole?(lines: readonly string[], askedAt: number): ArrayLike<number> | undefined;
}
