/**
 * Keeps the first rows of a set in order of a draw, as far as a limit goes, by seeing the rows
 * twice instead of sorting them: sums by ranges of the draw say in which range the last one kept
 * lies, and the rows of that range alone are held and sorted.
 */
import { floatAt } from '../checked.ts';
import { compareDraws, type RankedDraw } from '../timeline/draws.ts';

/** Ranges of a draw, which is below 2^48: of a hundred million rows each holds about 6,100. */
const RANGES = 2 ** 14;
const RANGE_WIDTH = 2 ** 48 / RANGES;

/** What a limit counts. */
export type LimitedBy = 'rows' | 'tokens';

/** A set of rows of which the first in order of draw are kept. */
export interface DrawCut {
  /** Sums a row of the set: all of them, before there is a limit. */
  tally(row: RankedDraw, tokens: number): void;
  /** What was summed. */
  readonly totals: Readonly<Record<LimitedBy, number>>;
  /** Whether rows are left out: there is a limit, and it does not take all. */
  readonly isCut: boolean;
  /** The first row that is left out; undefined where none is, or the cut is not settled. */
  readonly border: RankedDraw | undefined;
  /** Keeps rows while their sum is at most `most`, and none after the first that passes it. */
  limit(by: LimitedBy, most: number): void;
  /**
   * Whether a row is kept. Undefined where that is not known yet: it is once all rows were asked
   * about and the cut is settled.
   */
  keeps(row: RankedDraw, tokens: number): boolean | undefined;
  /** All rows were asked about since the limit. */
  settle(): void;
}

/** Bound: two numbers a range; while a limit is not settled, the draws of one range of the rows. */
export function drawCut(): DrawCut {
  const sums = { rows: new Float64Array(RANGES), tokens: new Float64Array(RANGES) };
  const totals = { rows: 0, tokens: 0 };
  let search: BorderSearch | undefined;
  /** The first row that is left out. */
  let border: RankedDraw | undefined;
  return {
    totals,
    get isCut() {
      return search !== undefined;
    },
    get border() {
      return border;
    },
    tally({ drawn }, tokens) {
      const range = rangeOf(drawn);
      sums.rows[range] = floatAt(sums.rows, range) + 1;
      sums.tokens[range] = floatAt(sums.tokens, range) + tokens;
      totals.rows++;
      totals.tokens += tokens;
    },
    limit(by, most) {
      if (totals[by] <= most) return;
      let left = most;
      let range = 0;
      for (; floatAt(sums[by], range) <= left; range++) left -= floatAt(sums[by], range);
      search = { by, range, left, held: [] };
    },
    keeps(row, tokens) {
      if (search === undefined) return true;
      if (border !== undefined) return isBefore(row, border);
      const range = rangeOf(row.drawn);
      if (range !== search.range) return range < search.range;
      search.held.push({ row, tokens });
      return undefined;
    },
    settle() {
      if (search !== undefined) border = borderOf(search);
    },
  };
}

/** What a cut that is settled keeps, by its border alone. */
export function settledCut(border: RankedDraw | undefined): Pick<DrawCut, 'isCut' | 'keeps'> {
  return { isCut: border !== undefined, keeps: (row) => border === undefined || isBefore(row, border) };
}

function isBefore(row: RankedDraw, border: RankedDraw): boolean {
  return compareDraws(row, border) < 0;
}

function rangeOf(drawn: number): number {
  return Math.floor(drawn / RANGE_WIDTH);
}

interface BorderSearch {
  readonly by: LimitedBy;
  readonly range: number;
  /** What the rows of the range may take. */
  readonly left: number;
  readonly held: { readonly row: RankedDraw; readonly tokens: number }[];
}

/** Forgets the rows that were held for it. */
function borderOf({ by, left, held }: BorderSearch): RankedDraw {
  let free = left;
  for (const { row, tokens } of held.splice(0).sort((a, b) => compareDraws(a.row, b.row))) {
    free -= by === 'rows' ? 1 : tokens;
    if (free < 0) return row;
  }
  throw new Error('rows changed while they were read');
}
