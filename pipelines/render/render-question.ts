/**
 * One question rendered by itself, as training renders it: for serving systems, and for whoever
 * looks closely.
 */
import { intAt, nth } from '../../src/checked.ts';
import { outlineExamples } from '../../src/prompt/examples.ts';
import { findTexts } from '../../src/prompt/known-texts.ts';
import { outlineRow, type RowOutline } from '../../src/prompt/outline.ts';
import type { RenderPlan, TaskPlan } from '../../src/prompt/plan.ts';
import { type RenderedRow, renderedRow } from '../../src/prompt/rendered-row.ts';
import { createRowDraft } from '../../src/prompt/row-draft.ts';
import { createRowMaker } from '../../src/prompt/row-maker.ts';
import type { TemplatePlan } from '../../src/prompt/template-plan.ts';
import type { History } from '../../src/timeline/history.ts';
import type { ItemVersion } from '../../src/timeline/item-table.ts';
import type { Question, QuestionLabel } from '../../src/timeline/questions.ts';
import { createLineMaker, runSearch } from '../line-maker.ts';

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
  const numbered = withOwnNumbers(question);
  const outline = outlineRow(plan.texts, numbered.question, { template, variant: '' });
  return nth(await renderRows(plan, { ...numbered, outlines: [outline], label: undefined }), 0);
}

/** The question's rows: an ordinary one and, by draw, one with a held-out template (TEMPLATE-1). */
export async function renderExamples(plan: RenderPlan, task: TaskPlan, asked: LabelledQuestion): Promise<Example[]> {
  const numbered = withOwnNumbers(asked.question);
  const outlines = outlineExamples(plan, task, numbered.question);
  const rows = await renderRows(plan, { ...numbered, outlines, label: asked.label.label });
  return outlines.map(({ template, variant }, i) => {
    const row = nth(rows, i);
    return { ...row, promptLength: nth([...row.spans], 0), template, variant };
  });
}

interface NumberedQuestion {
  readonly question: Question;
  readonly versions: readonly ItemVersion[];
}

/**
 * The question with numbers of its own for its item versions: nothing is then as large as the item
 * table that it was asked of.
 */
function withOwnNumbers(question: Question): NumberedQuestion {
  const numbers = new Map<number, number>();
  const versions: ItemVersion[] = [];
  const numberOf = (version: ItemVersion): number => {
    const known = numbers.get(version.number);
    if (known !== undefined) return known;
    const number = versions.length;
    numbers.set(version.number, number);
    versions.push({ ...version, number });
    return number;
  };
  const { history } = question;
  history.list(history.available);
  const { length, rank, at, event } = history;
  const version = Int32Array.from({ length }, (_, i) => numberOf(history.versionAt(i)));
  const items = question.items.map((item) => nth(versions, numberOf(item)));
  const listed: History = {
    ...{ available: length, length, rank, at, event, version, list: () => {}, sum: history.sum },
    eventIdAt: (i) => history.eventIdAt(i),
    versionAt: (i) => nth(versions, intAt(version, i)),
  };
  return { question: { ...question, items, history: listed }, versions };
}

interface RowsOfQuestion extends NumberedQuestion {
  readonly outlines: readonly RowOutline[];
  readonly label: string | undefined;
}

async function renderRows(
  plan: RenderPlan,
  { question, versions, outlines, label }: RowsOfQuestion,
): Promise<RenderedRow[]> {
  const versionAt = (number: number) => nth(versions, number);
  const maker = createRowMaker(plan, versionAt);
  const { known } = maker;
  const lines = createLineMaker(plan.tokenizer);
  const draft = createRowDraft();
  const rows: RenderedRow[] = [];
  for (const outline of outlines) {
    while (!maker.make(draft, outline, label)) known.learn(await runSearch(lines, findTexts(plan, known.missing())));
    rows.push(renderedRow(draft, { known, question }));
  }
  return rows;
}
