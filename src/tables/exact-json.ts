/** Reads JSON without making two long whole numbers one. */

/** Where a whole number may have more digits than a double holds (2^53 has 16). */
const LONG_NUMBER = /(?:^|[\s:,[])-?\d{16}/;

/**
 * The JSON value; a whole number beyond 2^53 is the text of its digits, since it is an id, and two
 * ids must not become one.
 */
export function parseExact(text: string): unknown {
  if (!LONG_NUMBER.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, value: unknown, ...[context]: { source?: string }[]) => {
    const isRounded =
      typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '');
    return isRounded ? context?.source : value;
  });
}
