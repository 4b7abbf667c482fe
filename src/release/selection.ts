/** Which rendered rows a release holds and where, decided in the order of RELEASE-1. */
import type { ReleaseSection } from '../../schemas/recipe.ts';
import { BrewhouseError } from '../errors.ts';
import { draw, type RankedDraw } from '../timeline/draws.ts';
import { findBorders, isBehind, type Limit, type Totals } from './draw-border.ts';
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

/** What was chosen. */
export interface Selection {
  /** The end of a row of the corpus, decided from the row alone. */
  endOf(row: SelectableRow): RowEnd;
  /** Share of train rows that the label cap kept, by task and label (RELEASE-2). */
  keepShare(task: string, label: string): number;
  readonly trainShards: number;
  readonly until: number;
}

/** What a selection is made by; `until` is epoch ms. */
export interface SelectionRules {
  readonly seed: number;
  readonly release: ReleaseSection;
  readonly until: number;
}

/** Key of a row for the draws that order rows: question key and variant (OPEN-4, DRAW-4). */
export function rowKey(row: { readonly key: string; readonly variant: string }): string[] {
  return [row.key, row.variant];
}

/**
 * Chooses among all rows of a corpus (RELEASE-1); the remainder, of RELEASE-4, is taken off last.
 * Caps, budget and remainder each find by two passes where in order of draw rows are left out, so
 * that a row's end is decided from the row alone. Throws `recipe_invalid` where a shard of train
 * would be empty. Bound: as `findBorders`, with a group for each label cap and each task.
 */
export async function selectRows(pass: RowPass, rules: SelectionRules, drawOf = draw): Promise<Selection> {
  const { release, until } = rules;
  const caps = labelCaps(release);
  const shares = new Map<LabelCap, number>();
  const capOf = ({ task, label }: Pick<SelectableRow, 'task' | 'label'>) => caps.get(task)?.get(label);
  const capDraw = ({ key }: SelectableRow) => ranked([key], 'label_cap');
  const thinDraw = (row: SelectableRow) => ranked(rowKey(row), 'thin');
  const ranked = (key: readonly string[], purpose: string) => ({ key, drawn: drawOf(rules.seed, purpose, key) });
  const borders: Borders = { cap: new Map(), budget: new Map(), remainder: undefined };

  const endOf = (row: SelectableRow): RowEnd => {
    const split = splitOf(row, rules);
    if (split !== 'train') return split;
    const cap = capOf(row);
    const capBorder = cap && borders.cap.get(cap);
    if (capBorder !== undefined && isBehind(capBorder, capDraw(row))) return 'label_capped';
    const budgetBorder = borders.budget.get(row.task);
    if (budgetBorder === undefined && borders.remainder === undefined) return split;
    const thin = thinDraw(row);
    if (budgetBorder !== undefined && isBehind(budgetBorder, thin)) return 'thinned';
    return borders.remainder !== undefined && isBehind(borders.remainder, thin) ? 'remainder' : split;
  };
  const trainRows = async (see: (row: SelectableRow) => void) => {
    for await (const group of pass()) {
      for (let i = 0; i < group.rows; i++) {
        const row = group.at(i);
        if (endOf(row) === 'train') see(row);
      }
    }
  };

  if (caps.size > 0) {
    borders.cap = await findBorders<LabelCap>(
      (see) =>
        trainRows((row) => {
          const cap = capOf(row);
          if (cap !== undefined) see(cap, capDraw(row), row.tokens);
        }),
      (all) => {
        for (const [cap, { rows }] of all) if (rows > cap.most) shares.set(cap, cap.most / rows);
        return limits(all, ({ most }) => ({ of: 'rows', most }));
      },
    );
  }
  const { token_budget: budget, weights } = release;
  if (budget !== 'none') {
    borders.budget = await findBorders<string>(
      (see) => trainRows((row) => see(row.task, thinDraw(row), row.tokens)),
      (all) => {
        const needs = new Map([...all].map(([task, { tokens }]) => [task, tokens]));
        const allowances = shareBudget(budget, needs, weights);
        return limits(all, (task) => ({ of: 'tokens', most: allowances.get(task) ?? 0 }));
      },
    );
  }
  let trainShards = 1;
  const last = await findBorders<'train'>(
    (see) => trainRows((row) => see('train', thinDraw(row), row.tokens)),
    (all) => {
      const { rows, tokens } = all.get('train') ?? { rows: 0, tokens: 0 };
      requireRows(rows, release);
      trainShards = release.train_shards ?? shardCount(tokens, rows);
      return limits(all, () => ({ of: 'rows', most: rows - (rows % trainShards) }));
    },
  );
  borders.remainder = last.get('train');

  const keepShare = (task: string, label: string) => {
    const cap = capOf({ task, label });
    return (cap && shares.get(cap)) ?? 1;
  };
  return { endOf, keepShare, trainShards, until };
}

/** Where rows of train are left out, in order of draw `label_cap` or `thin`. */
interface Borders {
  cap: ReadonlyMap<LabelCap, RankedDraw>;
  /** By task. */
  budget: ReadonlyMap<string, RankedDraw>;
  remainder: RankedDraw | undefined;
}

/** Most train rows of a task with a label (RELEASE-2). */
interface LabelCap {
  readonly most: number;
}

/** By task and label. */
function labelCaps({ label_caps }: ReleaseSection): ReadonlyMap<string, ReadonlyMap<string, LabelCap>> {
  const capsOf = (of: Readonly<Record<string, number>>) =>
    new Map(Object.entries(of).map(([label, most]) => [label, { most }]));
  return new Map(Object.entries(label_caps).map(([task, of]) => [task, capsOf(of)]));
}

function limits<G>(of: ReadonlyMap<G, Totals>, limitOf: (group: G) => Limit): Map<G, Limit> {
  return new Map([...of.keys()].map((group) => [group, limitOf(group)]));
}

/** Throws `recipe_invalid` where a shard of train would be empty. */
function requireRows(rows: number, { train_shards: shards = 1 }: ReleaseSection): void {
  if (rows === 0 || rows >= shards) return;
  throw new BrewhouseError('recipe_invalid', `train has ${rows} rows, too few for ${shards} shards`, {
    place: { field: 'release.train_shards' },
    remedy: `set train_shards to ${rows} or less, or leave it out`,
  });
}
