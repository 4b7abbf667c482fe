/** Rows of a question: the prompt, and joined to it afterwards the answer; once in an ordinary template, sometimes in a held-out one. */
import { draw, inShare } from '../timeline/draws.ts';
import type { Question, QuestionLabel } from '../timeline/questions.ts';
import type { RenderPlan, TaskPlan } from './plan.ts';
import { type PromptLedger, renderPrompt, type Segment } from './render.ts';
import type { TemplatePlan } from './template-plan.ts';

/** A finished row. Supervised are the tokens from `promptLength` on: the answer and the end token. */
export interface Example {
  readonly ids: Int32Array;
  readonly promptLength: number;
  readonly segments: readonly Segment[];
  readonly ledger: PromptLedger;
  readonly template: TemplatePlan;
  /** Empty: ordinary. */
  readonly variant: string;
}

/** The question's ordinary row and, by draw, one with a held-out template. */
export async function renderExamples(
  plan: RenderPlan,
  task: TaskPlan,
  question: Question,
  label: QuestionLabel,
): Promise<Example[]> {
  const { seed } = plan.rules;
  await plan.segments.prepare([...question.items, ...question.history.map((entry) => entry.version)]);
  const pick = (templates: readonly TemplatePlan[], purpose: 'template' | 'variant_template') =>
    templates[draw(seed, purpose, question.key) % templates.length]!;
  const examples = [
    await renderExample(plan, question, label, { template: pick(task.ordinary, 'template'), variant: '' }),
  ];
  if (task.heldOut.length > 0 && inShare(draw(seed, 'variant', question.key), plan.section.variants)) {
    const template = pick(task.heldOut, 'variant_template');
    examples.push(
      await renderExample(plan, question, label, { template, variant: `template:${template.template.id}` }),
    );
  }
  return examples;
}

async function renderExample(
  plan: RenderPlan,
  question: Question,
  label: QuestionLabel,
  choice: { template: TemplatePlan; variant: string },
): Promise<Example> {
  const { template, variant } = choice;
  const prompt = await renderPrompt(template, question, {
    segments: plan.segments,
    vocabulary: plan.vocabulary,
    context: plan.context,
    shares: plan.section.shares,
  });
  const answer = template.answers.get(label.label);
  if (answer === undefined)
    throw new Error(`no answer for the label ${label.label} in template ${template.template.id}`);
  const { end } = await template.frame(question.t);
  const ids = new Int32Array(prompt.ids.length + answer.length + end.length);
  ids.set(prompt.ids);
  ids.set(answer, prompt.ids.length);
  ids.set(end, prompt.ids.length + answer.length);
  // ANSWER NEVER CUT, CONTEXT NEVER EXCEEDED: filling left room for the longest answer.
  if (ids.length > plan.context) throw new Error(`a row of ${ids.length} tokens in a context of ${plan.context}`);
  const plain = { event: '', version: '', fields: '', level: '' } as const;
  const answerEnd = prompt.ids.length + answer.length;
  return {
    ids,
    promptLength: prompt.ids.length,
    segments: [
      ...prompt.segments,
      { role: 'answer', to: answerEnd, ...plain },
      { role: 'control', to: ids.length, ...plain },
    ],
    ledger: prompt.ledger,
    template,
    variant,
  };
}
