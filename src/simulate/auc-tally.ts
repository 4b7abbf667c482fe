/** The area under the ROC curve from counts by score: memory stays the same however many questions come. */

/** Scores are counted in this many equal steps of [0, 1]; two in one step count as equal. */
const STEPS = 1 << 16;

/** Counts of scores of both labels. */
export interface AucTally {
  /** Takes in a score in [0, 1] and whether the label was positive. */
  add(score: number, positive: boolean): void;
  /** Chance that a positive scores above a negative, ties half (Mann-Whitney U / n1 n2); NaN without both labels. */
  auc(): number;
}

/** An empty tally. */
export function createAucTally(): AucTally {
  const positives = new Float64Array(STEPS);
  const negatives = new Float64Array(STEPS);
  return {
    add(score, positive) {
      const step = Math.min(STEPS - 1, Math.floor(score * STEPS));
      (positive ? positives : negatives)[step]! += 1;
    },
    auc() {
      let below = 0;
      let all = 0;
      let won = 0;
      for (let step = 0; step < STEPS; step++) {
        won += positives[step]! * (below + negatives[step]! / 2);
        below += negatives[step]!;
        all += positives[step]!;
      }
      return won / (below * all);
    },
  };
}
