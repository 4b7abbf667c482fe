/** Whether the sums of a record of a corpus chain are those of the rows that its parts hold. */
import type { CorpusFiles, CorpusRecord, RewriteRecord } from '../../schemas/commit.ts';
import { PART_ROWS } from '../../schemas/rows.ts';
import { intAt, nth } from '../checked.ts';
import type { LivePart } from '../lake/chain-state.ts';
import type { Visited } from '../lake/check/check-chain.ts';
import type { CheckedAt } from '../lake/check/check-events.ts';
import type { LakeCheck } from '../lake/check/lake-faults.ts';
import { recordKey } from '../lake/commit-log.ts';
import { openParquet } from '../shard/parquet-reader.ts';
import { readTyped, textReader } from '../shard/typed-columns.ts';
import { readRemovedRows } from './removed-rows.ts';

const { task, label, variant, n_tokens } = PART_ROWS;
const COUNTED = { task, label, variant, n_tokens };

/** Of each row its tokens, and what its question counts as; null for a variant, which is none. */
interface PartCounts {
  readonly tokens: number[];
  readonly questions: (string | null)[];
}

/** Questions by task and label. */
type Counts = Map<string, number>;

/**
 * Holds what a record says of rows, tokens and rendered questions to its parts. Bound: four columns
 * of a part, and an entry a row of it. Throws `lake_broken` where a file cannot be read.
 */
export async function checkParts(
  visited: Visited,
  record: CorpusRecord | RewriteRecord,
  { store, faults }: CheckedAt,
): Promise<void> {
  const { folder, seq, before } = visited;
  const check: LakeCheck = record.kind === 'corpus' ? 'counts' : 'rewrite';
  const wrong = (detail: string) => faults.add({ check, file: recordKey(folder, seq), detail });
  faults.look(check);
  const counts: Counts = new Map();
  for (const files of record.kind === 'corpus' ? record.files : record.add) {
    const part = await readCounts({ store, folder, part: files.part });
    const tokens = part.tokens.reduce((sum, each) => sum + each, 0);
    if (tokens !== files.tokens) wrong(`says ${files.tokens} tokens of part ${files.part.sha256}, which has ${tokens}`);
    for (const question of part.questions) addCount(counts, question, 1);
  }
  if (record.kind === 'rewrite') {
    if (before?.kind !== 'corpus') return;
    const parts = new Map(before.parts.map((each) => [each.part.sha256, each]));
    for (const removed of record.remove) {
      const part = parts.get(removed.part);
      // That there is no such part the fold says.
      if (part !== undefined) await takeOut({ part, removed, counts, wrong }, { store, folder });
    }
  } else if (before !== undefined) {
    const decided = before.kind === 'corpus' ? before.until : null;
    const isLater = decided === null || record.until === null || record.until >= decided;
    const isNext = record.from_until === decided && isLater;
    if (!isNext) wrong(`decides from ${record.from_until} to ${record.until}, where ${decided} was decided`);
  }
  compareQuestions(record, counts, wrong);
}

interface TakenOut {
  readonly part: LivePart;
  readonly removed: RewriteRecord['remove'][number];
  readonly counts: Counts;
  readonly wrong: (detail: string) => void;
}

/** Rows of a part that count no longer: those from before are among them, and the new ones go. */
async function takeOut(
  { part, removed, counts, wrong }: TakenOut,
  { store, folder }: { readonly store: CheckedAt['store']; readonly folder: string },
): Promise<void> {
  const rows = await readRemovedRows(store, folder, removed.rows);
  const gone = new Set(await readRemovedRows(store, folder, part.removed));
  const { tokens, questions } = await readCounts({ store, folder, part: part.part });
  const inOrder = rows.every((row, i) => row > (rows[i - 1] ?? -1) && row < part.rows);
  const all = new Set(rows);
  if (!inOrder || [...gone].some((row) => !all.has(row))) {
    wrong(`takes rows out of part ${removed.part} that are not its own, or gives back what was taken out`);
    return;
  }
  const sum = rows.reduce((total, row) => total + nth(tokens, row), 0);
  if (sum !== removed.tokens) wrong(`takes out ${removed.tokens} tokens of part ${removed.part}, and rows of ${sum}`);
  for (const row of rows) if (!gone.has(row)) addCount(counts, nth(questions, row), -1);
}

async function readCounts({
  store,
  folder,
  part,
}: {
  readonly store: CheckedAt['store'];
  readonly folder: string;
  readonly part: CorpusFiles['part'];
}): Promise<PartCounts> {
  const reader = await store.openRead(`${folder}/parts/${part.sha256}.parquet`);
  const counts: PartCounts = { tokens: [], questions: [] };
  try {
    const file = await openParquet(reader);
    for (const [number, { rows }] of file.rowGroups.entries()) {
      const columns = await readTyped(file, number, COUNTED);
      const [tasks, labels] = [textReader(columns.task), textReader(columns.label)];
      const variants = textReader(columns.variant);
      for (let row = 0; row < rows; row++) {
        counts.tokens.push(intAt(columns.n_tokens, row));
        counts.questions.push(variants(row) === '' ? JSON.stringify([tasks(row), labels(row)]) : null);
      }
    }
  } finally {
    await reader.close();
  }
  return counts;
}

function addCount(counts: Counts, question: string | null, count: number): void {
  if (question === null) return;
  const sum = (counts.get(question) ?? 0) + count;
  if (sum === 0) counts.delete(question);
  else counts.set(question, sum);
}

/** Each rendered question is one row that is no variant. */
function compareQuestions({ questions }: CorpusRecord | RewriteRecord, counts: Counts, wrong: TakenOut['wrong']): void {
  const told: Counts = new Map();
  for (const [name, { rendered = {} }] of Object.entries(questions))
    for (const [of, count] of Object.entries(rendered)) addCount(told, JSON.stringify([name, of]), count);
  for (const question of new Set([...told.keys(), ...counts.keys()])) {
    const [is, right] = [told.get(question) ?? 0, counts.get(question) ?? 0];
    if (is === right) continue;
    const [name, of] = JSON.parse(question) as [string, string];
    wrong(`counts ${is} rendered questions of ${name} with the label ${JSON.stringify(of)}, and its rows are ${right}`);
  }
}
