/**
 * The area under the ROC curve from counts by score, in memory that does not grow with the
 * questions.
 */
import { floatAt } from '../checked.ts';

/** Scores are counted in this many equal steps of [0, 1]; two in one step count as equal. */
const STEPS = 1 << 16;

/** Counts of scores, positive and other. */
export interface AucTally {
  /** Counts a score in [0, 1] and whether the label was positive. */
  add(score: number, positive: boolean): void;
  /**
   * Chance that a positive scores above a negative, a tie counted as half (Mann-Whitney U / n1 n2);
   * NaN where one of the two is missing.
   */
  auc(): number;
}

/** An empty tally. Bound: two counts a step. */
export function createAucTally(): AucTally {
  const positives = new Float64Array(STEPS);
  const negatives = new Float64Array(STEPS);
  return {
    add(score, positive) {
      const step = Math.min(STEPS - 1, Math.floor(score * STEPS));
      const counts = positive ? positives : negatives;
      counts[step] = floatAt(counts, step) + 1;
    },
    auc() {
      let below = 0;
      let all = 0;
      let won = 0;
      for (let step = 0; step < STEPS; step++) {
        const [positive, negative] = [floatAt(positives, step), floatAt(negatives, step)];
        won += positive * (below + negative / 2);
        below += negative;
        all += positive;
      }
      return won / (below * all);
    },
  };
}
