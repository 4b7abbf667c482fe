/**
 * The arithmetic of the bench: medians of runs, ratios of pairs of runs, goals, and how they read.
 */

/** Several runs as one figure. */
export interface Figure {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly runs: number;
}

/** What a value is counted in; `x` is a ratio. */
export type Unit = 'x' | '%' | 'MB' | 's' | 'M tokens/s' | 'MB/s';

/** What a row is to reach; the bound itself reaches it. */
export type Goal =
  | { readonly least: number; readonly unit: Unit; readonly aim?: number }
  | { readonly most: number; readonly unit: Unit; readonly aim?: number };

/**
 * The middle value; of an even number of values the mean of the two in the middle. Throws on none.
 */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined) throw new RangeError('no run has a value');
  return (low + high) / 2;
}

/** Throws on none. */
export function figureOf(values: readonly number[]): Figure {
  return {
    median: medianOf(values),
    least: Math.min(...values),
    most: Math.max(...values),
    runs: values.length,
  };
}

/**
 * RUN BY RUN: the runs of both sides take turns, so the i-th of each had the machine in one mood.
 * The quotient of each pair. Throws where one side has other runs than the other.
 */
export function quotients(above: readonly number[], below: readonly number[]): number[] {
  if (above.length !== below.length) throw new RangeError(`${above.length} runs against ${below.length}`);
  return above.map((value, i) => value / (below[i] ?? Number.NaN));
}

/** Whether the median reaches the goal. What never ended is infinite, and reaches no bound. */
export function isMet({ median }: Figure, goal: Goal): boolean {
  return 'least' in goal ? Number.isFinite(median) && median >= goal.least : median <= goal.most;
}

/** `0.23x`, `1,650 MB`, `14.3 %`: three digits that count, and all before the point. */
export function sayValue(value: number, unit: Unit): string {
  if (!Number.isFinite(value)) return 'no end';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(Math.abs(value), 0.01))));
  const said = value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return unit === 'x' ? `${said}x` : `${said} ${unit}`;
}

/** `0.23x (0.21 to 0.26)`; a single run has no spread. */
export function sayFigure({ median, least, most, runs }: Figure, unit: Unit): string {
  if (runs === 1) return sayValue(median, unit);
  const plain = (value: number) => sayValue(value, unit).replace(/x$| .*$/, '');
  return `${sayValue(median, unit)} (${plain(least)} to ${plain(most)})`;
}

/** `>= 3.00x`, `<= 3.00x, aim at 2.00x`. */
export function sayGoal(goal: Goal): string {
  const bound = 'least' in goal ? `>= ${sayBound(goal.least, goal.unit)}` : `<= ${sayBound(goal.most, goal.unit)}`;
  return goal.aim === undefined ? bound : `${bound}, aim at ${sayBound(goal.aim, goal.unit)}`;
}

function sayBound(bound: number, unit: Unit): string {
  const said = bound.toLocaleString('en-US');
  return unit === 'x' ? `${said}x` : `${said} ${unit}`;
}
