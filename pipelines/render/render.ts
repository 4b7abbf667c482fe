/** Timelines to a corpus: what is not rendered yet, partition by partition, in worker threads. */

import { canonicalJson } from '../../schemas/canonical-json.ts';
import type { CorpusId } from '../../schemas/ids.ts';
import { sha256Hex } from '../../src/content-hash.ts';
import { type CorpusSummary, summarizeCorpus } from '../../src/corpus/corpus-summary.ts';
import { type Effects, PROCESS_EFFECTS } from '../../src/effects.ts';
import { newAttempt } from '../../src/lake/commit-work.ts';
import type { CorpusPartition } from '../../src/lake/corpus-records.ts';
import type { Lake } from '../../src/lake/lake.ts';
import { itemFilesOf, type PartitionTimeline } from '../../src/lake/timeline-records.ts';
import type { Observation } from '../../src/observations.ts';
import type { PlannedCorpus } from '../../src/prompt/plan.ts';
import { createGateCounts } from '../../src/tokenize/joining-gate.ts';
import { createSegmentTable, type SharedSegments } from '../../src/tokenize/segment-table.ts';
import { allRecordsOf, renderInPool } from './pool.ts';
import { gateKinds } from './render-rows.ts';
import type { SharedEncoder } from './shared-encoder.ts';
import type { RenderRequest } from './worker.ts';

/** What is rendered, how far, and by how many. */
export interface Rendering {
  readonly timelines: readonly PartitionTimeline[];
  readonly planned: PlannedCorpus;
  /** Epoch milliseconds; null for everything, since in files nothing is late. */
  readonly until: number | null;
  /** Threads that render. */
  readonly workers: number;
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
}

/** An empty table with room for the item versions of the timelines. */
export function createItemSegments(timelines: readonly PartitionTimeline[]): SharedSegments {
  const items = timelines.flatMap(({ record }) => record.files.items);
  return createSegmentTable(items.reduce((sum, file) => sum + file.rows, 0)).shared;
}

/**
 * Renders what of the corpus is missing and commits it, each partition by itself. Throws `fenced`.
 */
export async function renderCorpus(lake: Lake, options: Rendering, effects = PROCESS_EFFECTS): Promise<RenderedCorpus> {
  const { timelines, planned, until, workers, segments, encoder } = options;
  const { identity } = planned.plan;
  const started = effects.now();
  const corpus = await lake.addCorpus(identity);
  const requests = requestsOf(timelines, await lake.corpus(corpus), until);
  const items = itemFilesOf(timelines);
  const counted = countRendered(requests, effects);
  const data = {
    lake: lake.store.location,
    corpus,
    identity,
    facts: planned.facts,
    items,
    itemsSha256: sha256Hex(canonicalJson(items)),
    until,
    attempt: newAttempt(effects),
    segments,
    gateCounts: createGateCounts(gateKinds(planned.plan).length),
  };
  await renderInPool({ requests, workers, data, encoder }, counted.effects);
  const seconds = (effects.now() - started) / 1000;
  const { rows, tokens } = counted.sum;
  const summary = summarizeCorpus(await lake.corpus(corpus));
  return { corpus, context: identity.context, ...summary, rendered: { rows, tokens, seconds } };
}

/** One a partition that is not rendered to the end, or as far as asked. */
function requestsOf(timelines: readonly PartitionTimeline[], corpus: readonly CorpusPartition[], until: number | null) {
  return timelines.flatMap(({ partition, seq, sha256, record }): RenderRequest[] => {
    const newest = corpus.find((each) => each.partition === partition)?.newest;
    const far = newest?.record.until;
    if (far === null || (far !== undefined && until !== null && until <= far)) return [];
    const timeline = { seq, sha256, files: record.files.raw };
    const ref = newest === undefined ? null : { seq: newest.seq, sha256: newest.sha256 };
    return [{ partition, timeline, newest: ref, from: far ?? null }];
  });
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
