/** Tells by a header that a table was read with another delimiter than its own. */

/** What separates columns now and then, and how a mapping writes it. */
const DELIMITERS: readonly (readonly [letters: string, written: string])[] = [
  ['\t', '"\\t"'],
  ['::', '"::"'],
  [';', '";"'],
  ['|', '"|"'],
];

/** A remedy where the whole header is one column with a delimiter in it; else undefined. */
export function delimiterHint(columns: readonly string[]): string | undefined {
  const [only, second] = columns;
  if (only === undefined || second !== undefined) return undefined;
  const found = DELIMITERS.find(([letters]) => only.includes(letters));
  return found && `the header is one column: give the table delimiter: ${found[1]}`;
}
