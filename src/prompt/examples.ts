/** Which rows a question has: one in an ordinary template, sometimes another in a held-out one. */
import { nth } from '../checked.ts';
import { draw, inShare } from '../timeline/draws.ts';
import type { Question } from '../timeline/questions.ts';
import { outlineRow, type RowChoice, type RowOutline } from './outline.ts';
import type { CorpusPlan, TaskPlan } from './plan.ts';
import type { TemplatePlan } from './template-plan.ts';

/** The question's ordinary row and, by draw, one with a held-out template (TEMPLATE-1). */
export function outlineExamples(plan: CorpusPlan, task: TaskPlan, question: Question): RowOutline[] {
  const { seed } = plan.rules;
  const pick = (templates: readonly TemplatePlan[], purpose: 'template' | 'variant_template') =>
    nth(templates, draw(seed, purpose, question.key) % templates.length);
  const choices: RowChoice[] = [{ template: pick(task.ordinary, 'template'), variant: '' }];
  if (task.heldOut.length > 0 && inShare(draw(seed, 'variant', question.key), plan.section.variants)) {
    const template = pick(task.heldOut, 'variant_template');
    choices.push({ template, variant: `template:${template.template.id}` });
  }
  return choices.map((choice) => outlineRow(plan.texts, question, choice));
}
