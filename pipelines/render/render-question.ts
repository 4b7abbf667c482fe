/**
 * One question rendered by itself, as training renders it: for serving systems, and for whoever
 * looks closely.
 */
import { nth } from '../../src/checked.ts';
import { outlineExamples } from '../../src/prompt/examples.ts';
import { type FilledRow, fillRow, findLines } from '../../src/prompt/fill-row.ts';
import { outlineRow, type RowOutline } from '../../src/prompt/outline.ts';
import type { RenderPlan, TaskPlan } from '../../src/prompt/plan.ts';
import { type RenderedRow, renderedRow } from '../../src/prompt/rendered-row.ts';
import { rowColumns } from '../../src/prompt/row-columns.ts';
import type { TemplatePlan } from '../../src/prompt/template-plan.ts';
import { writePrompt, writeRow } from '../../src/prompt/write-row.ts';
import type { Question, QuestionLabel } from '../../src/timeline/questions.ts';
import { runEncoding } from '../../src/tokenize/encode-rounds.ts';

/** A question whose label is known. */
export interface LabelledQuestion {
  readonly question: Question;
  readonly label: QuestionLabel;
}

/** A finished row of a question. */
export interface Example extends RenderedRow {
  /** Tokens of the prompt; those after it, answer and end token, are supervised. */
  readonly promptLength: number;
  readonly template: TemplatePlan;
  /** Empty: ordinary. */
  readonly variant: string;
}

/** The prompt of a question in one template of the plan: what a model is asked with. */
export async function renderPrompt(plan: RenderPlan, template: TemplatePlan, question: Question): Promise<RenderedRow> {
  const rows = await fillRows(plan, [outlineRow(plan, question, { template, variant: '' })]);
  const columns = rowColumns();
  writePrompt(columns, nth(rows, 0));
  return renderedRow(columns, 0);
}

/** The question's rows: an ordinary one and, by draw, one with a held-out template (TEMPLATE-1). */
export async function renderExamples(plan: RenderPlan, task: TaskPlan, asked: LabelledQuestion): Promise<Example[]> {
  const outlines = outlineExamples(plan, task, asked.question);
  const columns = rowColumns();
  for (const filled of await fillRows(plan, outlines)) writeRow(columns, filled, asked.label.label);
  return outlines.map(({ template, variant }, i) => {
    const row = renderedRow(columns, i);
    return { ...row, promptLength: nth([...row.spans], 0), template, variant };
  });
}

async function fillRows(plan: RenderPlan, outlines: readonly RowOutline[]): Promise<FilledRow[]> {
  const lines = await runEncoding(plan.tokenizer, findLines(plan.segments, outlines));
  return outlines.map((outline, i) => fillRow(outline, nth(lines, i), plan));
}
