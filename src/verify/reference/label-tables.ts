/** Label tables: where a trained model's answer is read, for each task and template (rules.md 4). */
import type { LabelTable } from '../../../schemas/manifest.ts';
import { answerText } from './phrases.ts';
import { answerLabels } from './tasks.ts';
import type { World } from './world.ts';

/**
 * The tables of all tasks and templates, held-out ones too. The scoring position is the first token that differs between the
 * answers; an answer that ends there is scored by the end token. A token of -1: the answers do not differ.
 */
export function labelTablesOf(world: World): LabelTable[] {
  return world.tasks.flatMap((task) =>
    [...task.templates, ...task.heldOut].map((template) => {
      const answers = answerLabels(task, world.vocabulary).map((label) => {
        const text = answerText(template, world.vocabulary, label);
        return { label, text, ids: [...Array.from(world.tokenizer.encodeAnswer(text)), world.tokenizer.endId] };
      });
      const at = firstDifference(answers.map(({ ids }) => ids));
      const before = answers[0]?.ids.slice(0, at) ?? [];
      const labels = answers.map(({ label, text, ids }) => ({ label, text, token: ids[at] ?? -1 }));
      return { task: task.name, template: template.id, before, labels };
    }),
  );
}

function firstDifference(lists: readonly (readonly number[])[]): number {
  const shortest = Math.min(...lists.map(({ length }) => length));
  for (let at = 0; at < shortest; at++) if (lists.some((ids) => ids[at] !== lists[0]![at])) return at;
  return shortest;
}
