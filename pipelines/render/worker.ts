/**
 * A worker thread: opens the plan and the item table once, then renders the partitions that it is
 * given. It loads no tokenizer: what is not known it asks of the thread that started it.
 */

import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { AttemptId, CorpusId, Sha256 } from '../../schemas/ids.ts';
import { openScratchFile } from '../../src/adapters/filesystem/scratch-folder.ts';
import { openStore } from '../../src/adapters/open-store.ts';
import { present } from '../../src/checked.ts';
import { type Effects, PROCESS_EFFECTS } from '../../src/effects.ts';
import { type PackedError, packError } from '../../src/errors.ts';
import type { CorpusIdentity } from '../../src/forms/identity.ts';
import { refOf } from '../../src/lake/chain-state.ts';
import { corpusFolder } from '../../src/lake/corpus-records.ts';
import { type Lake, openLake } from '../../src/lake/lake.ts';
import type { RecordRef } from '../../src/lake/read-record.ts';
import type { TimelineRuns } from '../../src/lake/timeline-events.ts';
import type { Observation } from '../../src/observations.ts';
import type { Made, Wishes } from '../../src/prompt/line-search.ts';
import { openPlan, type PlanFacts } from '../../src/prompt/plan.ts';
import { createRowMaker } from '../../src/prompt/row-maker.ts';
import type { ItemTable } from '../../src/timeline/item-table.ts';
import { createJoiningGate, type JoinedPrompt } from '../../src/tokenize/joining-gate.ts';
import { openSegmentTable, type SharedSegments } from '../../src/tokenize/segment-table.ts';
import { type PartitionTask, type RenderedBefore, renderPartition } from './partition.ts';
import { gateKinds } from './render-rows.ts';
import { openSharedItems, type SharedItems } from './shared-items.ts';

/** What all partitions of a corpus share. */
export interface RenderWorkerData {
  /** Location of the lake's store. */
  readonly lake: string;
  readonly corpus: CorpusId;
  readonly identity: CorpusIdentity;
  /** What the tokenizer made of its templates. */
  readonly facts: PlanFacts;
  readonly items: SharedItems;
  /** The record of the items' chain that names them. */
  readonly itemsAt: RecordRef;
  readonly attempt: AttemptId;
  /** Item segments of this build, shared by its workers. */
  readonly segments: SharedSegments;
  /** Prompts that their joining gates counted (createGateCounts). */
  readonly gateCounts: SharedArrayBuffer;
}

/** One partition to render. */
export interface RenderRequest {
  readonly partition: number;
  /** With the number of its events. */
  readonly timeline: RecordRef & TimelineRuns & { readonly events: number };
  /** Undefined where nothing was rendered before. */
  readonly before: RequestBefore | undefined;
  /** Questions that close by this moment (epoch ms) are rendered; null: all. */
  readonly until: number | null;
}

/** The items as an earlier record has them, which is named. */
export interface OldItems {
  readonly at: Sha256;
  readonly shared: SharedItems;
}

/** What was rendered of a partition before, and what has changed since. */
export interface RequestBefore extends Pick<RenderedBefore, 'parts' | 'changes' | 'itemsSince'> {
  /** The newest record of the corpus chain, which the new ones continue. */
  readonly newest: RecordRef;
  /** Questions that close by this moment (epoch ms) are decided; null: all. */
  readonly until: number | null;
  /** What it was rendered from. */
  readonly timeline: RecordRef;
  /** The items as they were, where a version came or went before `until`. */
  readonly itemsBefore: OldItems | undefined;
}

/** What a worker asks of the thread that has the tokenizer. */
export type RenderAsk =
  | { readonly kind: 'make'; readonly wishes: Wishes }
  | { readonly kind: 'compare'; readonly prompts: readonly JoinedPrompt[] };

/** What a worker says: that it is free for a request, what it observed, asks, that it failed. */
export type RenderReply =
  | { readonly kind: 'free' }
  | { readonly kind: 'observed'; readonly observation: Observation }
  | { readonly kind: 'asked'; readonly number: number; readonly ask: RenderAsk }
  | { readonly kind: 'failed'; readonly error: PackedError };

/** What a worker is told: a request, or the answer to what it asked; nothing to a comparison. */
export type RenderOrder =
  | { readonly kind: 'render'; readonly request: RenderRequest }
  | { readonly kind: 'answered'; readonly number: number; readonly made: Made | undefined };

/** Rows between two messages of progress: often enough to see, rare enough to cost nothing. */
const PROGRESS_ROWS = 200;

async function work(port: MessagePort, data: RenderWorkerData): Promise<void> {
  const say = (reply: RenderReply) => port.postMessage(reply);
  const effects = threadEffects(say);
  const lake = await openLake(openStore(data.lake, effects), effects);
  const plan = openPlan(data.identity, data.facts, openSegmentTable(data.segments));
  const open = (shared: SharedItems) => openSharedItems(shared, openScratchFile).items;
  const items = open(data.items);
  const itemsBefore = lastOpened(open);
  const { ask, answer } = createAsker(say);
  const maker = { make: async (wishes: Wishes) => present(await ask({ kind: 'make', wishes }), 'what was made') };
  const gate = createJoiningGate({
    kinds: gateKinds(plan),
    counts: data.gateCounts,
    compare: async (prompts) => void (await ask({ kind: 'compare', prompts })),
  });
  const rowMaker = createRowMaker(plan, items.versionAt);
  const means = { lake, plan, maker, rowMaker, items, itemsBefore, gate, data };
  port.on('message', async (order: RenderOrder) => {
    if (order.kind === 'answered') return answer(order.number, order.made);
    try {
      await renderAndCommit(means, order.request, effects);
      say({ kind: 'free' });
    } catch (error) {
      say({ kind: 'failed', error: packError(error) });
    }
  });
  say({ kind: 'free' });
}

/** Asks by numbers, and waits. What fails there ends the build there. */
function createAsker(say: (reply: RenderReply) => void) {
  const open = new Map<number, (made: Made | undefined) => void>();
  let asked = 0;
  return {
    ask(ask: RenderAsk): Promise<Made | undefined> {
      const number = asked++;
      say({ kind: 'asked', number, ask });
      return new Promise((resolve) => open.set(number, resolve));
    },
    answer(number: number, made: Made | undefined): void {
      open.get(number)?.(made);
      open.delete(number);
    },
  };
}

interface Means extends Pick<PartitionTask, 'plan' | 'maker' | 'rowMaker' | 'items' | 'gate'> {
  readonly lake: Lake;
  readonly data: RenderWorkerData;
  readonly itemsBefore: (old: OldItems) => ItemTable;
}

/** Opens a table, or finds it open. Bound: one such table. */
function lastOpened(open: (shared: SharedItems) => ItemTable): Means['itemsBefore'] {
  let held: { readonly at: Sha256; readonly items: ItemTable } | undefined;
  return ({ at, shared }) => {
    if (held?.at !== at) held = { at, items: open(shared) };
    return held.items;
  };
}

/**
 * Commits first what became of questions that were decided before, then those that are decided now:
 * what a crash leaves between the two is a corpus that is right and ends earlier.
 */
async function renderAndCommit(means: Means, request: RenderRequest, effects: Effects): Promise<void> {
  const { lake, data, itemsBefore: _, ...rest } = means;
  const { partition, timeline, before, until } = request;
  const { corpus, attempt } = data;
  const task = {
    ...{ ...rest, store: lake.store, corpus, partition, until: until ?? Number.POSITIVE_INFINITY },
    members: lake.members(timeline),
    before: before && (await renderedBefore(before, means, request)),
  };
  const { rewrite, corpus: further } = await renderPartition(task, effects);
  const folder = corpusFolder(corpus, partition);
  const madeFrom = { timeline: refOf(timeline), items: [data.itemsAt] };
  let from = before?.newest ?? null;
  // Where nothing changed the record of what is decided now says what all was made from.
  if (rewrite !== undefined || further === undefined) {
    await effects.reach('corpus-upload');
    const record = { kind: 'rewrite', ...madeFrom, ...(rewrite ?? NOTHING_CHANGED) } as const;
    from = await lake.commitWork(folder, { attempt, from, record });
  }
  if (further === undefined) return;
  await effects.reach('corpus-upload');
  const record = { kind: 'corpus', ...madeFrom, from_until: before?.until ?? null, until, ...further } as const;
  await lake.commitWork(folder, { attempt, from, record });
}

const NOTHING_CHANGED = { remove: [], add: [], questions: {}, alike_after_cut: {} };

async function renderedBefore(
  before: RequestBefore,
  { lake, items, itemsBefore }: Means,
  { timeline: { folder } }: RenderRequest,
): Promise<RenderedBefore> {
  const { parts, changes, itemsSince } = before;
  const decided = before.until ?? Number.POSITIVE_INFINITY;
  const { record } = await lake.timelineAt(folder, before.timeline);
  return {
    ...{ decided, parts, changes, itemsSince },
    members: lake.members({ folder, runs: record.runs }),
    items: before.itemsBefore === undefined ? items : itemsBefore(before.itemsBefore),
  };
}

/** Effects of this thread: what is observed goes to the main thread, rows summed to messages. */
function threadEffects(say: (reply: RenderReply) => void): Effects {
  let sum = { rows: 0, tokens: 0, records: 0 };
  return {
    ...PROCESS_EFFECTS,
    observe(observation) {
      if (observation.kind !== 'rendered') return say({ kind: 'observed', observation });
      const { rows, tokens, records } = observation;
      sum = { rows: sum.rows + rows, tokens: sum.tokens + tokens, records: sum.records + records };
      // Of records that are done with the main thread hears at once: a partition ends so.
      if (rows > 0 && sum.rows < PROGRESS_ROWS) return;
      say({ kind: 'observed', observation: { kind: 'rendered', ...sum } });
      sum = { rows: 0, tokens: 0, records: 0 };
    },
  };
}

if (parentPort !== null) {
  const port = parentPort;
  work(port, workerData as RenderWorkerData).catch((error: unknown) => {
    const reply: RenderReply = { kind: 'failed', error: packError(error) };
    port.postMessage(reply);
  });
}
