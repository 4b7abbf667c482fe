/** Which text each id of a tokenizer is, and which id a token's text has. */

/** Ids and texts of tokens. */
export interface TokenNames {
  /** The id of the token that is written so; null where there is none. */
  idOf(text: string): number | null;
  /**
   * The text, with special tokens kept. Throws RangeError on an id that is not in the vocabulary.
   */
  decode(ids: ArrayLike<number>): string;
  /**
   * Text of one token with its leading space; U+FFFD for part of a character. Throws as `decode`.
   */
  tokenText(id: number): string;
}
