/** Reads JSON without making two long whole numbers one. */

/** Where a whole number may have more digits than a double holds (2^53 has 16). */
const LONG_NUMBER = /(?:^|[\s:,[])-?\d{16}/;

/** A column of whole numbers of which some are missing is written with a point by pandas. */
const WHOLE = /^(-?\d+)(?:\.0+)?$/;

/**
 * The JSON value; a whole number beyond 2^53 is the text of its digits, since it is an id, and two
 * ids must not become one.
 */
export function parseExact(text: string): unknown {
  if (!LONG_NUMBER.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, value: unknown, ...[context]: { source?: string }[]) => {
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
    return WHOLE.exec(context?.source ?? '')?.[1] ?? value;
  });
}
