/**
 * AS OF T: the one place that says what lies before the moment T, in its label window, and after
 * it.
 */

/** Whether what became known at `knownAt` is seen at T, both epoch ms (ASOF-2). */
export function isSeen(knownAt: number, t: number): boolean {
  return knownAt < t;
}

/** The end of the label window [T, T + W), which is not in it; epoch ms (LABEL-2). */
export function windowEnd(t: number, windowMs: number): number {
  return t + windowMs;
}

/** How long a label window is and how late what is in it may become known, both in ms. */
export interface Closing {
  /** W. */
  readonly windowMs: number;
  /** `label_lateness`. */
  readonly latenessMs: number;
}

/** How long after its T a question closes at least, ms (LABEL-3). */
export function closingDelay({ windowMs, latenessMs }: Closing): number {
  return Math.max(windowMs, 1) + latenessMs;
}

/**
 * closes_at, epoch ms: what becomes known from then on is no part of the label (LABEL-3). `knownAt`
 * is that of the opening event.
 */
export function closesAt(t: number, knownAt: number, closing: Closing): number {
  return Math.max(t + closingDelay(closing), knownAt + 1);
}
