/** On which line a place of a text is, for a parser that runs ahead of who reads its rows. */

/** The line ends of a text that comes in chunks. */
export interface LineEnds {
  /** Takes the next chunk in. */
  readonly add: (bytes: Uint8Array) => void;
  /** How many lines end before the byte of that number, from 0; asked for in ascending order. */
  readonly before: (offset: number) => number;
}

/** Line ends that were passed and are still held. */
const PASSED_MAX = 65_536;

/** Lines end in the byte `mark`. Bound: the line ends between the parser and who asks. */
export function lineEnds(mark: number): LineEnds {
  let given = 0;
  /** Of `ends`, those from `next` on were not passed; `forgotten` were, and are no longer held. */
  let ends: number[] = [];
  let next = 0;
  let forgotten = 0;
  return {
    add(bytes) {
      for (let at = bytes.indexOf(mark); at !== -1; at = bytes.indexOf(mark, at + 1)) ends.push(given + at);
      given += bytes.length;
    },
    before(offset) {
      for (let end = ends[next]; end !== undefined && end < offset; end = ends[next]) next += 1;
      const passed = forgotten + next;
      if (next > PASSED_MAX) {
        ends = ends.slice(next);
        [forgotten, next] = [passed, 0];
      }
      return passed;
    },
  };
}
