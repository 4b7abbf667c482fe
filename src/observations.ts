/**
 * What long work says while it runs: one closed union, from which the bar, plain lines and `--json`
 * are made.
 */

/** What a step counts beside its own progress. */
export interface Rate {
  readonly count: number;
  /** In the plural: `tokens`, `events`, `rows`. */
  readonly unit: string;
}

/**
 * One thing that long work says. Metrics and the progress of jobs are to be made from the same
 * union.
 */
export type Observation =
  /**
   * A step is `done` of `total` (0: not known how many) far; `rate` is what a person wants to see
   * per second.
   */
  | {
      readonly kind: 'progress';
      readonly step: string;
      readonly done: number;
      readonly total: number;
      readonly rate?: Rate;
    }
  /** A part of the work begins: a line for people. */
  | { readonly kind: 'stage'; readonly message: string }
  /**
   * Rows that were rendered since this was said last, and records of members that are done with.
   */
  | { readonly kind: 'rendered'; readonly rows: number; readonly tokens: number; readonly records: number }
  /**
   * Something that a person should know although nothing failed: one sentence without a full stop.
   */
  | { readonly kind: 'warning'; readonly message: string };

/** Takes observations; must not throw. */
export type Observer = (observation: Observation) => void;
