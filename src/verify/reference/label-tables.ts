/** Label tables: where a trained model's answer is read, for each task and template. */
import type { LabelTable } from '../../../schemas/manifest.ts';
import { nth } from '../checked.ts';
import { answersOf } from './phrases.ts';
import type { Corpus } from './tasks.ts';

/**
 * The tables of all tasks and templates, held-out ones too (TOKEN-4). An answer that ends at the
 * scoring position is scored by the end token. A token is -1 where the answers do not differ.
 */
export function labelTablesOf({ tasks, vocabulary, tokenizer }: Corpus): LabelTable[] {
  const idsOf = (text: string) => [...Array.from(tokenizer.encodeAnswer(text)), tokenizer.endId];
  return tasks.flatMap((task) =>
    [...task.templates, ...task.heldOut].map((template) => {
      const answers = answersOf(task, template, vocabulary).map((one) => ({ ...one, ids: idsOf(one.text) }));
      const position = firstDifference(answers.map(({ ids }) => ids));
      const before = answers[0]?.ids.slice(0, position) ?? [];
      const labels = answers.map(({ label, text, ids }) => {
        return { label, text, token: ids[position] ?? -1, positive: task.rules.positive.includes(label) };
      });
      return { task: task.name, template: template.id, before, end: tokenizer.endId, labels };
    }),
  );
}

function firstDifference(lists: readonly (readonly number[])[]): number {
  const shortest = Math.min(...lists.map(({ length }) => length));
  const [first = []] = lists;
  for (let i = 0; i < shortest; i++) if (lists.some((ids) => nth(ids, i) !== first[i])) return i;
  return shortest;
}
