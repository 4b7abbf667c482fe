/** One partition of a corpus: timelines in; parts out. */

import { compareUtf8 } from '../../schemas/byte-order.ts';
import type { CorpusRecord, RewriteRecord } from '../../schemas/commit.ts';
import type { CorpusId, MemberId } from '../../schemas/ids.ts';
import { type AskedRows, readAskedRows } from '../../src/corpus/asked-rows.ts';
import { createPartFiles } from '../../src/corpus/part-files.ts';
import { type Effects, PROCESS_EFFECTS } from '../../src/effects.ts';
import { type AskScope, askMember, type OpenedQuestion, type TaskOutcome } from '../../src/forms/ask-member.ts';
import type { LivePart } from '../../src/lake/chain-state.ts';
import { corpusFolder } from '../../src/lake/corpus-records.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import type { LiveMember } from '../../src/lake/timeline-events.ts';
import type { Changes } from '../../src/lake/timeline-records.ts';
import type { CorpusPlan } from '../../src/prompt/plan.ts';
import type { RowMaker } from '../../src/prompt/row-maker.ts';
import { addTally, addTo } from '../../src/tally.ts';
import { mayClose } from '../../src/timeline/event-hours.ts';
import type { ItemTable } from '../../src/timeline/item-table.ts';
import { createMemberTimeline, type TimelineOptions } from '../../src/timeline/member-timeline.ts';
import { questionDigest } from '../../src/timeline/question-digest.ts';
import type { JoiningGate } from '../../src/tokenize/joining-gate.ts';
import type { LineMaker } from '../line-maker.ts';
import { createQuestionCounts } from './question-counts.ts';
import { type AskedQuestion, type RowSink, renderRows } from './render-rows.ts';

/** What a partition was rendered from before, and what has changed since. */
export interface RenderedBefore {
  /** Questions that close by this moment (epoch ms) are decided; infinity: all. */
  readonly decided: number;
  readonly parts: readonly LivePart[];
  /** Members whose events have changed. */
  readonly changes: Changes;
  /** The least event_time (epoch ms) of item versions that came or went; infinity: none did. */
  readonly itemsSince: number;
  /** The members as they were. */
  readonly members: AsyncIterable<LiveMember>;
  /** The items as they were. */
  readonly items: ItemTable;
}

/** What is rendered of a partition, and where its files go. */
export interface PartitionTask {
  readonly plan: CorpusPlan;
  readonly maker: LineMaker;
  readonly items: ItemTable;
  readonly store: ObjectStore;
  readonly corpus: CorpusId;
  readonly partition: number;
  readonly members: AsyncIterable<LiveMember>;
  /** Undefined where nothing was rendered before. */
  readonly before: RenderedBefore | undefined;
  /** Questions that close by this moment (epoch ms), not before `decided`; infinity: all. */
  readonly until: number;
  /** One each for all partitions of a worker. */
  readonly gate: JoiningGate;
  readonly rowMaker: RowMaker;
}

/** What was rendered of a partition. */
export interface PartitionResult {
  /** Of questions that were decided before; undefined where none has changed. */
  readonly rewrite: Pick<RewriteRecord, 'remove' | 'add' | 'questions' | 'alike_after_cut'> | undefined;
  /** Of those that are decided now; undefined where none could be. */
  readonly corpus: Pick<CorpusRecord, 'files' | 'questions' | 'alike_after_cut'> | undefined;
}

/**
 * Renders what questions of a partition came to since `before` and uploads it; commits nothing.
 * NOTHING BEFORE A CHANGE CHANGES: a question that closes by the event_time of all that is new to
 * its member sees nothing of it (ASOF-2, LABEL-3), so those that close later alone are asked again.
 */
export async function renderPartition(task: PartitionTask, effects = PROCESS_EFFECTS): Promise<PartitionResult> {
  const { plan, items, before, until } = task;
  const decided = before?.decided ?? Number.NEGATIVE_INFINITY;
  const isFurther = until > decided;
  const scope = askingBy(plan);
  const stored = before && (await readAskedRows({ ...task, parts: before.parts }, (id) => askedFrom(before, id)));
  const old = before && openOldMembers(before, scope);
  let read = 0;
  const told = () => {
    effects.observe({ kind: 'rendered', rows: 0, tokens: 0, records: read });
    read = 0;
  };
  const again = openSink({ ...task, told }, effects);
  const further = openSink({ ...task, told }, effects);
  const counts = createQuestionCounts({ decided, isFurther });
  const hasDue = mayClose(plan.rules.tasks, { from: decided, until });
  for await (const member of task.members) {
    effects.signal.throwIfAborted();
    const since = before && askedFrom(before, member.memberId);
    const isChanged = since !== undefined || before?.changes.has(member.memberId) === true;
    // Of any other member nothing that was counted differs, and nothing is decided now.
    if (before === undefined || isChanged || (isFurther && hasDue(member.hours))) {
      const timeline = createMemberTimeline(member.memberId, (await member.read()).records, scope.timeline);
      const from = since ?? decided;
      const opened = before && ((question: OpenedQuestion) => counts.opened(question, isChanged));
      const asked = { ...scope.questions, items, from, until, lost: counts.now, opened };
      for (const outcome of askMember(timeline, asked)) {
        counts.now(outcome, 'rendered', outcome.label.label);
        const isAgain = outcome.closesAt <= decided;
        if (isAgain && stored?.stays(outcome.question.key, questionDigest(outcome)) === true) continue;
        await (isAgain ? again : further).add({ outcome, timeline });
      }
      if (isChanged)
        for (const outcome of (await old?.askedAgain(member.memberId, { from, lost: counts.before })) ?? [])
          counts.before(outcome, 'rendered', outcome.label.label);
    }
    read += member.events;
  }
  const results = { again: await again.finish(), further: await further.finish() };
  told();
  await task.gate.settle();
  const rewritten = stored && (await rewriteOf(stored, results.again));
  const areRowsOther = rewritten !== undefined && rewritten.remove.length + rewritten.add.length > 0;
  const questions = counts.finish(areRowsOther);
  const isSame = !areRowsOther && Object.keys(questions.again).length === 0;
  return {
    rewrite: isSame ? undefined : ({ ...rewritten, questions: questions.again } as PartitionResult['rewrite']),
    corpus: isFurther ? ({ ...results.further, questions: questions.further } as PartitionResult['corpus']) : undefined,
  };
}

/** From when on a member is asked again; undefined where nothing that was decided can differ. */
function askedFrom({ decided, changes, itemsSince }: RenderedBefore, member: string): number | undefined {
  const since = Math.min(changes.get(member) ?? Number.POSITIVE_INFINITY, itemsSince);
  return since < decided ? since : undefined;
}

/** How members are asked by a plan. */
interface AskingBy {
  readonly timeline: TimelineOptions;
  readonly questions: Pick<AskScope, 'rules' | 'vocabulary' | 'says'>;
}

function askingBy(plan: CorpusPlan): AskingBy {
  const { vocabulary, rules, texts } = plan;
  return { timeline: timelineOptions(plan), questions: { rules, vocabulary, says: texts.says } };
}

/** How the plan's corpus reads a member's records. */
export function timelineOptions({ vocabulary, section }: CorpusPlan): TimelineOptions {
  return { vocabulary, known: section.known, heldOutSurfaces: new Set(section.holdout.surfaces) };
}

/** Members as they were, in byte order. */
function openOldMembers({ decided, members, items }: RenderedBefore, { timeline, questions }: AskingBy) {
  const all = members[Symbol.asyncIterator]();
  let next: IteratorResult<LiveMember> | undefined;
  return {
    /** What was asked of a member then and closes after `from`; nothing where there was none. */
    async askedAgain(memberId: MemberId, scope: Pick<AskScope, 'from' | 'lost'>): Promise<Iterable<TaskOutcome>> {
      next ??= await all.next();
      while (next.done !== true && compareUtf8(next.value.memberId, memberId) < 0) next = await all.next();
      if (next.done === true || next.value.memberId !== memberId) return [];
      const was = createMemberTimeline(memberId, (await next.value.read()).records, timeline);
      return askMember(was, { ...questions, items, until: decided, ...scope });
    },
  };
}

/** What rows of before come to. */
async function rewriteOf(stored: AskedRows, { files, alike_after_cut }: SinkResult): Promise<Rewritten> {
  const { remove, alikeTasks } = await stored.takeOut();
  for (const task of alikeTasks) addTo(alike_after_cut, [task], -1);
  return { remove, add: files, alike_after_cut: addTally(alike_after_cut, {}) };
}

type Rewritten = Pick<RewriteRecord, 'remove' | 'add' | 'alike_after_cut'>;

/** Questions that are rendered, batch by batch. */
interface Sink {
  add(question: AskedQuestion): Promise<void>;
  finish(): Promise<SinkResult>;
}

type SinkResult = Pick<CorpusRecord, 'files' | 'alike_after_cut'>;

/** Questions rendered together: enough for a native batch, few enough to hold their histories. */
const BATCH_QUESTIONS = 64;

/** `told` is called after each batch. Bound: a batch, and a part under way. */
function openSink(task: PartitionTask & { readonly told: () => void }, effects: Effects): Sink {
  const { plan, rowMaker, maker, gate, store, corpus, partition, told } = task;
  const alikeAfterCut: SinkResult['alike_after_cut'] = {};
  const parts = createPartFiles({ store, folder: corpusFolder(corpus, partition) }, rowMaker.known);
  const sink: RowSink = { plan, rowMaker, maker, gate, parts, alikeAfterCut };
  let batch: AskedQuestion[] = [];
  const flush = async () => {
    await renderRows(batch, sink, effects);
    batch = [];
    told();
  };
  return {
    async add(question) {
      batch.push(question);
      if (batch.length === BATCH_QUESTIONS) await flush();
    },
    async finish() {
      await flush();
      return { files: await parts.finish(), alike_after_cut: alikeAfterCut };
    },
  };
}
