/** One partition of a corpus: timelines in, parts, sidecars and origins out, one commit at the end. */

import { storeRow } from '../../schemas/columns.ts';
import type { CorpusRecord, FileRef } from '../../schemas/commit.ts';
import type { InteractionEvent, ItemEvent, MemberEvent } from '../../schemas/event.ts';
import { CORPUS, UNIT_SEPARATOR } from '../../schemas/rows.ts';
import { createPartFiles } from '../../src/corpus/part-files.ts';
import type { PartRow } from '../../src/corpus/part-rows.ts';
import { addTo } from '../../src/corpus/tally.ts';
import { PROCESS_EFFECTS } from '../../src/effects.ts';
import { askMember, type TaskOutcome } from '../../src/forms/ask-member.ts';
import { readLines } from '../../src/lake/line-files.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
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
  readonly rows: number;
  readonly tokens: number;
}

export interface PartitionTask {
  readonly store: ObjectStore;
  readonly corpus: string;
  readonly partition: number;
  readonly timelineFiles: readonly FileRef[];
  /** Questions mature in (from, until]; null: no bound. */
  readonly from: number | null;
  readonly until: number | null;
  readonly report: (rows: number, tokens: number) => void;
  /** Compares a sample of the prompts with their whole texts; one gate for all partitions of a worker. */
  readonly compare: JoiningGate;
}

/** Renders all questions of a partition that end in (from, until] and uploads their files; commits nothing. */
export async function renderPartition(
  plan: RenderPlan,
  items: ItemTable,
  task: PartitionTask,
): Promise<PartitionResult> {
  const folder = `corpora/${task.corpus}/${task.partition}`;
  const questions: Record<string, Record<string, Record<string, number>>> = {};
  const parts = createPartFiles(task.store, folder);
  const options = { known: plan.section.known, heldOutSurfaces: new Set(plan.section.holdout.surfaces) };
  let members = 0;
  for await (const { memberId, records } of timelines(task)) {
    members++;
    const timeline = createMemberTimeline(memberId, records, plan.vocabulary, options);
    const context = { rules: plan.rules, vocabulary: plan.vocabulary, items, from: task.from, until: task.until };
    for await (const outcome of preparedAhead(askMember(timeline, context), plan)) {
      count(questions, outcome);
      if (outcome.question === undefined || outcome.label === undefined) continue;
      const taskPlan = plan.tasks.find((each) => each.rules === outcome.task)!;
      for (const example of await renderExamples(plan, taskPlan, outcome.question, outcome.label)) {
        await task.compare(example, await example.template.frame(outcome.question.t));
        await parts.add(tokenRow(outcome, outcome.question, outcome.label, example));
        task.report(1, example.ids.length);
      }
      await PROCESS_EFFECTS.reach('rendering');
    }
  }
  const { files, rows, tokens } = await parts.finish();
  return { files, questions, members, rows, tokens };
}

/** Questions whose texts are encoded together: enough for a native batch, few enough to hold their histories. */
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

/** All item events of a lake: every worker's item table is made of them. */
export async function readItems(
  store: ObjectStore,
  partitions: readonly { partition: number; files: readonly FileRef[] }[],
): Promise<ItemEvent[]> {
  const items: ItemEvent[] = [];
  for (const { partition, files } of partitions) {
    for await (const lines of readLines(store, `timelines/${partition}/raw`, files)) {
      for (const line of lines) items.push(JSON.parse(line) as ItemEvent);
    }
  }
  return items;
}

type TimelineEvent = MemberEvent | InteractionEvent;

/** Members one after another, as the timeline chain sorted them. Bound: one file of lines and one member in memory. */
async function* timelines(task: PartitionTask): AsyncGenerator<{ memberId: string; records: TimelineEvent[] }> {
  let records: TimelineEvent[] = [];
  for await (const lines of readLines(task.store, `timelines/${task.partition}/raw`, task.timelineFiles)) {
    for (const line of lines) {
      const event = JSON.parse(line) as TimelineEvent;
      const [first] = records;
      if (first !== undefined && first.member_id !== event.member_id) {
        yield { memberId: first.member_id, records };
        records = [];
      }
      records.push(event);
    }
  }
  const [first] = records;
  if (first !== undefined) yield { memberId: first.member_id, records };
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
