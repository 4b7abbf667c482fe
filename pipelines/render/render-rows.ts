/**
 * Questions to rows, batch by batch: what the batch wants beside history is looked up first, and
 * each row is made of what is known; where one lacks a text of its history, what it and those after
 * it want is looked up together.
 */
import type { CorpusRow } from '../../schemas/rows.ts';
import { nth, present } from '../../src/checked.ts';
import type { PartFiles } from '../../src/corpus/part-files.ts';
import { PROCESS_EFFECTS } from '../../src/effects.ts';
import type { TaskOutcome } from '../../src/forms/ask-member.ts';
import { outlineExamples } from '../../src/prompt/examples.ts';
import { findTexts } from '../../src/prompt/known-texts.ts';
import type { RowOutline } from '../../src/prompt/outline.ts';
import type { CorpusPlan } from '../../src/prompt/plan.ts';
import { createRowDraft, type RowDraft } from '../../src/prompt/row-draft.ts';
import type { RowMaker } from '../../src/prompt/row-maker.ts';
import type { TemplatePlan } from '../../src/prompt/template-plan.ts';
import { addTo, type Tally } from '../../src/tally.ts';
import type { MemberTimeline } from '../../src/timeline/member-timeline.ts';
import { questionDigest } from '../../src/timeline/question-digest.ts';
import type { JoinedPrompt, JoiningGate } from '../../src/tokenize/joining-gate.ts';
import { type LineMaker, runSearch } from '../line-maker.ts';

/** A question that is rendered, and the timeline that it was asked of. */
export interface AskedQuestion {
  readonly outcome: TaskOutcome;
  readonly timeline: MemberTimeline;
}

/** What the rows of a batch are made by, and where they go. */
export interface RowSink {
  readonly plan: CorpusPlan;
  /** Makes what is not known of the texts. */
  readonly maker: LineMaker;
  readonly rowMaker: RowMaker;
  readonly parts: PartFiles;
  /** Compares a sample of the prompts with their whole texts. */
  readonly gate: JoiningGate;
  /** By task, the questions whose candidates' lines are not all different once cut (CAND-9). */
  readonly alikeAfterCut: Tally;
}

interface WantedRow {
  readonly asked: AskedQuestion;
  readonly outline: RowOutline;
}

/** Writes the rows of a batch of questions in order. Throws as maker, store and gate do. */
export async function renderRows(
  batch: readonly AskedQuestion[],
  sink: RowSink,
  effects = PROCESS_EFFECTS,
): Promise<void> {
  const { plan, rowMaker, gate } = sink;
  const rows = batch.flatMap((asked): WantedRow[] => {
    const task = plan.tasks.find(({ rules }) => rules === asked.outcome.task);
    return outlineExamples(plan, present(task, 'plan of the task'), asked.outcome.question).map((outline) => ({
      asked,
      outline,
    }));
  });
  const draft = createRowDraft();
  const compared: JoinedPrompt[] = [];
  let isKnown = true;
  for (const { outline } of rows) isKnown = rowMaker.wantOwn(draft, outline) && isKnown;
  if (!isKnown) await learnTexts(sink);
  for (let i = 0; i < rows.length; ) {
    const row = nth(rows, i);
    if (!rowMaker.make(draft, row.outline, row.asked.outcome.label.label)) {
      for (const { outline } of rows.slice(i + 1)) rowMaker.want(draft, outline);
      await learnTexts(sink);
      continue;
    }
    await writeRow(row, draft, sink);
    const prompt = sampledPrompt(row, draft, sink);
    if (prompt !== undefined) compared.push(prompt);
    effects.observe({ kind: 'rendered', rows: 1, tokens: draft.tokens, records: 0 });
    if (row.outline.variant === '') await effects.reach('rendering');
    i++;
  }
  await gate.compare(compared);
}

/** Looks up what is missing. */
async function learnTexts({ plan, maker, rowMaker: { known } }: RowSink): Promise<void> {
  known.learn(await runSearch(maker, findTexts(plan, known.missing())));
}

async function writeRow({ asked, outline }: WantedRow, draft: RowDraft, { rowMaker, parts, alikeAfterCut }: RowSink) {
  const { outcome, timeline } = asked;
  const { question } = outcome;
  const isAlike = rowMaker.hasAlike(question);
  if (outline.variant === '' && isAlike) addTo(alikeAfterCut, [outcome.task.name], 1);
  const meta = corpusRow(asked, outline, draft);
  await parts.add({
    ...{ draft, meta, question, timeline, isAlike },
    questionDigest: questionDigest(outcome),
    opening: outcome.event,
  });
}

/** The prompt of the row that was written last, where the gate takes it. */
function sampledPrompt({ outline }: WantedRow, draft: RowDraft, { parts, gate }: RowSink) {
  const { template } = outline.template;
  const by = gate.takes(gateKind(outline.template));
  if (by === undefined) return undefined;
  const ids = parts.lastIds().slice(0, draft.promptTokens);
  const frame = present(outline.template.frames.at(outline.question.t), 'frame of the row');
  return { template: template.id, ids, frame, by };
}

/** Of each template of the plan: what the gate counts its prompts by. */
export function gateKinds({ tasks }: Pick<CorpusPlan, 'tasks'>): string[] {
  return tasks.flatMap(({ ordinary, heldOut }) => [...ordinary, ...heldOut].map(gateKind));
}

function gateKind({ task, template }: TemplatePlan): string {
  return `${task.name}/${template.id}`;
}

/** What is kept beside a row (ORIGIN-4). */
function corpusRow({ outcome }: AskedQuestion, outline: RowOutline, draft: RowDraft): CorpusRow {
  const { question, label } = outcome;
  const { exposure, task } = question;
  const { template } = outline.template;
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
    n_tokens: draft.tokens,
    n_loss_tokens: draft.tokens - draft.promptTokens,
    n_history_shown: draft.shown,
    n_history_available: question.history.available,
    n_actions_before: question.actionsBefore,
  };
}
