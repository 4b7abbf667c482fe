/** One partition of a corpus: timelines in; parts, sidecars and origins out. */

import { storeRow } from '../../schemas/columns.ts';
import type { CorpusRecord } from '../../schemas/commit.ts';
import { CORPUS, UNIT_SEPARATOR } from '../../schemas/rows.ts';
import { createPartFiles } from '../../src/corpus/part-files.ts';
import type { PartRow } from '../../src/corpus/part-rows.ts';
import { addTo } from '../../src/corpus/tally.ts';
import { type Effects, PROCESS_EFFECTS } from '../../src/effects.ts';
import { askMember, type TaskOutcome } from '../../src/forms/ask-member.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import type { MemberRecords } from '../../src/lake/timeline-events.ts';
import { type Example, renderExamples } from '../../src/prompt/examples.ts';
import type { JoiningGate } from '../../src/prompt/joining-gate.ts';
import type { RenderPlan } from '../../src/prompt/plan.ts';
import type { ItemTable } from '../../src/timeline/item-table.ts';
import { createMemberTimeline } from '../../src/timeline/member-timeline.ts';
import type { Question, QuestionLabel } from '../../src/timeline/questions.ts';

export interface PartitionResult {
  readonly files: CorpusRecord['files'];
  /** task -> fate -> label -> questions. */
  readonly questions: CorpusRecord['questions'];
  readonly members: number;
}

/** What is rendered of a partition, and where its files go. */
export interface PartitionTask {
  readonly store: ObjectStore;
  /** The folder of the partition in its corpus. */
  readonly folder: string;
  readonly members: AsyncIterable<MemberRecords>;
  /** Questions mature in (from, until]; null where there is no bound. */
  readonly from: number | null;
  readonly until: number | null;
  /**
   * Compares a sample of the prompts with their whole texts; one gate for all partitions of a
   * worker.
   */
  readonly compare: JoiningGate;
}

/**
 * Renders all questions of a partition that end in (from, until] and uploads their files; commits
 * nothing.
 */
export async function renderPartition(
  plan: RenderPlan,
  items: ItemTable,
  task: PartitionTask,
  effects: Effects = PROCESS_EFFECTS,
): Promise<PartitionResult> {
  const questions: Record<string, Record<string, Record<string, number>>> = {};
  const parts = createPartFiles(task.store, task.folder);
  const { vocabulary } = plan;
  const options = { vocabulary, known: plan.section.known, heldOutSurfaces: new Set(plan.section.holdout.surfaces) };
  let members = 0;
  for await (const { memberId, records } of task.members) {
    effects.signal.throwIfAborted();
    members++;
    const timeline = createMemberTimeline(memberId, records, options);
    const scope = { rules: plan.rules, vocabulary, items, from: task.from, until: task.until };
    for await (const outcome of preparedAhead(askMember(timeline, scope), plan)) {
      count(questions, outcome);
      if (outcome.question === undefined || outcome.label === undefined) continue;
      const taskPlan = plan.tasks.find((each) => each.rules === outcome.task)!;
      for (const example of await renderExamples(plan, taskPlan, outcome.question, outcome.label)) {
        await task.compare(example, await example.template.frame(outcome.question.t));
        await parts.add(tokenRow(outcome, outcome.question, outcome.label, example));
        effects.observe({ kind: 'rendered', rows: 1, tokens: example.ids.length, partitions: 0 });
      }
      await effects.reach('rendering');
    }
  }
  return { files: await parts.finish(), questions, members };
}

/**
 * Questions whose texts are encoded together: enough for a native batch, few enough to hold their
 * histories.
 */
const QUESTIONS_AHEAD = 64;

/** Hands the outcomes on once the texts of a batch of them are encoded. */
async function* preparedAhead(outcomes: Iterable<TaskOutcome>, plan: RenderPlan): AsyncGenerator<TaskOutcome> {
  let batch: TaskOutcome[] = [];
  const prepare = () =>
    plan.segments.prepare(
      batch.flatMap(({ question }) =>
        question === undefined ? [] : [...question.items, ...question.history.map((entry) => entry.version)],
      ),
    );
  for (const outcome of outcomes) {
    batch.push(outcome);
    if (batch.length < QUESTIONS_AHEAD) continue;
    await prepare();
    yield* batch;
    batch = [];
  }
  await prepare();
  yield* batch;
}

function count(questions: Record<string, Record<string, Record<string, number>>>, outcome: TaskOutcome): void {
  addTo(questions, [outcome.task.name, outcome.fate, outcome.label?.label ?? outcome.lostLabel ?? ''], 1);
}

function tokenRow(
  outcome: TaskOutcome,
  question: Question,
  label: QuestionLabel,
  example: Example,
): Omit<PartRow, 'row'> {
  const { ids, promptLength, segments, ledger } = example;
  const { exposure } = question;
  return {
    ids,
    spans: Int32Array.of(promptLength, ids.length),
    meta: storeRow(CORPUS, {
      key: question.key.join(UNIT_SEPARATOR),
      member: question.memberId,
      task: question.task.name,
      form: question.task.form,
      template: example.template.template.id,
      template_version: example.template.template.version,
      variant: example.variant,
      label: label.label,
      asked_at: question.t,
      label_settled_at: label.settledAt,
      matures_at: outcome.maturesAt,
      item_ids: question.items.map((version) => version.itemId),
      candidate_reasons: label.reasons,
      surface: exposure.surface,
      slate_id: exposure.slateId,
      position: exposure.position,
      propensity: exposure.propensity,
      n_tokens: ids.length,
      n_loss_tokens: ids.length - promptLength,
      n_history_shown: ledger.shown,
      n_history_available: ledger.available,
      n_actions_before: question.actionsBefore,
    }),
    origin: {
      role: segments.map((segment) => segment.role),
      to: Int32Array.from(segments, (segment) => segment.to),
      event: segments.map((segment) => segment.event),
      version: segments.map((segment) => segment.version),
      fields: segments.map((segment) => segment.fields),
      level: segments.map((segment) => segment.level),
      shown: ledger.shown,
      available: ledger.available,
      lowered: ledger.lowered,
      left_out: ledger.leftOut,
      room: ledger.room,
      used: ledger.used,
      stopped_at: ledger.stoppedAt,
    },
  };
}
