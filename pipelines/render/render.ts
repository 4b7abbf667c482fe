/** Timelines to a corpus: what is not rendered yet, partition by partition, in worker threads. */

import { TIME_UNKNOWN } from '../../schemas/event.ts';
import type { CorpusId } from '../../schemas/ids.ts';
import { nth } from '../../src/checked.ts';
import { type CorpusSummary, summarizeCorpus } from '../../src/corpus/corpus-summary.ts';
import { type Effects, PROCESS_EFFECTS } from '../../src/effects.ts';
import { refOf } from '../../src/lake/chain-state.ts';
import { newAttempt } from '../../src/lake/commit-work.ts';
import type { CorpusPartition } from '../../src/lake/corpus-records.ts';
import type { Lake } from '../../src/lake/lake.ts';
import type { RecordRef } from '../../src/lake/read-record.ts';
import { runsOf } from '../../src/lake/timeline-events.ts';
import type { Timeline, Timelines } from '../../src/lake/timeline-records.ts';
import type { Observation } from '../../src/observations.ts';
import type { PlannedCorpus } from '../../src/prompt/plan.ts';
import { createGateCounts } from '../../src/tokenize/joining-gate.ts';
import { createSegmentTable, type SharedSegments } from '../../src/tokenize/segment-table.ts';
import { allRecordsOf, renderInPool } from './pool.ts';
import { gateKinds } from './render-rows.ts';
import type { SharedEncoder } from './shared-encoder.ts';
import type { BuildItems } from './shared-items.ts';
import type { RenderRequest } from './worker.ts';

/** What is rendered, how far, and by how many. */
export interface Rendering {
  readonly timelines: Timelines;
  readonly planned: PlannedCorpus;
  /**
   * Epoch milliseconds; null for everything, since in files nothing is late; `stands`: each
   * partition as far as it is rendered, and none that is not.
   */
  readonly until: number | null | 'stands';
  /** Threads that render. */
  readonly workers: number;
  /** The item table of all rungs of a ladder; asked for where anything is rendered. */
  readonly items: BuildItems['shared'];
  /** Shared by all rungs of a ladder: they cut the same texts to the same levels. */
  readonly segments: SharedSegments;
  /** Encodes for all workers. */
  readonly encoder: SharedEncoder;
}

/** A corpus after a build. */
export interface RenderedCorpus extends CorpusSummary {
  readonly corpus: CorpusId;
  readonly context: number;
  /** What this run rendered; no rows: there was nothing to do. */
  readonly rendered: { readonly rows: number; readonly tokens: number; readonly seconds: number };
  /** Rows of before that count no longer, since newer events made them others or none. */
  readonly takenOut: number;
}

/** An empty table with room for the item versions of the timelines. */
export function createItemSegments({ items }: Timelines): SharedSegments {
  return createSegmentTable(items.record.counts.used).shared;
}

/**
 * Renders what of the corpus is missing and commits it, each partition by itself. Throws `fenced`.
 */
export async function renderCorpus(lake: Lake, options: Rendering, effects = PROCESS_EFFECTS): Promise<RenderedCorpus> {
  const { timelines, planned, until, workers, items, segments, encoder } = options;
  const { identity } = planned.plan;
  const started = effects.now();
  const corpus = await lake.addCorpus(identity);
  const before = await lake.corpus(corpus);
  const requests = await requestsOf(lake, { timelines, until, items }, before);
  const counted = countRendered(requests, effects);
  if (requests.length > 0) {
    const data = {
      lake: lake.store.location,
      corpus,
      identity,
      facts: planned.facts,
      items: await items(timelines.items),
      itemsAt: refOf(timelines.items),
      attempt: newAttempt(effects),
      segments,
      gateCounts: createGateCounts(gateKinds(planned.plan).length),
    };
    await renderInPool({ requests, workers, data, encoder }, counted.effects);
  }
  const seconds = (effects.now() - started) / 1000;
  const { rows, tokens } = counted.sum;
  const summary = summarizeCorpus(await lake.corpus(corpus));
  const takenOut = summarizeCorpus(before).examples + rows - summary.examples;
  return { corpus, context: identity.context, ...summary, rendered: { rows, tokens, seconds }, takenOut };
}

/** One a partition that is not rendered as far as asked, or not from all that was taken in. */
async function requestsOf(
  lake: Lake,
  { timelines, until, items: itemsAt }: Pick<Rendering, 'timelines' | 'until' | 'items'>,
  corpus: readonly CorpusPartition[],
): Promise<RenderRequest[]> {
  const itemsSince = sinceOf(lake, timelines.items);
  const requests: RenderRequest[] = [];
  for (const { partition, state } of corpus) {
    const timeline = nth(timelines.members, partition);
    const runs = { ...refOf(timeline), ...runsOf(timeline), events: timeline.record.counts.used };
    if (state === undefined) {
      if (until !== 'stands') requests.push({ partition, timeline: runs, before: undefined, until });
      continue;
    }
    const far = until === 'stands' ? state.until : furtherOf(state.until, until);
    const items = nth(state.items, 0);
    const isFresh = state.timeline.sha256 === timeline.sha256 && items.sha256 === timelines.items.sha256;
    if (isFresh && far === state.until) continue;
    const changes = await lake.changesSince(timeline.folder, state.timeline);
    const before = {
      ...{ newest: state.newest, until: state.until, parts: state.parts, timeline: state.timeline },
      changes: changes ?? new Map(),
      itemsSince: changes === undefined ? TIME_UNKNOWN : await itemsSince(items),
    };
    const areItemsLate = before.itemsSince < (state.until ?? Number.POSITIVE_INFINITY);
    const itemsBefore = areItemsLate
      ? {
          at: items.sha256,
          shared: await itemsAt({ ...items, ...(await lake.timelineAt(timelines.items.folder, items)) }),
        }
      : undefined;
    requests.push({ partition, timeline: runs, before: { ...before, itemsBefore }, until: far });
  }
  return requests;
}

/** The later of two ends; null is the end of all. */
function furtherOf(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : Math.max(one, other);
}

/** The least event_time of item versions that came or went after a record; infinity: none did. */
function sinceOf(lake: Lake, { folder }: Timeline): (record: RecordRef) => Promise<number> {
  const known = new Map<string, Promise<number>>();
  const read = async (record: RecordRef) => {
    const changes = await lake.changesSince(folder, record);
    return changes === undefined ? TIME_UNKNOWN : Math.min(...changes.values());
  };
  return (record) => {
    const since = known.get(record.sha256) ?? read(record);
    known.set(record.sha256, since);
    return since;
  };
}

/** Effects that sum what the workers say they rendered, and make the progress of the step of it. */
function countRendered(requests: readonly RenderRequest[], effects: Effects) {
  const total = allRecordsOf(requests);
  const sum = { rows: 0, tokens: 0, records: 0 };
  const observe = (said: Observation) => {
    if (said.kind !== 'rendered') return effects.observe(said);
    sum.rows += said.rows;
    sum.tokens += said.tokens;
    sum.records += said.records;
    const rate = { count: sum.tokens, unit: 'tokens' };
    effects.observe({ kind: 'progress', step: 'rendering', done: sum.records, total, rate });
  };
  return { sum, effects: { ...effects, observe } };
}
