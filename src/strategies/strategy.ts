/** The face of a strategy: in which order filling takes the history. */
import type { HistoryOrder } from '../timeline/history.ts';

/** One strategy; `name` is what a recipe calls it. */
export interface Strategy {
  readonly name: string;
  readonly order: HistoryOrder;
}
