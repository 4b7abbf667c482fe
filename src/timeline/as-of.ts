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

/**
 * closes_at, epoch ms: what becomes known from then on is no part of the label (LABEL-3). `knownAt`
 * is that of the opening event.
 */
export function closesAt(t: number, knownAt: number, { windowMs, latenessMs }: Closing): number {
  return Math.max(t + Math.max(windowMs, 1) + latenessMs, knownAt + 1);
}
