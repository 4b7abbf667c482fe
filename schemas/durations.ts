/** Lengths of time in milliseconds. */

/** A second. */
export const SECOND_MS = 1_000;
/** A minute. */
export const MINUTE_MS = 60 * SECOND_MS;
/** An hour. */
export const HOUR_MS = 60 * MINUTE_MS;
/** A UTC day: event time knows no leap seconds. */
export const DAY_MS = 24 * HOUR_MS;

const UNITS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', SECOND_MS],
  ['m', MINUTE_MS],
  ['h', HOUR_MS],
]);

/** Milliseconds of `90s`, `15m`, `2h`, `500ms`; null for what is no such text. */
export function parseDuration(text: string): number | null {
  const [, digits = '', unit = ''] = /^(\d{1,9})(ms|s|m|h)$/.exec(text) ?? [];
  const length = UNITS.get(unit);
  return length === undefined ? null : Number(digits) * length;
}
