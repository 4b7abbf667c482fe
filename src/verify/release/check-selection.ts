/**
 * Whether a release holds exactly the rows that its rules take, in the right splits, shards and
 * order.
 */
import type { FaultList, RuleId } from '../fault-list.ts';
import type { Corpus } from '../reference/tasks.ts';
import { compareBytes } from '../world/draws.ts';
import { canonicalJson } from './canonical-json.ts';
import type { TableRow } from './expected-table.ts';
import { type Manifest, SPLITS } from './manifest.ts';
import type { RowTable } from './row-table.ts';
import { emptySplits, gapFault, type RowEnd, shardCount, takeRemainder, thin } from './selection.ts';
import { compareTallies, countUp, type Tally, tallyOf } from './tallies.ts';

/** What the rules make of a corpus for a release, and what the release has of it. */
export interface SelectionCase {
  readonly manifest: Manifest;
  readonly corpus: Corpus;
  readonly list: FaultList;
  /** All rendered rows, those that the release leaves out too; caps have decided. */
  readonly rows: readonly TableRow[];
  readonly table: RowTable;
  readonly trainShards: number;
  /** Whether all files are as the manifest has them; else rows that are missing are explained. */
  readonly whole: boolean;
}

/** The rule that ends a row so. */
const RULE_OF_END: Readonly<Record<RowEnd, RuleId>> = {
  after_until: 'SPLIT-1',
  train: 'SPLIT-2',
  validation: 'SPLIT-2',
  test: 'SPLIT-2',
  in_gap: 'SPLIT-2',
  test_members: 'SPLIT-3',
  test_surface: 'SPLIT-3',
  test_task: 'SPLIT-3',
  held_out: 'SPLIT-3',
  test_template: 'SPLIT-4',
  variant_left_out: 'SPLIT-4',
  same_prompt: 'RELEASE-1',
  label_capped: 'RELEASE-2',
  thinned: 'RELEASE-3',
  remainder: 'RELEASE-4',
  before_since: 'INCREMENT-2',
  replay: 'INCREMENT-4',
};

/**
 * Decides what the budget takes, and then the remainder (RELEASE-1). Returns how many shards train
 * has.
 */
export function choose(rows: readonly TableRow[], { release, until }: Manifest, tokensOf: (row: TableRow) => number) {
  thin(rows, { release, until }, tokensOf);
  return takeRemainder(rows, tokensOf, release.train_shards);
}

/** Compares both ways: every row that should be there is, and no other. */
export function checkSelection(selection: SelectionCase): void {
  const { manifest, list, rows, table, trainShards, whole } = selection;
  const present = rows.filter(({ row }) => row >= 0).sort((a, b) => a.row - b.row);
  list.look('split', rows.length);
  for (const { row, end, variant } of present) {
    const place = table.positionOf(row);
    if (place.split === end) continue;
    const detail = `by the rules this row is ${end}`;
    list.add(place, { check: variant === '' ? 'split' : 'variants', rule: [RULE_OF_END[end], 'SPLIT-1'], detail });
  }
  for (const { row, end, variant, task, askedAt, example } of whole ? rows : []) {
    if (row >= 0 || !SPLITS.some((split) => split === end)) continue;
    const detail = `a row of task ${task} asked at ${askedAt} is missing`;
    const chosen: RuleId[] = end === 'train' ? ['RELEASE-2', 'RELEASE-3', 'RELEASE-4'] : [];
    const ofSince: RuleId[] = manifest.since === undefined ? [] : ['INCREMENT-2', 'INCREMENT-4'];
    const rule: RuleId[] = [...ofSince, 'RELEASE-1', 'OPEN-6', RULE_OF_END[end], ...chosen];
    list.add({ split: end, example }, { check: variant === '' ? 'ledger' : 'variants', rule, detail });
  }
  checkRules(selection);
  checkFates(manifest, rows, list);
  checkShards(manifest, trainShards, list);
  checkOrder(present, table, list);
}

/** What the law refuses of a release: a short gap, and a split without a row that must have one. */
function checkRules({ manifest, corpus, list, rows }: SelectionCase): void {
  list.look('manifest');
  const short = gapFault(corpus, manifest.release);
  if (short !== undefined) list.add({}, { check: 'manifest', rule: ['SPLIT-2'], detail: short });
  if (manifest.since !== undefined) return;
  for (const split of emptySplits(rows, manifest.release)) {
    list.add({ split }, { check: 'manifest', rule: ['RELEASE-7'], detail: `there is no row in ${split}` });
  }
}

/** Rows by task, label and end, and what caps kept, as the manifest counts them (LEDGER-2). */
function checkFates(manifest: Manifest, rows: readonly TableRow[], list: FaultList): void {
  const fates = new Map<string, number>();
  const labels = new Map<string, number>();
  const variants = new Map(['test_template', 'left_out'].map((end) => [JSON.stringify([end]), 0]));
  for (const { end, variant, task, label } of rows) {
    if (end === 'after_until') continue;
    if (variant !== '') countUp(variants, end === 'test_template' ? end : 'left_out');
    else {
      countUp(fates, task, end);
      countUp(labels, task, label, end);
    }
  }
  const compare = (what: 'fates' | 'labels', wanted: Tally) =>
    compareTallies(list, 'LEDGER-2', { what, told: tallyOf(manifest[what]), wanted });
  compare('fates', fates);
  compare('labels', labels);
  for (const [name, right] of variants) {
    const told = tallyOf(manifest.variants).get(name) ?? 0;
    const detail = `the manifest counts ${told} variants ${name}, the rules make ${right}`;
    if (told !== right) list.add({}, { check: 'variants', rule: ['LEDGER-2', 'SPLIT-4'], detail });
  }
  if ([...manifest.variants.keys()].some((name) => !variants.has(JSON.stringify([name])))) {
    const detail = `variants: ${[...manifest.variants.keys()].join(', ')}`;
    list.add({}, { check: 'variants', rule: ['PUBLISH-3'], detail });
  }
  checkKeepShares(manifest, labels, list);
}

/**
 * How many of all train rows with a capped label were kept, in order of task and label (RELEASE-2).
 */
function checkKeepShares({ release, keep_shares: told }: Manifest, labels: Tally, list: FaultList): void {
  const wanted = [...release.label_caps].flatMap(([task, caps]) =>
    [...caps.keys()].map((label) => {
      const count = (...ends: readonly string[]) =>
        ends.reduce((sum, end) => sum + (labels.get(JSON.stringify([task, label, end])) ?? 0), 0);
      const kept = count('train', 'thinned', 'remainder');
      return { task, label, kept, all: kept + count('label_capped') };
    }),
  );
  const inOrder = wanted
    .filter(({ all }) => all > 0)
    .sort((a, b) => compareBytes(a.task, b.task) || compareBytes(a.label, b.label));
  const [is, right] = [canonicalJson(told), canonicalJson(inOrder)];
  list.look('manifest');
  const detail = `keep_shares: ${is} instead of ${right}`;
  if (is !== right) list.add({}, { check: 'manifest', rule: ['RELEASE-2', 'PUBLISH-3'], detail });
}

/** Numbers of shards, and how rows divide among them (RELEASE-4). */
function checkShards(manifest: Manifest, trainShards: number, list: FaultList): void {
  const data = manifest.files.filter(({ kind }) => kind === 'data');
  for (const [split, files] of Map.groupBy(data, (file) => file.split)) {
    const wrong = (detail: string) => list.add({ split }, { check: 'split', rule: ['RELEASE-4'], detail });
    const inOrder = files.toSorted((a, b) => compareBytes(a.path, b.path));
    const sum = (of: 'rows' | 'tokens') => inOrder.reduce((total, file) => total + file[of], 0);
    const rows = sum('rows');
    const shards = split === 'train' ? trainShards : shardCount(sum('tokens'), rows);
    if (inOrder.length !== shards) wrong(`${inOrder.length} shards instead of ${shards}`);
    const less = Math.floor(rows / inOrder.length);
    const more = rows % inOrder.length;
    if (inOrder.some((file, index) => file.rows !== less + (index < more ? 1 : 0))) {
      wrong(`shards have ${inOrder.map((file) => file.rows).join(', ')} rows`);
    }
  }
}

/**
 * Rows lie in the order of draw `shuffle` (RELEASE-5); an id is looked at where draws are equal.
 */
function checkOrder(present: readonly TableRow[], table: RowTable, list: FaultList): void {
  let before: { split: string; row: TableRow } | undefined;
  for (const row of present) {
    const { split } = table.groupOf(row.row);
    const order =
      before?.split === split ? before.row.shuffle - row.shuffle || compareBytes(before.row.id, row.id) : -1;
    if (order > 0) {
      const detail = 'the row is not in the order of draw shuffle';
      list.add(table.positionOf(row.row), { check: 'split', rule: ['RELEASE-5'], detail });
    }
    before = { split, row };
  }
}
