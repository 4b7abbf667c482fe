/** What stands of a corpus in a lake: parts, examples, tokens, and every question by its fate. */
import { recordsOf } from '../lake/chain-records.ts';
import { openChain } from '../lake/commit-log.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import { addTo } from './tally.ts';

export interface CorpusSummary {
  readonly corpus: string;
  readonly context: number;
  readonly parts: number;
  readonly examples: number;
  readonly tokens: number;
  /** task -> fate -> label -> questions. */
  readonly questions: Record<string, Record<string, Record<string, number>>>;
  /** Rows and tokens that this run rendered; 0: there was nothing to do. */
  readonly rendered: { readonly rows: number; readonly tokens: number; readonly seconds: number };
}

/** Sums the chain of every partition. */
export async function summarizeCorpus(
  store: ObjectStore,
  corpus: string,
  partitions: number,
): Promise<Omit<CorpusSummary, 'rendered' | 'context'>> {
  const questions: CorpusSummary['questions'] = {};
  const total = { parts: 0, examples: 0, tokens: 0 };
  for (let partition = 0; partition < partitions; partition++) {
    const records = recordsOf(await openChain(store, `corpora/${corpus}/${partition}`), 'corpus');
    for (const [i, { record }] of records.entries()) {
      for (const file of record.files) {
        total.parts++;
        total.examples += file.rows;
        total.tokens += file.tokens;
      }
      addQuestions(questions, record.questions, i === records.length - 1);
    }
  }
  return { corpus, ...total, questions };
}

/** Pending questions of an earlier record ended in a later one. */
function addQuestions(into: CorpusSummary['questions'], from: CorpusSummary['questions'], isNewest: boolean): void {
  for (const [task, fates] of Object.entries(from)) {
    for (const [fate, labels] of Object.entries(fates)) {
      if (fate === 'pending' && !isNewest) continue;
      for (const [label, questions] of Object.entries(labels)) {
        addTo(into, [task, fate, label], questions);
      }
    }
  }
}
