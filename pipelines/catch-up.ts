/**
 * Corpora of a lake that lag behind its timelines, asked again from what has changed, each by the
 * identity that the lake keeps of it and no recipe.
 */

import { nth } from '../src/checked.ts';
import type { Effects } from '../src/effects.ts';
import { BrewhouseError } from '../src/errors.ts';
import { storedIdentity } from '../src/forms/identity.ts';
import type { CorpusPartition, NamedCorpus } from '../src/lake/corpus-records.ts';
import type { Lake } from '../src/lake/lake.ts';
import type { Timelines } from '../src/lake/timeline-records.ts';
import { planIdentity } from '../src/prompt/plan.ts';
import type { Scratch } from '../src/sort/scratch.ts';
import { runEncoding } from '../src/tokenize/encode-rounds.ts';
import type { LoadedTokenizer } from '../src/tokenize/load-tokenizer.ts';
import { requireKnownActions } from './build-warnings.ts';
import { releaseTokenizer } from './corpus-inputs.ts';
import { createPlanEncoder } from './render/plan-encoder.ts';
import { createItemSegments, type RenderedCorpus, renderCorpus } from './render/render.ts';
import { createBuildItems } from './render/shared-items.ts';

/** How corpora catch up. */
export interface CatchUpOptions {
  readonly scratch: Scratch;
  /** Threads that render. */
  readonly workers: number;
  /** Folder of the tokenizer, where it does not lie where the recipe said. */
  readonly tokenizer: string | undefined;
}

/** What came of the corpora that lagged behind. */
export interface CaughtUp {
  readonly corpora: readonly RenderedCorpus[];
  /** Those that need a build with their recipe, and why. */
  readonly behind: readonly LaggingCorpus[];
}

/** A corpus that could not be rendered again. */
export interface LaggingCorpus extends Pick<NamedCorpus, 'corpus'> {
  readonly why: string;
}

/**
 * Renders every corpus that lags behind, as far as each of its partitions was rendered. A corpus
 * whose tokenizer is not here, or whose domain lacks an action, stays behind: releases of it are
 * refused until a build has caught up. Throws `fenced`, and as the lake and rendering do.
 */
export async function catchUpCorpora(lake: Lake, options: CatchUpOptions, effects: Effects): Promise<CaughtUp> {
  const corpora: RenderedCorpus[] = [];
  const behind: LaggingCorpus[] = [];
  for (const named of await lake.corpora()) {
    const partitions = await lake.corpus(named.corpus);
    if (partitions.every(({ state }) => state === undefined)) continue;
    const timelines = await lake.timelines();
    if (!partitions.some((partition) => lagsBehind(partition, timelines))) continue;
    try {
      corpora.push(await catchUp(lake, { ...options, ...named, timelines }, effects));
    } catch (error) {
      if (!(error instanceof BrewhouseError) || !LAGGING.has(error.code)) throw error;
      behind.push({ corpus: named.corpus, why: error.message });
    }
  }
  return { corpora, behind };
}

/** What a build with the corpus's recipe, or another command line, mends. */
const LAGGING: ReadonlySet<string> = new Set(['tokenizer_refused', 'action_unknown']);

/** Whether rows are made from older records than the newest; a partition without any waits. */
function lagsBehind({ partition, state }: CorpusPartition, { members, items }: Timelines): boolean {
  if (state === undefined) return false;
  return state.timeline.sha256 !== nth(members, partition).sha256 || state.items[0]?.sha256 !== items.sha256;
}

/** From the folder, unless it holds another one: corpora of a lake may have several. */
async function tokenizerOf(identity: NamedCorpus['identity'], folder: string | undefined): Promise<LoadedTokenizer> {
  const stored = storedIdentity(identity);
  if (folder === undefined) return releaseTokenizer(stored);
  try {
    return await releaseTokenizer(stored, folder);
  } catch (error) {
    if (!(error instanceof BrewhouseError) || error.code !== 'tokenizer_refused') throw error;
    return releaseTokenizer(stored).catch(() => {
      throw error;
    });
  }
}

interface CatchingUp extends CatchUpOptions, NamedCorpus {
  readonly timelines: Timelines;
}

async function catchUp(
  lake: Lake,
  { identity, timelines, scratch, workers, tokenizer: folder }: CatchingUp,
  effects: Effects,
): Promise<RenderedCorpus> {
  requireKnownActions(await lake.stats(timelines), identity.domain);
  const tokenizer = await tokenizerOf(identity, folder);
  const planned = await runEncoding(tokenizer, planIdentity(identity, tokenizer));
  const segments = createItemSegments(timelines);
  const encoder = createPlanEncoder(planned.plan, { store: lake.store, segments }, effects);
  const items = createBuildItems(lake, { known: identity.section.known, scratch });
  try {
    const means = { timelines, segments, encoder, workers, items: items.shared };
    const rendered = await renderCorpus(lake, { ...means, planned, until: 'stands' }, effects);
    await encoder.finish();
    return rendered;
  } finally {
    await items.close();
  }
}
