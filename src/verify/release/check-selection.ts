/**
 * Whether a release holds exactly the rows that its rules take, in the right splits, shards and
 * order.
 */
import type { FaultList, FaultPosition, RuleId } from '../fault-list.ts';
import { referenceRow } from '../reference/rows.ts';
import { compareBytes } from '../world/draws.ts';
import { countUp, type Expectation } from './expected-rows.ts';
import type { Manifest } from './manifest.ts';
import { type ExpectedRow, type RowEnd, shardCount, takeRemainder, thin } from './selection.ts';

/** A row of the release that the rules make, with where it was seen. */
export interface PresentRow {
  readonly expected: ExpectedRow;
  readonly place: Required<FaultPosition>;
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
};

const SPLITS = ['train', 'validation', 'test', 'test_members', 'test_template', 'test_surface', 'test_task'];

/**
 * Decides what the budget takes, and then the remainder (RELEASE-1); compares both ways: every row
 * that should be there is, and no other.
 */
export function checkSelection(expectation: Expectation, present: ReadonlyMap<string, PresentRow>): void {
  const { list } = expectation;
  const { manifest } = expectation.release;
  const rows = [...expectation.rows.values()];
  thin(rows, manifest, tokensOf);
  const trainShards = takeRemainder(rows, tokensOf);
  for (const [example, { end, variant, question }] of expectation.rows) {
    const there = present.get(example);
    const isVariant = variant !== '';
    list.look('split');
    if (there === undefined) {
      if (!SPLITS.includes(end)) continue;
      const detail = `a row of task ${question.task.name} asked at ${question.askedAt} is missing`;
      const rule: RuleId[] = ['RELEASE-1', 'OPEN-6', RULE_OF_END[end]];
      list.add({ split: end, example }, { check: isVariant ? 'variants' : 'ledger', rule, detail });
    } else if (there.place.split !== end) {
      const detail = `by the rules this row is ${end}`;
      list.add(there.place, { check: isVariant ? 'variants' : 'split', rule: [RULE_OF_END[end], 'SPLIT-1'], detail });
    }
  }
  checkFates(manifest, rows, list);
  checkShards(manifest, trainShards, list);
  checkOrder([...present.values()], list);
}

/** Tokens of a row, counted where they are needed of one that the release does not hold. */
function tokensOf(row: ExpectedRow): number {
  row.tokens ??= referenceRow(row.question, row.template).ids.length;
  return row.tokens;
}

/** Rows by task, label and end, as the manifest counts them (LEDGER-2). */
function checkFates(manifest: Manifest, rows: readonly ExpectedRow[], list: FaultList): void {
  const fates = new Map<string, number>();
  const labels = new Map<string, number>();
  let variantsTested = 0;
  for (const { end, variant, question } of rows) {
    if (variant !== '') variantsTested += end === 'test_template' ? 1 : 0;
    if (variant !== '' || end === 'after_until') continue;
    const { task, label } = question;
    countUp(fates, `${task.name} ${end}`);
    countUp(labels, `${task.name} ${label} ${end}`);
  }
  compareCounts(list, 'LEDGER-2', { what: 'fates', told: flatCounts(manifest.fates), wanted: fates });
  compareCounts(list, 'LEDGER-2', { what: 'labels', told: flatCounts(manifest.labels), wanted: labels });
  const told = manifest.variants.get('test_template') ?? 0;
  const detail = `the manifest counts ${told} rows in test_template, the rules make ${variantsTested}`;
  if (told !== variantsTested) list.add({}, { check: 'variants', rule: ['LEDGER-2', 'SPLIT-4'], detail });
}

/** Counts in maps of maps. */
export type Counts = ReadonlyMap<string, number | Counts>;

/** The counts of maps in maps, their names joined by spaces. */
export function flatCounts(counts: Counts): Map<string, number> {
  return new Map(
    [...counts].flatMap(([name, value]): [string, number][] =>
      typeof value === 'number'
        ? [[name, value]]
        : [...flatCounts(value)].map(([inner, count]) => [`${name} ${inner}`, count]),
    ),
  );
}

type Compared = { readonly what: string } & Readonly<Record<'told' | 'wanted', ReadonlyMap<string, number>>>;

/**
 * Reports every count of the manifest or lineage that differs from what the rules make; a count
 * that is missing is 0.
 */
export function compareCounts(list: FaultList, rule: RuleId, { what, told, wanted }: Compared): void {
  for (const name of [...new Set([...told.keys(), ...wanted.keys()])].sort()) {
    list.look('ledger');
    const [a, b] = [told.get(name) ?? 0, wanted.get(name) ?? 0];
    if (a !== b) list.add({}, { check: 'ledger', rule: [rule], detail: `${what}: ${a} instead of ${b} for ${name}` });
  }
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
    const { train_shards_equal: told } = manifest;
    if (split !== 'train' || told === (more === 0)) continue;
    list.add({ split }, { check: 'manifest', rule: ['RELEASE-4'], detail: `train_shards_equal is ${told}` });
  }
}

/** Rows lie in the order of draw `shuffle` (RELEASE-5). */
function checkOrder(rows: readonly PresentRow[], list: FaultList): void {
  let before: { split: string; draw: number; id: string } | undefined;
  for (const { expected, place } of rows) {
    const { question, variant, id } = expected;
    const draw = question.world.draws.number('shuffle', [...question.key, variant]);
    const { split } = place;
    if (before?.split === split && (draw - before.draw || compareBytes(id, before.id)) < 0) {
      const detail = 'the row is not in the order of draw shuffle';
      list.add(place, { check: 'split', rule: ['RELEASE-5'], detail });
    }
    before = { split, draw, id };
  }
}
