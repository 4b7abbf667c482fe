/** One partition of a corpus: timelines in; parts out. */

import type { CorpusRecord } from '../../schemas/commit.ts';
import { createPartFiles } from '../../src/corpus/part-files.ts';
import { addTo } from '../../src/corpus/tally.ts';
import { PROCESS_EFFECTS } from '../../src/effects.ts';
import { type AskScope, askMember } from '../../src/forms/ask-member.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import type { MemberRecords } from '../../src/lake/timeline-events.ts';
import type { CorpusPlan } from '../../src/prompt/plan.ts';
import type { RowMaker } from '../../src/prompt/row-maker.ts';
import type { ItemTable } from '../../src/timeline/item-table.ts';
import { createMemberTimeline, type TimelineOptions } from '../../src/timeline/member-timeline.ts';
import type { JoiningGate } from '../../src/tokenize/joining-gate.ts';
import type { LineMaker } from '../line-maker.ts';
import { type AskedQuestion, renderRows } from './render-rows.ts';

/** What was rendered of a partition. */
export type PartitionResult = Pick<CorpusRecord, 'files' | 'questions' | 'alike_after_cut' | 'members'>;

/** What is rendered of a partition, and where its files go. */
export interface PartitionTask {
  readonly plan: CorpusPlan;
  readonly maker: LineMaker;
  readonly items: ItemTable;
  readonly store: ObjectStore;
  /** The folder of the partition in its corpus. */
  readonly folder: string;
  readonly members: AsyncIterable<MemberRecords>;
  /** Questions mature in (from, until]; null where there is no bound. */
  readonly from: number | null;
  readonly until: number | null;
  /** One each for all partitions of a worker. */
  readonly gate: JoiningGate;
  readonly rowMaker: RowMaker;
}

/**
 * Renders all questions of a partition that end in (from, until] and uploads their files; commits
 * nothing.
 */
export async function renderPartition(task: PartitionTask, effects = PROCESS_EFFECTS): Promise<PartitionResult> {
  const questions: PartitionResult['questions'] = {};
  const alike_after_cut: PartitionResult['alike_after_cut'] = {};
  const { plan, items } = task;
  const { rowMaker } = task;
  const sink = {
    ...{ plan, rowMaker, maker: task.maker, alikeAfterCut: alike_after_cut, gate: task.gate },
    parts: createPartFiles(task, rowMaker.known),
  };
  const { vocabulary, rules } = plan;
  const options = timelineOptions(plan);
  const lost: AskScope['lost'] = (asking, fate, label) => addTo(questions, [asking.task.name, fate, label], 1);
  const scope = { rules, vocabulary, items, says: plan.texts.says, from: task.from, until: task.until, lost };
  let batch: AskedQuestion[] = [];
  let read = 0;
  const flush = async () => {
    await renderRows(batch, sink, effects);
    batch = [];
    effects.observe({ kind: 'rendered', rows: 0, tokens: 0, records: read });
    read = 0;
  };
  let members = 0;
  for await (const { memberId, records } of task.members) {
    effects.signal.throwIfAborted();
    members++;
    const timeline = createMemberTimeline(memberId, records, options);
    for (const outcome of askMember(timeline, scope)) {
      addTo(questions, [outcome.task.name, 'rendered', outcome.label.label], 1);
      batch.push({ outcome, timeline });
      if (batch.length === BATCH_QUESTIONS) await flush();
    }
    // After its questions: the last flush has a member to tell of, and so is heard.
    read += records.length;
  }
  await flush();
  await task.gate.settle();
  return { files: await sink.parts.finish(), questions, alike_after_cut, members };
}

/** How the plan's corpus reads a member's records. */
export function timelineOptions({ vocabulary, section }: CorpusPlan): TimelineOptions {
  return { vocabulary, known: section.known, heldOutSurfaces: new Set(section.holdout.surfaces) };
}

/** Questions rendered together: enough for a native batch, few enough to hold their histories. */
const BATCH_QUESTIONS = 64;
