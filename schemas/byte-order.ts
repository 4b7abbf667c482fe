/** The order of ids: by their UTF-8 bytes, without making the bytes. */

/**
 * Compares two strings by their UTF-8 bytes (DRAW-3). Ids and names are well-formed: half of a
 * surrogate pair, which has no bytes, sorts by its number.
 */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    let x = a.charCodeAt(i);
    let y = b.charCodeAt(i);
    if (x === y) continue;
    // Surrogates (code points from U+10000) are below U+E000..U+FFFF in UTF-16, and above in UTF-8.
    if (x >= 0xd800 && y >= 0xd800) {
      x = x >= 0xe000 ? x - 0x2000 : x + 0x2000;
      y = y >= 0xe000 ? y - 0x2000 : y + 0x2000;
    }
    return x - y;
  }
  return a.length - b.length;
}
