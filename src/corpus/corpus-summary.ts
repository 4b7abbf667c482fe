/** What a lake holds of a corpus: parts, examples, tokens, and every question by its fate. */
import { QUESTION_FATES, type QuestionFate } from '../../schemas/ledger.ts';
import { recordOf } from '../checked.ts';
import type { CorpusPartition } from '../lake/corpus-records.ts';
import { addTo } from './tally.ts';

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

/** Sums the records of every partition. */
export function summarizeCorpus(partitions: readonly CorpusPartition[]): CorpusSummary {
  const questions: CorpusSummary['questions'] = {};
  const alikeAfterCut: CorpusSummary['alikeAfterCut'] = {};
  const total = { parts: 0, examples: 0, tokens: 0 };
  for (const { records, newest } of partitions) {
    for (const each of records) {
      const { record } = each;
      for (const file of record.files) {
        total.parts++;
        total.examples += file.rows;
        total.tokens += file.tokens;
      }
      addQuestions(questions, record.questions, each === newest);
      for (const [task, count] of Object.entries(record.alike_after_cut)) addTo(alikeAfterCut, [task], count);
    }
  }
  return { ...total, questions, alikeAfterCut };
}

/** Pending questions of an earlier record ended in a later one. */
function addQuestions(into: CorpusSummary['questions'], from: CorpusSummary['questions'], isNewest: boolean): void {
  for (const [task, fates] of Object.entries(from)) {
    for (const [fate, labels] of Object.entries(fates)) {
      if (fate === 'pending' && !isNewest) continue;
      for (const [label, questions] of Object.entries(labels)) addTo(into, [task, fate, label], questions);
    }
  }
}

/** Questions by fate, summed over tasks and labels. */
export function questionsByFate({ questions }: Pick<CorpusSummary, 'questions'>): Record<QuestionFate, number> {
  const countsOf = (fate: string) => Object.values(questions).flatMap((byFate) => Object.values(byFate[fate] ?? {}));
  return recordOf(QUESTION_FATES, (fate) => countsOf(fate).reduce((sum, count) => sum + count, 0));
}
