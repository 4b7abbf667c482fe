/** Whole numbers for people. */

/** The number with a comma between groups of three digits: `1,234,567`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
