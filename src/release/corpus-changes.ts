/**
 * What rewrites did to the train rows of a corpus since one of its states: by the difference of the
 * rows that count then and now (INCREMENT-2, INCREMENT-3).
 */
import type { CorpusId } from '../../schemas/ids.ts';
import { CORPUS, PART_ROWS } from '../../schemas/rows.ts';
import { intAt } from '../checked.ts';
import { partGroups } from '../corpus/open-part.ts';
import { readRemovedRows } from '../corpus/removed-rows.ts';
import { type Effects, PROCESS_EFFECTS } from '../effects.ts';
import type { LivePart } from '../lake/chain-state.ts';
import { type CorpusPartition, corpusFolder } from '../lake/corpus-records.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import { readTyped, textReader } from '../shard/typed-columns.ts';
import { isTrainRow } from './increment-rule.ts';
import { type CorpusHoldout, type HeldOut, heldOut, selectableGroup } from './selectable-rows.ts';
import type { SelectableRow } from './selection.ts';

/** Two states of a corpus, and what is a train row. */
export interface ChangesOf extends CorpusHoldout {
  readonly store: ObjectStore;
  readonly corpus: CorpusId;
  readonly before: readonly CorpusPartition[];
  readonly now: readonly CorpusPartition[];
  readonly heldOutTasks: readonly string[];
  /** Ends of the release before and of this one, epoch ms. */
  readonly since: number;
  readonly until: number;
}

/** Keys of questions; none is in two of the lists but for `replaced` and `fresh`. */
export interface CorpusChanges {
  /** Train rows of before that are none now. */
  readonly removed: readonly string[];
  /** Train rows of before that are in the increment, too. */
  readonly replaced: readonly string[];
  /** Train rows that close by `since` and were none, or others, before. */
  readonly fresh: ReadonlySet<string>;
}

const { key, variant, task, label, asked_at, closes_at, n_tokens, member, surface } = CORPUS;
const { content } = PART_ROWS;
/** What of a row is compared. */
const COMPARED = { key, variant, task, label, asked_at, closes_at, n_tokens, member, surface, content };

/**
 * Compares the states. A row is the same where its tokens and spans are: the hash of RELEASE-6.
 * Bound: some 300 bytes for each row that rewrites took out or brought. Throws as the store and its
 * files do.
 */
export async function changesBetween(of: ChangesOf, effects = PROCESS_EFFECTS): Promise<CorpusChanges> {
  const fresh = new Set<string>();
  const [removed, replaced]: [string[], string[]] = [[], []];
  const held = heldOut(of);
  const sinceRules = { until: of.since, heldOutTasks: of.heldOutTasks };
  for (const { partition, state } of of.now) {
    const was = of.before.find((each) => each.partition === partition)?.state?.parts ?? [];
    const is = state?.parts ?? [];
    const compared = (parts: readonly LivePart[], others: readonly LivePart[]) =>
      rowsWithout({ ...of, partition, held, parts, others }, effects);
    /** Contents by key. */
    const gone = new Map<string, string>();
    for await (const { row, content } of compared(was, is)) if (isTrainRow(row, sinceRules)) gone.set(row.key, content);
    for await (const { row, content } of compared(is, was)) {
      if (!isTrainRow(row, of)) continue;
      const { key, closesAt } = row;
      const before = gone.get(key);
      gone.delete(key);
      if (closesAt <= of.since && before !== content) fresh.add(key);
      if (before !== undefined && (closesAt > of.since || before !== content)) replaced.push(key);
    }
    removed.push(...gone.keys());
  }
  return { removed, replaced, fresh };
}

interface ComparedParts extends Pick<ChangesOf, 'store' | 'corpus'> {
  readonly partition: number;
  readonly held: HeldOut;
  readonly parts: readonly LivePart[];
  readonly others: readonly LivePart[];
}

interface ComparedRow {
  /** One object, which the next row changes. */
  readonly row: SelectableRow;
  readonly content: string;
}

/** The rows that count in the parts, and not in the others, of which most are the same. */
async function* rowsWithout(of: ComparedParts, effects: Effects): AsyncGenerator<ComparedRow> {
  const { store, corpus, partition, parts, others, held } = of;
  const folder = corpusFolder(corpus, partition);
  for (const files of parts) {
    const other = others.find(({ part }) => part.sha256 === files.part.sha256);
    if (other !== undefined && other.removed?.sha256 === files.removed?.sha256) continue;
    effects.signal.throwIfAborted();
    const missing = other && new Set(await readRemovedRows(store, folder, other.removed));
    for await (const { file, number, live, firstRow } of partGroups({ store, corpus, partition, files })) {
      const own = missing === undefined ? live : live.filter((row) => missing.has(firstRow + row));
      if (own.length === 0) continue;
      const columns = await readTyped(file, number, COMPARED);
      const rows = selectableGroup({ ...columns, live: own }, held);
      const contents = textReader(columns.content);
      for (let i = 0; i < rows.rows; i++) yield { row: rows.at(i), content: contents(intAt(own, i)) };
    }
  }
}
