/** What a lake holds of a corpus: parts, examples, tokens, and every question by its fate. */
import { QUESTION_FATES, type QuestionFate } from '../../schemas/ledger.ts';
import { recordOf } from '../checked.ts';
import type { CorpusPartition } from '../lake/corpus-records.ts';
import { addTally } from '../tally.ts';

/** Counts over all partitions of a corpus. */
export interface CorpusSummary {
  readonly parts: number;
  readonly examples: number;
  readonly tokens: number;
  /** task -> fate -> label -> questions. */
  readonly questions: Record<string, Record<string, Record<string, number>>>;
  /** task -> rendered questions whose candidates' lines are not all different after cutting. */
  readonly alikeAfterCut: Record<string, number>;
}

/** Sums the states of all partitions. */
export function summarizeCorpus(partitions: readonly CorpusPartition[]): CorpusSummary {
  let questions: CorpusSummary['questions'] = {};
  let alikeAfterCut: CorpusSummary['alikeAfterCut'] = {};
  const total = { parts: 0, examples: 0, tokens: 0 };
  for (const { state } of partitions) {
    if (state === undefined) continue;
    for (const { live } of state.parts) {
      total.parts++;
      total.examples += live.rows;
      total.tokens += live.tokens;
    }
    questions = addTally(questions, state.questions);
    alikeAfterCut = addTally(alikeAfterCut, state.alikeAfterCut);
  }
  return { ...total, questions, alikeAfterCut };
}

/** Questions by fate, summed over tasks and labels. */
export function questionsByFate({ questions }: Pick<CorpusSummary, 'questions'>): Record<QuestionFate, number> {
  const countsOf = (fate: string) => Object.values(questions).flatMap((byFate) => Object.values(byFate[fate] ?? {}));
  return recordOf(QUESTION_FATES, (fate) => countsOf(fate).reduce((sum, count) => sum + count, 0));
}
