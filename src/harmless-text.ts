/** Text of others, where it must not do anything. */

/**
 * NO TEXT COMMANDS A TERMINAL OR A PAGE: escapes, other controls but line feeds, and signs that
 * turn the direction are replaced by their code.
 */
export function harmless(text: string): string {
  return text.replace(
    /(?!\n)[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (sign) => `<U+${sign.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}>`,
  );
}
