/** One partition of a corpus: timelines in; parts out. */

import { compareUtf8 } from '../../schemas/byte-order.ts';
import type { CorpusRecord, RewriteRecord } from '../../schemas/commit.ts';
import type { CorpusId, MemberId } from '../../schemas/ids.ts';
import { type AskedRows, readAskedRows } from '../../src/corpus/asked-rows.ts';
import { createPartFiles } from '../../src/corpus/part-files.ts';
import { type Effects, PROCESS_EFFECTS } from '../../src/effects.ts';
import { type AskScope, askMember, type TaskOutcome } from '../../src/forms/ask-member.ts';
import type { LivePart } from '../../src/lake/chain-state.ts';
import { corpusFolder } from '../../src/lake/corpus-records.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import type { LiveMember } from '../../src/lake/timeline-events.ts';
import type { Changes } from '../../src/lake/timeline-records.ts';
import type { CorpusPlan } from '../../src/prompt/plan.ts';
import type { RowMaker } from '../../src/prompt/row-maker.ts';
import { addTally, addTo, type Tally } from '../../src/tally.ts';
import type { ItemTable } from '../../src/timeline/item-table.ts';
import { createMemberTimeline, type MemberTimeline, type TimelineOptions } from '../../src/timeline/member-timeline.ts';
import { questionDigest } from '../../src/timeline/question-digest.ts';
import type { JoiningGate } from '../../src/tokenize/joining-gate.ts';
import type { LineMaker } from '../line-maker.ts';
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
  const old = before && oldQuestions(before, scope);
  let read = 0;
  const told = () => {
    effects.observe({ kind: 'rendered', rows: 0, tokens: 0, records: read });
    read = 0;
  };
  const again = openSink({ ...task, told }, effects);
  const further = openSink({ ...task, told }, effects);
  /** Where a question is counted that closes then. */
  const sinkOf = (closesAt: number) => (isFurther && closesAt > decided ? further : again);
  const delay = closingDelay(plan);
  for await (const member of task.members) {
    effects.signal.throwIfAborted();
    const { memberId, knownBy } = member;
    const from = before && askedFrom(before, memberId);
    // Else the member has no question that closes after what is decided.
    if (from !== undefined || (isFurther && member.events > 0 && knownBy + delay > decided)) {
      const timeline = createMemberTimeline(memberId, (await member.read()).records, scope.timeline);
      const asked = { ...scope.questions, items, from: from ?? decided, until };
      for (const { outcome, count } of counted(timeline, asked)) {
        const sink = sinkOf(count.closesAt);
        addTo(sink.questions, count.path, 1);
        if (outcome === undefined) continue;
        if (sink === again && stored?.stays(outcome.question.key, questionDigest(outcome)) === true) continue;
        await sink.add({ outcome, timeline });
      }
    }
    if (from !== undefined)
      for (const { path, closesAt } of (await old?.of(memberId, from)) ?? [])
        if (sinkOf(closesAt) === again) addTo(again.questions, path, -1);
    read += member.events;
  }
  const results = { again: await again.finish(), further: await further.finish() };
  told();
  await task.gate.settle();
  return {
    rewrite: stored && (await rewriteOf(stored, results.again)),
    corpus: isFurther ? results.further : undefined,
  };
}

/** From when on a member is asked again; undefined where nothing that was decided can differ. */
function askedFrom({ decided, changes, itemsSince }: RenderedBefore, member: string): number | undefined {
  const since = Math.min(changes.get(member) ?? Number.POSITIVE_INFINITY, itemsSince);
  return since < decided ? since : undefined;
}

/** A question closes at most so long after the last event of its member was known, ms (LABEL-3). */
export function closingDelay({ rules }: { readonly rules: Pick<CorpusPlan['rules'], 'tasks'> }): number {
  return 1 + Math.max(...rules.tasks.map(({ windowMs, latenessMs }) => Math.max(windowMs, 1) + latenessMs));
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

/** A question as the ledger counts it. */
interface Counted {
  /** Task, fate, label. */
  readonly path: readonly string[];
  readonly closesAt: number;
}

/** All questions of a member, those that are rendered with what they came to. */
function* counted(
  timeline: MemberTimeline,
  scope: Omit<AskScope, 'lost'>,
): Generator<{ readonly count: Counted; readonly outcome: TaskOutcome | undefined }> {
  let lost: Counted[] = [];
  const told: AskScope['lost'] = (asking, fate, label) =>
    lost.push({ path: [asking.task.name, fate, label], closesAt: asking.window.closesAt });
  const asked = askMember(timeline, { ...scope, lost: told });
  for (let next = asked.next(); ; next = asked.next()) {
    for (const count of lost) yield { count, outcome: undefined };
    lost = [];
    if (next.done === true) return;
    const { task, label, closesAt } = next.value;
    yield { count: { path: [task.name, 'rendered', label.label], closesAt }, outcome: next.value };
  }
}

/** The questions of members as they were counted before, as far as they are asked again. */
function oldQuestions({ decided, members, items }: RenderedBefore, scope: AskingBy) {
  const all = members[Symbol.asyncIterator]();
  let next: IteratorResult<LiveMember> | undefined;
  return {
    /** Members in byte order. */
    async of(memberId: MemberId, from: number): Promise<Counted[]> {
      next ??= await all.next();
      while (next.done !== true && compareUtf8(next.value.memberId, memberId) < 0) next = await all.next();
      if (next.done === true || next.value.memberId !== memberId) return [];
      const timeline = createMemberTimeline(memberId, (await next.value.read()).records, scope.timeline);
      const asked = { ...scope.questions, items, from, until: decided };
      return [...counted(timeline, asked)].map(({ count }) => count);
    },
  };
}

async function rewriteOf(
  stored: AskedRows,
  { files, questions, alike_after_cut }: SinkResult,
): Promise<PartitionResult['rewrite']> {
  const { remove, alikeTasks } = await stored.takeOut();
  for (const task of alikeTasks) addTo(alike_after_cut, [task], -1);
  const changed = { questions: addTally(questions, {}), alike_after_cut: addTally(alike_after_cut, {}) };
  const isSame = remove.length + files.length + Object.keys(changed.questions).length === 0;
  return isSame ? undefined : ({ remove, add: files, ...changed } as PartitionResult['rewrite']);
}

/** Questions that are rendered, batch by batch, and all that are counted. */
interface Sink {
  /** By task, fate and label. */
  readonly questions: Tally;
  add(question: AskedQuestion): Promise<void>;
  finish(): Promise<SinkResult>;
}

interface SinkResult extends Pick<CorpusRecord, 'files'> {
  readonly questions: CorpusRecord['questions'];
  readonly alike_after_cut: CorpusRecord['alike_after_cut'];
}

/** Questions rendered together: enough for a native batch, few enough to hold their histories. */
const BATCH_QUESTIONS = 64;

/** `told` is called after each batch. Bound: a batch, and a part under way. */
function openSink(task: PartitionTask & { readonly told: () => void }, effects: Effects): Sink {
  const { plan, rowMaker, maker, gate, store, corpus, partition, told } = task;
  const questions: SinkResult['questions'] = {};
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
    questions,
    async add(question) {
      batch.push(question);
      if (batch.length === BATCH_QUESTIONS) await flush();
    },
    async finish() {
      await flush();
      return { files: await parts.finish(), questions, alike_after_cut: alikeAfterCut };
    },
  };
}
