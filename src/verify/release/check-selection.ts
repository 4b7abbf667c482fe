/** Whether a release holds exactly the rows that its rules take, in the right splits, shards and order. */
import type { Manifest } from '../../../schemas/manifest.ts';
import type { FaultList, Place } from '../fault-list.ts';
import { compareBytes } from '../reference/draws.ts';
import type { World } from '../reference/world.ts';
import type { Expectation } from './expected-rows.ts';
import type { OpenRelease } from './release-files.ts';
import { type ExpectedRow, type ReleaseRules, shardCount, takeRemainder, thin } from './selection.ts';

/** A row of the release that the rules make, with where it stands. */
export interface PresentRow {
  readonly expected: ExpectedRow;
  readonly place: Required<Place>;
}

export interface SelectionCase {
  readonly world: World;
  readonly release: OpenRelease;
  readonly rules: ReleaseRules;
  readonly expectation: Expectation;
  readonly list: FaultList;
  /** By pseudonym of the row. */
  readonly present: ReadonlyMap<string, PresentRow>;
  /** Renders a row that the release does not hold, to count its tokens. */
  readonly tokensOf: (row: ExpectedRow) => number;
}

const SPLITS = ['train', 'validation', 'test', 'test_members', 'test_template', 'test_surface', 'test_task'];

/** Decides what the budget takes, then compares both ways: every row that should be there is, and no other. */
export function checkSelection(selection: SelectionCase): void {
  const { expectation, list, present, rules, tokensOf, release } = selection;
  const rows = [...expectation.rows.values()];
  thin(rows, rules, tokensOf);
  const trainShards = takeRemainder(rows, tokensOf);
  for (const [example, expected] of expectation.rows) {
    const there = present.get(example);
    const inSplit = SPLITS.includes(expected.end);
    list.look('split');
    if (there === undefined) {
      if (!inSplit) continue;
      const detail = `a row of task ${expected.question.task.name} asked at ${expected.question.askedAt} is missing`;
      list.add(expected.variant === '' ? 'ledger' : 'variants', { split: expected.end, example }, detail);
    } else if (there.place.split !== expected.end) {
      const check = expected.variant === '' ? 'split' : 'variants';
      list.add(check, there.place, `by the rules this row is ${expected.end}`);
    }
  }
  checkFates(release.manifest, rows, list);
  checkShards(selection, trainShards);
  checkOrder(selection);
}

/** Rows by task, label and end, as the manifest counts them. */
function checkFates(manifest: Manifest, rows: readonly ExpectedRow[], list: FaultList): void {
  const fates: Record<string, number> = {};
  const labels: Record<string, number> = {};
  let variantsTested = 0;
  for (const { end, variant, question } of rows) {
    if (variant !== '') variantsTested += end === 'test_template' ? 1 : 0;
    if (variant !== '' || end === 'after_until') continue;
    const { task, label } = question;
    add(fates, `${task.name} ${end}`, 1);
    add(labels, `${task.name} ${label} ${end}`, 1);
  }
  const told: Record<string, number> = {};
  const toldLabels: Record<string, number> = {};
  for (const [task, counts] of Object.entries(manifest.fates)) {
    for (const [end, count] of Object.entries(counts)) add(told, `${task} ${end}`, count);
  }
  for (const [task, byLabel] of Object.entries(manifest.labels)) {
    for (const [label, counts] of Object.entries(byLabel)) {
      for (const [end, count] of Object.entries(counts)) add(toldLabels, `${task} ${label} ${end}`, count);
    }
  }
  compareCounts('fates', told, fates, list);
  compareCounts('labels', toldLabels, labels, list);
  const variants = manifest.variants.test_template;
  if ((variants ?? 0) !== variantsTested) {
    list.add(
      'variants',
      {},
      `the manifest counts ${variants ?? 0} rows in test_template, the rules make ${variantsTested}`,
    );
  }
}

function add(counts: Record<string, number>, name: string, count: number): void {
  counts[name] = (counts[name] ?? 0) + count;
}

/** Reports every count of the manifest or lineage that differs; a count that is missing is 0. */
export function compareCounts(
  what: string,
  told: Record<string, number>,
  wanted: Record<string, number>,
  list: FaultList,
): void {
  for (const name of [...new Set([...Object.keys(told), ...Object.keys(wanted)])].sort()) {
    list.look('ledger');
    const [a, b] = [told[name] ?? 0, wanted[name] ?? 0];
    if (a !== b) list.add('ledger', {}, `${what}: ${a} instead of ${b} for ${name}`);
  }
}

/** Numbers of shards, and how rows divide among them. */
function checkShards(selection: SelectionCase, trainShards: number): void {
  const { release, list } = selection;
  const bySplit = Map.groupBy(
    release.manifest.files.filter(({ kind }) => kind === 'data'),
    ({ split }) => split,
  );
  for (const [split, files] of bySplit) {
    const inOrder = files.toSorted((a, b) => compareBytes(a.path, b.path));
    const rows = inOrder.reduce((sum, file) => sum + file.rows, 0);
    const tokens = inOrder.reduce((sum, file) => sum + file.tokens, 0);
    const shards = split === 'train' ? trainShards : shardCount(tokens, rows);
    if (inOrder.length !== shards) list.add('split', { split }, `${inOrder.length} shards instead of ${shards}`);
    const less = Math.floor(rows / inOrder.length);
    const more = rows % inOrder.length;
    if (inOrder.some((file, index) => file.rows !== less + (index < more ? 1 : 0))) {
      list.add('split', { split }, `shards have ${inOrder.map((file) => file.rows).join(', ')} rows`);
    }
    if (split === 'train' && release.manifest.train_shards_equal !== (more === 0)) {
      list.add('manifest', { split }, `train_shards_equal is ${release.manifest.train_shards_equal}`);
    }
  }
}

/** Rows lie in the order of draw `shuffle`. */
function checkOrder({ world, list, present }: SelectionCase): void {
  let split = '';
  let before = -1;
  let idBefore = '';
  for (const { expected, place } of present.values()) {
    const draw = world.draws.number('shuffle', [...expected.question.key, expected.variant]);
    if (place.split !== split) {
      split = place.split;
      before = -1;
      idBefore = '';
    }
    if (draw < before || (draw === before && compareBytes(expected.id, idBefore) < 0)) {
      list.add('split', place, 'the row does not stand in the order of draw shuffle');
    }
    before = draw;
    idBefore = expected.id;
  }
}
