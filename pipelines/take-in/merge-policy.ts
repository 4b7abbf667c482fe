/** When runs of a chain are written together, so that a reader never has many of them open. */
import type { Run, TimelineRecord } from '../../schemas/commit.ts';

/** Runs that a chain has without merging: each is a file of lines in a reader's memory. */
export const RUNS_MAX = 6;
/** A run that has this many times as many lines as all newer ones stays where it is. */
const RUN_GROWTH = 2;
/** All lines over those that count: with more, everything is written anew. */
const LINES_PER_EVENT_MAX = 3;

/**
 * How many of the oldest runs stay when another is written; what the others have and still counts
 * goes into the new one. So a line is written a number of times that grows as the logarithm of all
 * lines does (as in log-structured merge-trees; O'Neil and others, 1996).
 */
export function oldRunsKept({ runs, counts }: Pick<TimelineRecord, 'runs' | 'counts'>): number {
  const sizes = runs.map(linesOf);
  const all = sizes.reduce((sum, lines) => sum + lines, 0);
  if (all > LINES_PER_EVENT_MAX * counts.used) return 0;
  if (runs.length < RUNS_MAX) return runs.length;
  let kept = runs.length - 1;
  let newer = sizes[kept] ?? 0;
  for (; kept > 0 && (sizes[kept - 1] ?? 0) <= RUN_GROWTH * newer; kept--) newer += sizes[kept - 1] ?? 0;
  return kept;
}

function linesOf({ lines }: Run): number {
  return lines.reduce((sum, { rows }) => sum + rows, 0);
}
