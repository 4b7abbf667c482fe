/**
 * How far rows are kept in order of a draw, found by reading the rows twice instead of sorting
 * them: sums by ranges of the draw say in which range the border lies, and only its rows are held.
 */
import { floatAt } from '../checked.ts';
import { compareDraws, type RankedDraw } from '../timeline/draws.ts';

/** Ranges of a draw, which is below 2^48: of a hundred million rows each holds about 6,100. */
const RANGES = 2 ** 14;
const RANGE_WIDTH = 2 ** 48 / RANGES;

/** What the rows of a group come to. */
export interface Totals {
  readonly rows: number;
  readonly tokens: number;
}

/** How many of a group's rows, or how many tokens, are kept at most. */
export interface Limit {
  readonly of: keyof Totals;
  readonly most: number;
}

/** Shows every row with its group, its draw and its tokens; the same rows each time. */
export type DrawnPass<G> = (see: (group: G, drawn: RankedDraw, tokens: number) => void) => Promise<void>;

/**
 * Of each group, in order of draw, the first row that its limit does not take; no border where it
 * takes all. `limitsOf` says the limits once the groups are summed. Bound: two numbers a range of
 * each group, and the rows of one range of each.
 */
export async function findBorders<G>(
  pass: DrawnPass<G>,
  limitsOf: (totals: ReadonlyMap<G, Totals>) => ReadonlyMap<G, Limit>,
): Promise<Map<G, RankedDraw>> {
  const sums = new Map<G, RangeSums>();
  await pass((group, { drawn }, tokens) => {
    const sum = sums.get(group) ?? rangeSums();
    sums.set(group, sum);
    const range = rangeOf(drawn);
    sum.rows.in[range] = floatAt(sum.rows.in, range) + 1;
    sum.tokens.in[range] = floatAt(sum.tokens.in, range) + tokens;
    sum.rows.all++;
    sum.tokens.all += tokens;
  });
  const totals = [...sums].map(([group, { rows, tokens }]) => [group, { rows: rows.all, tokens: tokens.all }] as const);
  const limits = limitsOf(new Map(totals));
  const searches = new Map<G, BorderSearch>();
  for (const [group, limit] of limits) {
    const search = searchFor(sums.get(group) ?? rangeSums(), limit);
    if (search !== undefined) searches.set(group, search);
  }
  if (searches.size > 0)
    await pass((group, drawn, tokens) => {
      const search = searches.get(group);
      if (search?.range === rangeOf(drawn.drawn)) search.held.push({ drawn, tokens });
    });
  return new Map([...searches].map(([group, search]) => [group, borderOf(search)]));
}

/** Whether a row is at the border or after it. */
export function isBehind(border: RankedDraw, drawn: RankedDraw): boolean {
  return compareDraws(drawn, border) >= 0;
}

/** Rows and tokens, in all and by range. */
type RangeSums = Readonly<Record<keyof Totals, { all: number; readonly in: Float64Array }>>;

function rangeSums(): RangeSums {
  return { rows: { all: 0, in: new Float64Array(RANGES) }, tokens: { all: 0, in: new Float64Array(RANGES) } };
}

function rangeOf(drawn: number): number {
  return Math.floor(drawn / RANGE_WIDTH);
}

interface BorderSearch {
  readonly range: number;
  readonly of: Limit['of'];
  /** What the rows of the range may take. */
  readonly left: number;
  readonly held: { readonly drawn: RankedDraw; readonly tokens: number }[];
}

/** Undefined where the limit takes all. */
function searchFor(sums: RangeSums, { of, most }: Limit): BorderSearch | undefined {
  if (sums[of].all <= most) return undefined;
  let left = most;
  let range = 0;
  for (; floatAt(sums[of].in, range) <= left; range++) left -= floatAt(sums[of].in, range);
  return { range, of, left, held: [] };
}

function borderOf({ of, left, held }: BorderSearch): RankedDraw {
  let free = left;
  for (const { drawn, tokens } of held.sort((a, b) => compareDraws(a.drawn, b.drawn))) {
    const size = of === 'rows' ? 1 : tokens;
    if (size > free) return drawn;
    free -= size;
  }
  throw new Error('rows changed while they were read');
}
