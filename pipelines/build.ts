/**
 * The batch build: event files to timelines, timelines to corpora, each step committed partition by
 * partition and taken up where it stopped.
 */

import { SourceFacts } from '../schemas/source.ts';
import { last } from '../src/checked.ts';
import { type Effects, PROCESS_EFFECTS } from '../src/effects.ts';
import { type Lake, makeLake } from '../src/lake/lake.ts';
import type { ObjectStore } from '../src/lake/object-store.ts';
import { type RecordCounts, sumRecordCounts } from '../src/lake/timeline-records.ts';
import type { ItemLines } from '../src/prompt/item-lines.ts';
import type { PlannedCorpus } from '../src/prompt/plan.ts';
import { type LabelCounts, oneLabelWarnings } from '../src/release/label-balance.ts';
import { countTrainLabels } from '../src/release/train-labels.ts';
import { listEvents } from '../src/sources/event-files.ts';
import type { EventSource } from '../src/sources/event-source.ts';
import { deadRowsBeside, readSource } from '../src/sources/source-file.ts';
import { readYaml } from '../src/sources/yaml-file.ts';
import { buildWarnings, requireKnownActions } from './build-warnings.ts';
import { type CorpusInputs, namingFiles, readPlans } from './corpus-inputs.ts';
import { corpusWarnings } from './corpus-warnings.ts';
import { alikeLineWarnings, itemLinesOf } from './item-lines.ts';
import { createPlanEncoder } from './render/plan-encoder.ts';
import { createItemSegments, type RenderedCorpus, type Rendering, renderCorpus } from './render/render.ts';
import type { TextCounts } from './render/shared-encoder.ts';
import { createBuildItems } from './render/shared-items.ts';
import { type TakeInOptions, takeIn } from './take-in/take-in.ts';

/** Where a build reads and writes, and how far it goes. */
export interface BuildOptions extends CorpusInputs, Omit<TakeInOptions, 'files'>, Pick<Rendering, 'workers'> {
  readonly store: ObjectStore;
  readonly events: EventSource;
  /** Epoch milliseconds; null for everything. */
  readonly until: number | null;
  /** Of a lake that is made now; where undefined, as many as it has, or the default. */
  readonly partitions: number | undefined;
  /** A file of what the source says of itself; where undefined, that beside the events. */
  readonly sourceFile: string | undefined;
  /** The source of a lake that is there may say something else than before. */
  readonly isSourceChanged: boolean;
  /** Called before a lake is made: throws where the store cannot hold one. */
  readonly tryStore: () => Promise<void>;
}

/** What a lake holds after a build. */
export interface BuildSummary {
  readonly records: RecordCounts;
  readonly members: number;
  readonly interactions: number;
  /** Interactions that share member, time and sequence with another. */
  readonly unordered: number;
  /** One a rung of the context ladder. */
  readonly corpora: readonly RenderedCorpus[];
  /** Train rows of the longest rung by task and label, as the recipe splits and caps them. */
  readonly trainLabels: LabelCounts;
  /** Undefined where nothing was rendered now: what was there before was compared then. */
  readonly itemLines: ItemLines | undefined;
  /** Texts of items that this run wanted, and those that it found encoded in the lake. */
  readonly texts: TextCounts;
}

/** Throws `source_invalid` with the file. */
function sourceOf({ sourceFile, events }: BuildOptions): Promise<SourceFacts> {
  return sourceFile === undefined ? readSource(events) : readYaml(sourceFile, SourceFacts, 'source_invalid');
}

/**
 * Builds a lake, or goes on with it. Throws `recipe_invalid`, `domain_invalid` and their kin with
 * the file before an event is read; `inputs_changed`, `input_unreadable`, `fenced`, and as the lake
 * does.
 */
export function build(options: BuildOptions, effects = PROCESS_EFFECTS): Promise<BuildSummary> {
  return namingFiles(options, async () => {
    const { store, recipe, domain, events } = options;
    const plans = await readPlans(options);
    const { files, passedOver } = await listEvents(events, effects);
    const [source, deadRows] = [await sourceOf(options), await deadRowsBeside(events)];
    const { partitions, isSourceChanged, tryStore } = options;
    const lake = await makeLake(store, { partitions, source, deadRows, isSourceChanged, tryStore }, effects);
    await store.sweepLeftovers(effects.now());

    const timelines = await takeIn(lake, { ...options, files }, effects);
    const stats = await lake.stats(timelines);
    requireKnownActions(stats, domain.domain);

    const { plan } = last(plans);
    await plan.tokenizer.judged();
    const segments = createItemSegments(timelines);
    const encoder = createPlanEncoder(plan, { store, segments }, effects);
    const means = { timelines, segments, encoder };
    const { corpora, itemLines } = await renderAll(lake, { ...options, ...means, plans }, effects);
    await encoder.finish();

    const { corpus: section, release } = recipe.recipe;
    const { seed, holdout } = section;
    const { corpus } = last(corpora);
    const rows = { store, corpus, partitions: await lake.corpus(corpus), seed, holdout };
    const trainLabels = await countTrainLabels({ ...rows, release }, effects);

    const records = sumRecordCounts(timelines);
    const { tasks } = plan.rules;
    const warnings = [
      ...buildWarnings({ records, stats, section, domain: domain.domain, events: events.location, passedOver, tasks }),
      ...corpora.flatMap((rung) => corpusWarnings(rung, tasks)),
      ...oneLabelWarnings(trainLabels, tasks),
      ...(itemLines === undefined ? [] : alikeLineWarnings(itemLines)),
    ];
    for (const message of warnings) effects.observe({ kind: 'warning', message });
    const { members, interactions, unordered } = stats;
    return { records, members, interactions, unordered, corpora, trainLabels, itemLines, texts: encoder.counts };
  });
}

/** What is rendered, and by what. */
interface RungsOptions extends Omit<Rendering, 'planned' | 'items'>, Pick<BuildOptions, 'scratch'> {
  readonly plans: readonly PlannedCorpus[];
}

/** All rungs of the ladder, and what the item lines come to where anything was rendered. */
async function renderAll(
  lake: Lake,
  { plans, scratch, ...how }: RungsOptions,
  effects: Effects,
): Promise<Pick<BuildSummary, 'corpora' | 'itemLines'>> {
  const { timelines, segments, encoder } = how;
  const { plan } = last(plans);
  const items = createBuildItems(lake, { known: plan.section.known, scratch });
  try {
    const corpora: RenderedCorpus[] = [];
    for (const planned of plans) {
      const rung = await renderCorpus(lake, { ...how, planned, items: items.shared }, effects);
      await lake.keepLabelTables(rung.corpus, planned.plan.tables);
      corpora.push(rung);
    }
    const isRendered = corpora.some(({ rendered }) => rendered.rows > 0);
    const itemLines = isRendered
      ? await itemLinesOf({ items: await items.shared(timelines.items), plan, segments, encoder })
      : undefined;
    return { corpora, itemLines };
  } finally {
    await items.close();
  }
}
