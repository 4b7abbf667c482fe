/**
 * The rows of a partition whose questions are asked again: those that come to the same stay where
 * they are, and the others are taken out of their parts.
 */
import type { RemovedRows } from '../../schemas/commit.ts';
import type { CorpusId, MemberId } from '../../schemas/ids.ts';
import { PART_ROWS } from '../../schemas/rows.ts';
import { floatAt, intAt } from '../checked.ts';
import type { LivePart } from '../lake/chain-state.ts';
import { corpusFolder } from '../lake/corpus-records.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import { readTyped, textMapper, textReader } from '../shard/typed-columns.ts';
import { partGroups } from './open-part.ts';
import { readRemovedRows, writeRemovedRows } from './removed-rows.ts';

/** The parts of one partition. */
export interface PartitionParts {
  readonly store: ObjectStore;
  readonly corpus: CorpusId;
  readonly partition: number;
  readonly parts: readonly LivePart[];
}

/** The rows that were made of a question. */
interface QuestionRows {
  readonly digest: string;
  readonly task: string;
  readonly isAlike: boolean;
  readonly rows: { readonly part: number; readonly row: number; readonly tokens: number }[];
}

/** Rows of questions that are asked again. */
export interface AskedRows {
  /** The question has rows that are still right: they stay, and nothing is rendered. */
  stays(key: string, digest: string): boolean;
  /** Rows of no question that stayed: what is taken out, part by part. Throws as the store does. */
  takeOut(): Promise<{
    readonly remove: RemovedRows[];
    /** Tasks of those whose candidates' lines were alike after cutting, each once a question. */
    readonly alikeTasks: readonly string[];
  }>;
}

const { key, member, task, variant, closes_at, n_tokens, question, alike_after_cut } = PART_ROWS;
const ASKED = { key, task, variant, closes_at, n_tokens, question, alike_after_cut };
const MEMBERS = { member };

/**
 * Reads the rows of the members that `askedFrom` knows, of questions that close after the moment
 * (epoch ms) that it returns. Bound: an entry of some 300 bytes for each of these rows. Throws as
 * the store and its files do.
 */
export async function readAskedRows(
  of: PartitionParts,
  askedFrom: (member: MemberId) => number | undefined,
): Promise<AskedRows> {
  const questions = new Map<string, QuestionRows>();
  for (const [part, files] of of.parts.entries()) {
    for await (const { file, number, firstRow, live } of partGroups({ ...of, files })) {
      const from = textMapper((await readTyped(file, number, MEMBERS)).member, (id) => askedFrom(id as MemberId));
      const asked = live.filter((row) => from(row) !== undefined);
      if (asked.length === 0) continue;
      const columns = await readTyped(file, number, ASKED);
      const [keys, tasks] = [textReader(columns.key), textReader(columns.task)];
      const [variants, digests] = [textReader(columns.variant), textReader(columns.question)];
      for (const row of asked) {
        if (floatAt(columns.closes_at, row) <= (from(row) ?? Number.POSITIVE_INFINITY)) continue;
        const known = questions.get(keys(row));
        const isAlike = variants(row) === '' && intAt(columns.alike_after_cut, row) === 1;
        const rows = known?.rows ?? [];
        rows.push({ part, row: firstRow + row, tokens: intAt(columns.n_tokens, row) });
        const about = { digest: digests(row), task: tasks(row), isAlike: isAlike || known?.isAlike === true };
        questions.set(keys(row), { ...about, rows });
      }
    }
  }
  return {
    stays(key, digest) {
      if (questions.get(key)?.digest !== digest) return false;
      return questions.delete(key);
    },
    async takeOut() {
      const out = [...questions.values()];
      const remove: RemovedRows[] = [];
      for (const [part, files] of of.parts.entries()) {
        const rows = out.flatMap((each) => each.rows.filter((row) => row.part === part));
        if (rows.length > 0) remove.push(await removeRows(of, files, rows));
      }
      return { remove, alikeTasks: out.filter(({ isAlike }) => isAlike).map((each) => each.task) };
    },
  };
}

async function removeRows(
  { store, corpus, partition }: PartitionParts,
  files: LivePart,
  rows: QuestionRows['rows'],
): Promise<RemovedRows> {
  const folder = corpusFolder(corpus, partition);
  const before = await readRemovedRows(store, folder, files.removed);
  const numbers = [...before, ...rows.map(({ row }) => row)].sort((a, b) => a - b);
  const gone = rows.reduce((sum, { tokens }) => sum + tokens, 0);
  return {
    part: files.part.sha256,
    rows: await writeRemovedRows(store, folder, numbers),
    tokens: files.tokens - files.live.tokens + gone,
  };
}
