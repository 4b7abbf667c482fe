/** Whole numbers, and shares of them, for people. */

/** The number with a comma between groups of three digits: `1,234,567`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/**
 * `part` of `all`, of which there are some, in percent with one digit, half a tenth rounded up:
 * `63.0 %`. Cards hold it, and the checker works it out by itself.
 */
export function percent(part: number, all: number): string {
  const tenths = Math.round((part * 1_000) / all);
  return `${Math.floor(tenths / 10)}.${tenths % 10} %`;
}
