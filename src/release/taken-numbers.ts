/**
 * Numbers of what is taken in while the parts are read, before all of it is sorted and has its
 * number in the release.
 */

/** The numbers of one of several takers: `first`, and each `step` behind the one before. */
export interface Lane {
  readonly first: number;
  readonly step: number;
}

/** Rows on their way hold such numbers in 32 bits. */
const NUMBER_MAX = 2 ** 31 - 1;

/** The numbers of a lane, one after another; of nobody else's where none is given. */
export function numbersOf({ first, step }: Lane = { first: 0, step: 1 }) {
  let at = first;
  return {
    /** Throws Error where there are too many. */
    next(): number {
      if (at > NUMBER_MAX) throw new Error(`a release cannot number more than ${NUMBER_MAX} texts or events`);
      at += step;
      return at - step;
    },
    /** Above all numbers that were given. */
    end: (): number => (at === first ? 0 : at - step + 1),
  };
}

/** A number in the release for each that takers gave; threads may read it side by side. */
export function sharedNumbers(end: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(4 * end));
}
