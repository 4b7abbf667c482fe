/**
 * Questions to rows, batch by batch: what texts they want, one native encoding of what is missing,
 * then row after row.
 */
import type { CorpusRow } from '../../schemas/rows.ts';
import { present } from '../../src/checked.ts';
import type { PartFiles } from '../../src/corpus/part-files.ts';
import { addTo } from '../../src/corpus/tally.ts';
import { PROCESS_EFFECTS } from '../../src/effects.ts';
import type { TaskOutcome } from '../../src/forms/ask-member.ts';
import { outlineExamples } from '../../src/prompt/examples.ts';
import { type FilledRow, fillRow, findLines, type RowLines } from '../../src/prompt/fill-row.ts';
import type { RowOutline } from '../../src/prompt/outline.ts';
import type { RenderPlan } from '../../src/prompt/plan.ts';
import { promptIds } from '../../src/prompt/row-columns.ts';
import { rowTokens, writeRow } from '../../src/prompt/write-row.ts';
import { runEncoding } from '../../src/tokenize/encode-rounds.ts';
import type { JoinedPrompt, JoiningGate } from '../../src/tokenize/joining-gate.ts';
import type { LabelledQuestion } from './render-question.ts';

/** A question that is rendered. */
export interface AskedQuestion extends LabelledQuestion {
  readonly outcome: TaskOutcome;
}

/** What the rows of a batch are made by, and where they go. */
export interface RowSink {
  readonly plan: RenderPlan;
  readonly parts: PartFiles;
  /** Compares a sample of the prompts with their whole texts. */
  readonly gate: JoiningGate;
  /** By task, the questions whose candidates' lines are not all different once cut (CAND-9). */
  readonly alikeAfterCut: Record<string, number>;
}

/** Writes the rows of a batch of questions in order. Throws as tokenizer, store and gate do. */
export async function renderRows(
  batch: readonly AskedQuestion[],
  { plan, parts, gate, alikeAfterCut }: RowSink,
  effects = PROCESS_EFFECTS,
): Promise<void> {
  const rows = batch.flatMap((asked) => {
    const task = plan.tasks.find(({ rules }) => rules === asked.outcome.task);
    return outlineExamples(plan, present(task, 'plan of the task'), asked.question).map((outline) => ({
      asked,
      outline,
    }));
  });
  const outlines = rows.map(({ outline }) => outline);
  const lines = await runEncoding(plan.tokenizer, findLines(plan.segments, outlines));
  const compared: JoinedPrompt[] = [];
  for (const [i, { asked, outline }] of rows.entries()) {
    const { label } = asked.label;
    const rowLines = present(lines[i], 'lines of the row');
    const filled = fillRow(outline, rowLines, plan);
    if (outline.variant === '' && hasAlike(rowLines)) addTo(alikeAfterCut, [asked.outcome.task.name], 1);
    const meta = corpusRow(asked, outline, filled);
    await parts.add(meta, (columns) => {
      writeRow(columns, filled, label);
      const { template, task } = outline.template;
      if (gate.takes(`${task.name}/${template.id}`))
        compared.push({ template: template.id, ids: promptIds(columns), frame: filled.lines.frame });
    });
    effects.observe({ kind: 'rendered', rows: 1, tokens: meta.n_tokens, records: 0 });
    if (outline.variant === '') await effects.reach('rendering');
  }
  await gate.compare(compared);
}

/** Two of the items asked about read the same. */
function hasAlike({ items }: RowLines): boolean {
  return items.length > 1 && new Set(items.map(({ ids }) => ids.join())).size < items.length;
}

/** What is kept beside a row (ORIGIN-4). */
function corpusRow({ outcome, question, label }: AskedQuestion, outline: RowOutline, filled: FilledRow): CorpusRow {
  const { exposure, task } = question;
  const { template } = outline.template;
  const { ledger, promptTokens } = filled;
  const tokens = rowTokens(filled, label.label);
  return {
    key: question.key,
    member: question.memberId,
    task: task.name,
    form: task.form,
    template: template.id,
    template_version: template.version,
    variant: outline.variant,
    label: label.label,
    asked_at: question.t,
    label_settled_at: label.settledAt,
    closes_at: outcome.closesAt,
    item_ids: question.items.map((version) => version.itemId),
    candidate_reasons: label.reasons,
    surface: exposure.surface,
    slate_id: exposure.slateId,
    position: exposure.position,
    propensity: exposure.propensity,
    n_tokens: tokens,
    n_loss_tokens: tokens - promptTokens,
    n_history_shown: ledger.shown,
    n_history_available: ledger.available,
    n_actions_before: question.actionsBefore,
  };
}
