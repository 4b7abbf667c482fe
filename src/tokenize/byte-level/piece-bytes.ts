/** Pieces of a byte-level vocabulary: each letter of their alphabet is a byte. */

const [SPACE, QUOTE, SLASH, BACKSLASH, SMALL_U] = [0x20, 0x22, 0x2f, 0x5c, 0x75];

/** Letters of the alphabet are below it. */
const ALPHABET_END = 0x144;

/** Longer pieces are none that a piece's length can be kept of. */
export const PIECE_BYTES_MAX = 0xffff;

/**
 * By letter the byte that it means, -1 where it is none: printable ASCII and Latin-1 mean
 * themselves, and the letters from U+0100 on the other bytes in order (GPT-2's `bytes_to_unicode`).
 */
const BYTE_OF_LETTER = (() => {
  const bytes = new Int16Array(ALPHABET_END).fill(-1);
  let next = 0x100;
  for (let byte = 0; byte < 0x100; byte++) {
    const isPrintable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    bytes[isPrintable ? byte : next++] = byte;
  }
  return bytes;
})();

/** Reads pieces out of the bytes of a JSON text, one after another, and makes no text of them. */
export interface PieceReader {
  /** The pieces that were read lie behind each other from 0 on, up to `length`. */
  readonly bytes: Uint8Array;
  length: number;
  /** Behind the last piece in the JSON text: a quote, or a space. */
  end: number;
  /**
   * Reads the piece that begins at `from`, up to a quote or a space, which no piece holds, and puts
   * it behind those before. False where it is empty, too long, or has a letter that is no byte's.
   */
  read(from: number): boolean;
}

/** A reader of the pieces in a JSON text. */
export function pieceReader(json: Uint8Array): PieceReader {
  const bytes = new Uint8Array(PIECE_BYTES_MAX);
  return {
    bytes,
    length: 0,
    end: 0,
    read(from) {
      const begin = this.length;
      let isKnown = true;
      let at = from;
      let to = begin;
      for (;;) {
        let letter = json[at++] ?? QUOTE;
        if (letter === QUOTE || letter === SPACE) break;
        if (letter === BACKSLASH) {
          letter = escapedLetter(json, at);
          at += json[at] === SMALL_U ? 5 : 1;
        } else if (letter >= 0x80) letter = ((letter & 0x1f) << 6) | ((json[at++] ?? 0) & 0x3f);
        const byte = BYTE_OF_LETTER[letter] ?? -1;
        if (byte < 0 || to === PIECE_BYTES_MAX) isKnown = false;
        else bytes[to++] = byte;
      }
      this.end = at - 1;
      this.length = to;
      return isKnown && to > begin;
    },
  };
}

/** The letter that is written behind a backslash; ALPHABET_END for one that is no byte's. */
function escapedLetter(json: Uint8Array, at: number): number {
  const sign = json[at] ?? 0;
  if (sign === QUOTE || sign === BACKSLASH || sign === SLASH) return sign;
  return sign === SMALL_U ? Number.parseInt(String.fromCharCode(...json.subarray(at + 1, at + 5)), 16) : ALPHABET_END;
}
