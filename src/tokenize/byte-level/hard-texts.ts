/** Texts that tell encoders apart: pieces of all scripts and kinds, each beside each other one. */

/** None is the text of a control token, and NFC leaves each as it is. */
export const HARD_PIECES = [
  ...['Nurse', 'a', 'I', 'ESL', ' ', '  ', '.', ',', ')', '(', ']', '[', '"', '!', '?', ':', ';', '-', '--'],
  ...["'", "'s", "'S", "'re", "'LL", "'Ve", "'l", "'m", "'d", "'T", '\u2019s', '/', '//', '\\', '1', '12', '1999'],
  ...['3.5', '1234567', '%', '&', '#', '@', '_', '~', '`', '{', '}', '<', '>', '|', '...', '=='],
  ...['\n', '\r\n', '\n\n ', '\t', ' \t', '\u00a0', '\u0085', '\u2003', '\u2028', '\u3000', '\u180e', '\ufeff'],
  ...['\u2026', '\u2014', '\u00e9', '\u00df', '\u0130', '\u00b2', '\u00bd', '\u0663', '\u2166', '\u2460'],
  ...['\u6f22\u5b57', '\u3002', '\u304b', '\ud55c\uae00', '\u0627\u0644\u0639', '\u05e9\u05dc', '\u0639\u0651'],
  ...['\u0e44\u0e17\u0e22', '\u0e17\u0e35\u0e48', '\u0939\u093f\u0928\u094d', '\u03a9', '\u0436', '\u10d0'],
  ...['\u{1f600}', '\u{1f469}\u200d\u{1f4bb}', '\u{1f1e9}\u{1f1ea}', '\u2764\ufe0f', '\u{1d54f}', '\u{1d7d8}'],
  ...['\u200b', '\u00ad', '\ufffd', '\u2581', '\u0120', '\u{20000}', '\ue000', '\u0000', '\u0001', '\ufb01'],
  ...['engineering', 'strengths', 'https://a.example/b?c=1&d=%20', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'],
];

/** Every piece before and behind every other one and itself, a text for each. About 40 KB. */
export function hardTexts(): string[] {
  return HARD_PIECES.map(
    (piece, i) =>
      HARD_PIECES.slice(i)
        .map((other) => piece + other)
        .join('') + piece,
  );
}
