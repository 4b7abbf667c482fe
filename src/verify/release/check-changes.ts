/** Which old rows an increment has, and what it says has changed (INCREMENT-2, INCREMENT-3). */
import type { FaultList, RuleId } from '../fault-list.ts';
import type { TableRow } from './expected-table.ts';
import type { Manifest, Since } from './manifest.ts';
import { type FirstRelease, isNew, type Past, unseenRows } from './past.ts';
import type { NamedChange } from './release-digest.ts';
import type { RowTable } from './row-table.ts';
import { shardCount } from './selection.ts';

/** What is known of the releases before. */
export interface KnownPast {
  readonly past: Past;
  readonly first: FirstRelease;
}

/**
 * Decides which rows that closed by the end of the release before are in train: those that are
 * others than what releases before have, and those that are new. What cannot be known is as the
 * increment has it (INCREMENT-7). Returns how many shards train has.
 */
export function chooseChanged(
  rows: readonly TableRow[],
  manifest: Manifest,
  { table, known }: { readonly table: RowTable; readonly known: KnownPast | undefined },
): number {
  for (const row of rows) {
    if (row.end !== 'before_since' && row.end !== 'replay') continue;
    const { compared } = row;
    const isSaid = compared !== 'same' && isInTrain(row, table);
    const isFresh = compared === 'unknown' && known !== undefined && isNew(row, known.first);
    if (isSaid || isFresh || compared === 'other') row.end = 'train';
  }
  const { rows: count = 0, tokens = 0 } = manifest.splits.get('train') ?? {};
  const { train_shards: wanted } = manifest.release;
  return wanted === undefined ? shardCount(tokens, count) : Math.max(1, Math.min(wanted, count));
}

function isInTrain({ row }: TableRow, table: RowTable): boolean {
  return row >= 0 && table.groupOf(row).split === 'train';
}

/** What an increment lists, and what it is held to. */
export interface ChangesCase {
  readonly manifest: Manifest & { readonly since: Since };
  /** All rendered rows, with their ends. */
  readonly rows: readonly TableRow[];
  readonly table: RowTable;
  /** What `changes.parquet` lists, in its order. */
  readonly told: readonly NamedChange[];
  readonly known: KnownPast | undefined;
  readonly list: FaultList;
}

/** Ends of train rows. */
const TRAIN_ROWS: ReadonlySet<string> = new Set(['train', 'replay', 'before_since']);

/** Holds what is listed to the rows, and both ways to the past where that is known. */
export function checkChanges({ manifest, rows, told, known, list }: ChangesCase): void {
  const wrong = (example: string, detail: string, ...rule: RuleId[]) =>
    list.add({ example }, { check: 'changes', rule: [...rule, 'INCREMENT-3'], detail });
  list.look('changes', told.length);
  const now = new Map(rows.flatMap((row) => (TRAIN_ROWS.has(row.end) ? [[row.example, row] as const] : [])));
  const listed = new Map(told.map(({ example, word }) => [example, word]));
  for (const [index, { example, word }] of told.entries()) {
    if (word !== 'removed' && word !== 'replaced') wrong(example, `a change is called ${word}`);
    if (index > 0 && (told[index - 1]?.example ?? '') >= example) wrong(example, 'examples are not in order');
  }
  checkCounts(manifest.since, [...listed.values()], wrong);
  let unseen = known === undefined ? Number.POSITIVE_INFINITY : unseenRows(known.first.manifest);
  for (const [example, word] of listed) {
    const row = now.get(example);
    if (word === 'removed' && row !== undefined) wrong(example, `a train row that is ${row.end} is listed as removed`);
    if (word === 'replaced' && row?.end !== 'train')
      wrong(example, `an example that is ${row?.end ?? 'no train row'} is listed as replaced`, 'INCREMENT-2');
    if (known === undefined || known.past.digestOf(example) !== undefined) continue;
    const mayHaveBeen = row === undefined ? unseen-- > 0 : !isNew(row, known.first);
    if (!mayHaveBeen) wrong(example, `what no release before has is listed as ${word}`);
  }
  for (const example of known?.past.examples() ?? []) {
    list.look('changes');
    const row = now.get(example);
    const right = row === undefined ? 'removed' : row.end === 'train' ? 'replaced' : undefined;
    const word = listed.get(example);
    if (word === right) continue;
    // What is listed and should not be was told above.
    if (right !== undefined) wrong(example, `an example that is ${right} is listed as ${word ?? 'nothing'}`);
  }
}

function checkCounts(
  { changes }: Since,
  words: readonly string[],
  wrong: (example: string, detail: string) => void,
): void {
  for (const name of ['removed', 'replaced'] as const) {
    const count = words.filter((word) => word === name).length;
    if (count !== changes[name]) wrong('', `the manifest counts ${changes[name]} ${name}, ${count} are listed`);
  }
}

/** All that an increment is named by: what it lists, and what it has of the past beside that. */
export function namedChanges({ manifest, rows, table, told }: Omit<ChangesCase, 'known' | 'list'>): NamedChange[] {
  const listed = new Set(told.map(({ example }) => example));
  const added = rows.filter(
    (row) => row.closesAt <= manifest.since.until && isInTrain(row, table) && !listed.has(row.example),
  );
  return [...told, ...added.map(({ example }) => ({ example, word: 'added' }))];
}
