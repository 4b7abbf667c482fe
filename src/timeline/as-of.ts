/**
 * AS OF T: the one place that says what lies before the moment T, in its label window, and after
 * it.
 */
import { DAY_MS } from '../../schemas/durations.ts';

/** Whether what became known at `knownAt` is seen at T, both epoch ms (ASOF-2). */
export function isSeen(knownAt: number, t: number): boolean {
  return knownAt < t;
}

/** The end of the label window [T, T + W), which is not in it; epoch ms (LABEL-2). */
export function windowEnd(t: number, windowMs: number): number {
  return t + windowMs;
}

/**
 * The first moment at which no event can come into the label window any more; epoch ms (LABEL-4,
 * SPLIT-2).
 */
export function closesAt(t: number, windowMs: number): number {
  return t + Math.max(windowMs, 1);
}

/**
 * From when on a label is mature, epoch ms; where openings are capped by day not before the end of
 * T's day (LABEL-4).
 */
export function maturesAt(t: number, windowMs: number, cappedByDay: boolean): number {
  const closed = closesAt(t, windowMs);
  return cappedByDay ? Math.max(closed, (Math.floor(t / DAY_MS) + 1) * DAY_MS) : closed;
}
