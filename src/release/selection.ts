/** Which rendered rows a release holds and where, decided in the order of RELEASE-1. */
import type { ReleaseSection } from '../../schemas/recipe.ts';
import { BrewhouseError } from '../errors.ts';
import { draw, type RankedDraw } from '../timeline/draws.ts';
import { type DrawCut, drawCut, settledCut } from './draw-cut.ts';
import { type IncrementRules, incrementEndOf } from './increment-rule.ts';
import { type RowCounts, rowCounter } from './row-counts.ts';
import { shardCount } from './shard-plan.ts';
import { type RowEnd, type SplitFacts, splitOf } from './split-rule.ts';
import { shareBudget } from './token-budget.ts';

/** What a row needs to be chosen, whatever its length in tokens. */
export interface SelectableRow extends SplitFacts {
  /** Question key, parts joined by U+001F. */
  readonly key: string;
  readonly variant: string;
  readonly label: string;
  readonly tokens: number;
}

/** The rows of one row group, one at a time. */
export interface SelectableGroup {
  readonly rows: number;
  /** Row `row` of the group: one object, which the next call changes. */
  at(row: number): SelectableRow;
}

/** Reads all rows of a corpus anew: the same rows each time, and nobody holds them. */
export type RowPass = () => AsyncIterable<SelectableGroup>;

/** What became of each row of the corpus. */
export interface RowEnds {
  /** The end of a row, decided from the row alone. */
  endOf(row: SelectableRow): RowEnd;
  /** Share of train rows that the label cap kept, by task and label (RELEASE-2). */
  keepShare(task: string, label: string): number;
}

/** What was chosen. */
export interface Selection extends RowEnds {
  readonly decided: DecidedSelection;
  readonly trainShards: number;
  readonly until: number;
  readonly counts: RowCounts;
}

/** A choice as plain data, by which any thread decides the end of a row. */
export interface DecidedSelection extends SelectionRules {
  /** By task and label: the share that is kept, and the first row that is left out. */
  readonly caps: ReadonlyMap<string, ReadonlyMap<string, { readonly share: number; readonly border: Border }>>;
  /** By task. */
  readonly budgets: ReadonlyMap<string, Border>;
  readonly remainder: Border;
}

/** The first row that a cut leaves out; undefined where it leaves out none. */
type Border = RankedDraw | undefined;

/** What a selection is made by; `until` is epoch ms. */
export interface SelectionRules {
  readonly seed: number;
  readonly release: ReleaseSection;
  readonly until: number;
  /** Undefined where the release is none. */
  readonly increment?: IncrementRules | undefined;
}

/** Key of a row for the draws that order rows: question key and variant (OPEN-4, DRAW-4). */
export function rowKey(row: { readonly key: string; readonly variant: string }): string[] {
  return [row.key, row.variant];
}

/**
 * Chooses among all rows of a corpus (RELEASE-1); the remainder, of RELEASE-4, is taken off last.
 * Caps, budget and remainder are cuts in order of a draw, each of which is summed by one pass and
 * settled by the next, which sums what follows it: one pass to four, after which a row's end is
 * decided from the row alone. Throws `recipe_invalid` where a shard of train would be empty. Bound:
 * a draw cut for each label cap and each task, and the rows of one range of each.
 */
export async function selectRows(pass: RowPass, rules: SelectionRules, drawOf = draw): Promise<Selection> {
  const { release, until, seed } = rules;
  const caps = labelCaps(release);
  const budgets = new Map<string, DrawCut>();
  const remainder = drawCut();
  const capOf = ({ task, label }: Pick<SelectableRow, 'task' | 'label'>) => caps.get(task)?.get(label);
  const draws = rowDraws(seed, drawOf);
  const { cap: capDraw, thin: thinDraw } = draws;
  const decide = decider(rules, { caps, budgets, remainder }, draws);
  /** Shows all rows with their ends, those last that wait for the cuts `open`. */
  const visit = async (open: Iterable<DrawCut>, see: (row: SelectableRow, end: RowEnd) => void) => {
    const held: SelectableRow[] = [];
    for await (const group of pass()) {
      for (let i = 0; i < group.rows; i++) {
        const row = group.at(i);
        const end = decide(row);
        if (end === undefined) held.push({ ...row });
        else see(row, end);
      }
    }
    for (const cut of open) cut.settle();
    for (const row of held) see(row, settled(decide(row)));
  };

  let open: DrawCut[] = [];
  if (caps.size > 0) {
    await visit(open, (row, end) => {
      if (end === 'train') capOf(row)?.cut.tally(capDraw(row), row.tokens);
    });
    open = [...caps.values()].flatMap((byLabel) => [...byLabel.values()].map(limitedCut));
  }
  if (release.token_budget !== 'none') {
    await visit(open, (row, end) => {
      if (end !== 'train') return;
      const cut = budgets.get(row.task) ?? drawCut();
      budgets.set(row.task, cut);
      cut.tally(thinDraw(row), row.tokens);
    });
    const needs = new Map([...budgets].map(([task, { totals }]) => [task, totals.tokens]));
    const allowances = shareBudget(release.token_budget, needs, release.weights);
    for (const [task, cut] of budgets) cut.limit('tokens', allowances.get(task) ?? 0);
    open = [...budgets.values()];
  }
  let counter = rowCounter(until);
  await visit(open, (row, end) => {
    counter.add(row, end);
    if (end === 'train') remainder.tally(thinDraw(row), row.tokens);
  });
  const { rows, tokens } = remainder.totals;
  const trainShards = trainShardsOf(rules, rows, tokens);
  if (rules.increment === undefined) remainder.limit('rows', rows - (rows % trainShards));
  if (remainder.isCut) {
    counter = rowCounter(until);
    await visit([remainder], counter.add);
  }
  const decided: DecidedSelection = {
    ...{ seed, release, until, increment: rules.increment },
    caps: mapValues(caps, (byLabel) =>
      mapValues(byLabel, ({ cut, most }) => ({ share: cut.isCut ? most / cut.totals.rows : 1, border: cut.border })),
    ),
    budgets: mapValues(budgets, ({ border }) => border),
    remainder: remainder.border,
  };
  return { ...endsOf(decided, drawOf), decided, trainShards, until, counts: counter.counts() };
}

/** What became of the rows, by what was decided. */
export function endsOf(decided: DecidedSelection, drawOf = draw): RowEnds {
  const cuts: Cuts = {
    caps: mapValues(decided.caps, (byLabel) => mapValues(byLabel, ({ border }) => ({ cut: settledCut(border) }))),
    budgets: mapValues(decided.budgets, settledCut),
    remainder: settledCut(decided.remainder),
  };
  const decide = decider(decided, cuts, rowDraws(decided.seed, drawOf));
  return {
    endOf: (row) => settled(decide(row)),
    keepShare: (task, label) => decided.caps.get(task)?.get(label)?.share ?? 1,
  };
}

function mapValues<K, V, W>(map: ReadonlyMap<K, V>, of: (value: V) => W): Map<K, W> {
  return new Map([...map].map(([key, value]) => [key, of(value)]));
}

/** Cuts in the order in which they are made. */
interface Cuts {
  readonly caps: ReadonlyMap<string, ReadonlyMap<string, { readonly cut: Cut }>>;
  readonly budgets: ReadonlyMap<string, Cut>;
  readonly remainder: Cut;
}

type Cut = Pick<DrawCut, 'isCut' | 'keeps'>;

/** The end of a row; undefined where a cut that is not settled does not know it yet. */
function decider(
  rules: SelectionRules,
  { caps, budgets, remainder }: Cuts,
  draws: RowDraws,
): (row: SelectableRow) => RowEnd | undefined {
  const { increment, seed, until, release } = rules;
  const own = increment && { ...increment, seed, until, heldOutTasks: release.holdout_tasks };
  return (row) => {
    const split = own === undefined ? splitOf(row, rules) : incrementEndOf(row, own);
    if (split !== 'train') return split;
    const isUncapped = isKept(caps.get(row.task)?.get(row.label)?.cut, draws.cap, row);
    if (isUncapped !== true) return isUncapped === false ? 'label_capped' : undefined;
    const isPaid = isKept(budgets.get(row.task), draws.thin, row);
    if (isPaid !== true) return isPaid === false ? 'thinned' : undefined;
    const isWhole = isKept(remainder, draws.thin, row);
    if (isWhole !== true) return isWhole === false ? 'remainder' : undefined;
    return split;
  };
}

/** Draws that cuts are made by. */
interface RowDraws {
  readonly cap: DrawFor;
  readonly thin: DrawFor;
}

function rowDraws(seed: number, drawOf: typeof draw): RowDraws {
  return {
    cap: ({ key }) => ({ key: [key], drawn: drawOf(seed, 'label_cap', [key]) }),
    thin: lastKept((row) => ({ key: rowKey(row), drawn: drawOf(seed, 'thin', rowKey(row)) })),
  };
}

type DrawFor = (row: SelectableRow) => RankedDraw;

/** Draws where something is cut alone. */
function isKept(cut: Cut | undefined, drawFor: DrawFor, row: SelectableRow): boolean | undefined {
  return cut?.isCut === true ? cut.keeps(drawFor(row), row.tokens) : true;
}

function settled(end: RowEnd | undefined): RowEnd {
  if (end === undefined) throw new Error('the end of a row was asked for before it was decided');
  return end;
}

/** The same draw for the same row, asked for several times running, is made once. */
function lastKept(drawFor: DrawFor): DrawFor {
  let last: { readonly key: string; readonly variant: string; readonly drawn: RankedDraw } | undefined;
  return (row) => {
    const { key, variant } = row;
    if (last?.key !== key || last.variant !== variant) last = { key, variant, drawn: drawFor(row) };
    return last.drawn;
  };
}

/** Most train rows of a task with a label (RELEASE-2). */
interface LabelCap {
  readonly most: number;
  readonly cut: DrawCut;
}

/** By task and label. */
function labelCaps({ label_caps }: ReleaseSection): ReadonlyMap<string, ReadonlyMap<string, LabelCap>> {
  const capsOf = (of: Readonly<Record<string, number>>) =>
    new Map(Object.entries(of).map(([label, most]) => [label, { most, cut: drawCut() }]));
  return new Map(Object.entries(label_caps).map(([task, of]) => [task, capsOf(of)]));
}

function limitedCut({ cut, most }: LabelCap): DrawCut {
  cut.limit('rows', most);
  return cut;
}

/**
 * Shards of train: of an increment no more than it has rows (INCREMENT-2). Throws as `requireRows`.
 */
function trainShardsOf({ release, increment }: SelectionRules, rows: number, tokens: number): number {
  const { train_shards: wanted } = release;
  if (wanted === undefined) return shardCount(tokens, rows);
  if (increment !== undefined) return Math.max(1, Math.min(wanted, rows));
  requireRows(rows, release);
  return wanted;
}

/** Throws `recipe_invalid` where a shard of train would be empty. */
function requireRows(rows: number, { train_shards: shards = 1 }: ReleaseSection): void {
  if (rows === 0 || rows >= shards) return;
  throw new BrewhouseError('recipe_invalid', `train has ${rows} rows, too few for ${shards} shards`, {
    place: { field: 'release.train_shards' },
    remedy: `set train_shards to ${rows} or less, or leave it out`,
  });
}
