/** The batch build: event files to timelines, timelines to corpora, each step committed partition by partition and taken up where it stopped. */
import { randomUUID } from 'node:crypto';
import { canonicalJson } from '../schemas/canonical-json.ts';
import type { TimelineRecord } from '../schemas/commit.ts';
import type { Domain } from '../schemas/domain.ts';
import type { CorpusIdentity } from '../schemas/manifest.ts';
import { openScratch, openStore } from '../src/adapters/open-store.ts';
import { type CorpusSummary, summarizeCorpus } from '../src/corpus/corpus-summary.ts';
import { amendError, BrewhouseError, type ErrorCode } from '../src/errors.ts';
import { newestRecord } from '../src/lake/chain-records.ts';
import { type Chain, openChain } from '../src/lake/commit-log.ts';
import { sha256Hex } from '../src/lake/content-hash.ts';
import { openOrMakeLake } from '../src/lake/lake-file.ts';
import type { ObjectStore } from '../src/lake/object-store.ts';
import {
  type PartitionTimeline,
  type RecordCounts,
  readStats,
  readTimelines,
  sumRecordCounts,
} from '../src/lake/timelines.ts';
import { contextLadder } from '../src/prompt/plan.ts';
import { arenaEntries } from '../src/prompt/segments.ts';
import type { TimelineStats } from '../src/timeline/timeline-stats.ts';
import { createVocabulary, unknownAction } from '../src/timeline/vocabulary.ts';
import { createSegmentArena, type SharedArena } from '../src/tokenize/segment-arena.ts';
import { buildWarnings } from './build-warnings.ts';
import { type ReadRecipe, readDomain, readRecipe, readRenderPlan } from './corpus-inputs.ts';
import { renderInPool } from './render/pool.ts';
import type { RenderRequest } from './render/worker.ts';
import { type InputFile, inputFiles, takeIn } from './take-in/take-in.ts';

export interface BuildOptions {
  readonly events: string;
  readonly domain: string;
  readonly recipe: string;
  readonly lake: string;
  /** Epoch ms; null: everything, since in files nothing is late. */
  readonly until: number | null;
  readonly workers: number;
  readonly partitions: number | undefined;
  readonly progress: BuildProgress;
}

/** Steps of a build as a person watches them; `total` 0: not known. */
export interface BuildProgress {
  readonly step: (name: string, done: number, total: number, tokens: number) => void;
}

/** What stands in the lake after a build. */
export interface BuildSummary {
  readonly records: RecordCounts;
  readonly members: number;
  /** One a rung of the context ladder. */
  readonly corpora: readonly CorpusSummary[];
  readonly seconds: number;
  /** What a person should know though nothing failed: dead records, names that no event has. */
  readonly warnings: readonly string[];
}

/** Throws `recipe_invalid`, `domain_invalid` and their kin with the file; `inputs_changed`, `input_unreadable`, and as the lake does. */
export async function build(options: BuildOptions): Promise<BuildSummary> {
  try {
    return await buildAll(options);
  } catch (error) {
    throw withFile(error, options);
  }
}

/** THE FILE THAT A PERSON MENDS: the plan knows fields of recipe and domain, and no files. */
function withFile(error: unknown, { recipe, domain }: Pick<BuildOptions, 'recipe' | 'domain'>): unknown {
  if (!(error instanceof BrewhouseError) || error.place.file !== undefined) return error;
  const files: Partial<Record<ErrorCode, string>> = {
    recipe_invalid: recipe,
    context_too_short: recipe,
    domain_invalid: domain,
    action_unknown: domain,
    label_words_clash: domain,
  };
  const file = files[error.code];
  if (file === undefined) return error;
  return amendError(error, { place: { file } });
}

async function buildAll(options: BuildOptions): Promise<BuildSummary> {
  const started = performance.now();
  const recipe = await readRecipe(options.recipe);
  const domain = await readDomain(options.domain);
  // RECIPE FIRST: what is wrong with recipe, domain or tokenizer is said before an event is read.
  const rungs = [];
  for (const context of contextLadder(recipe.recipe.corpus)) rungs.push(await readRenderPlan(recipe, domain, context));
  const store = openStore(options.lake);
  const { partitions } = await openOrMakeLake(store, options.partitions);
  await store.sweepLeftovers(Date.now());
  const timelines = await takeInFiles(store, partitions, options);
  const stats = await readStats(store, timelines);
  requireKnownActions(stats, domain);
  const corpora: CorpusSummary[] = [];
  // One arena for all rungs: they cut the same texts to the same levels.
  const { shared: arena } = createSegmentArena(arenaEntries(countItemEvents(timelines)));
  for (const plan of rungs)
    corpora.push(await renderCorpus(store, timelines, plan.identity, { options, recipe, arena }));
  const records = sumRecordCounts(timelines);
  const { events } = options;
  return {
    records,
    members: stats.members,
    corpora,
    seconds: (performance.now() - started) / 1000,
    warnings: buildWarnings({ records, stats, section: recipe.recipe.corpus, domain, events }),
  };
}

/** Takes in what is not taken in yet; refuses other inputs than those that stand. */
async function takeInFiles(
  store: ObjectStore,
  partitions: number,
  options: BuildOptions,
): Promise<PartitionTimeline[]> {
  const inputs = await inputFiles(options.events);
  const missing = new Map<number, Chain>();
  for (let partition = 0; partition < partitions; partition++) {
    const chain = await openChain(store, `timelines/${partition}`);
    const record = newestRecord(chain, 'timeline');
    if (record === undefined) missing.set(partition, chain);
    else requireSameInputs(record.record.inputs, inputs);
  }
  if (missing.size > 0) {
    await takeIn(inputs, missing, {
      eventsDir: options.events,
      store,
      scratch: openScratch(options.lake),
      partitions,
      attempt: randomUUID(),
      report: (done, total) => options.progress.step('reading events', done, total, 0),
    });
  }
  return readTimelines(store, partitions);
}

/** SAME INPUTS: a lake of other files is another lake. Names may change; what they hold may not. */
function requireSameInputs(before: TimelineRecord['inputs'], now: readonly InputFile[]): void {
  const hashes = (inputs: readonly { readonly sha256: string }[]) => inputs.map(({ sha256 }) => sha256).sort();
  if (hashes(before).join() === hashes(now).join()) return;
  const known = new Map(before.map((input) => [input.name, input.sha256]));
  const changed = now.find((input) => known.get(input.name) !== input.sha256);
  const gone = before.find((input) => !now.some((each) => each.name === input.name));
  const what = changed === undefined ? `${gone?.name} is missing now` : `${changed.name} is new or changed`;
  throw new BrewhouseError('inputs_changed', `the lake was made from other event files: ${what}`, {
    place: { file: changed?.path ?? gone?.name ?? '' },
  });
}

function requireKnownActions({ actions }: TimelineStats, domain: Domain): void {
  const vocabulary = createVocabulary(domain);
  const unknown = actions.find((action) => vocabulary.rankOf(action.name) === undefined);
  if (unknown !== undefined) throw unknownAction(vocabulary, unknown.name, unknown.count, unknown.first);
}

/** A corpus is named by all that its rows depend on. */
export function corpusName(identity: CorpusIdentity): string {
  return sha256Hex(canonicalJson(identity)).slice(0, 16);
}

async function renderCorpus(
  store: ObjectStore,
  timelines: readonly PartitionTimeline[],
  identity: CorpusIdentity,
  context: { options: BuildOptions; recipe: ReadRecipe; arena: SharedArena },
): Promise<CorpusSummary> {
  const { options, recipe, arena } = context;
  const started = performance.now();
  const corpus = corpusName(identity);
  await store.putIfAbsent(`corpora/${corpus}/corpus.json`, Buffer.from(canonicalJson(identity), 'utf8'));
  const requests: RenderRequest[] = [];
  for (const timeline of timelines) {
    const chain = await openChain(store, `corpora/${corpus}/${timeline.partition}`);
    const newest = newestRecord(chain, 'corpus')?.record;
    // Rendered to the end, or as far as asked: nothing to do.
    if (newest !== undefined && (newest.until === null || (options.until !== null && options.until <= newest.until)))
      continue;
    const { seq, sha256, record } = timeline;
    requests.push({
      partition: timeline.partition,
      timeline: { seq, sha256, files: record.files.raw },
      from: newest?.until ?? null,
    });
  }
  const rendered = { rows: 0, tokens: 0, partitions: 0 };
  const items = timelines.map(({ partition, record }) => ({ partition, files: record.files.items }));
  await renderInPool(requests, {
    workers: options.workers,
    data: {
      lake: options.lake,
      corpus,
      identity,
      tokenizer: recipe.recipe.corpus.tokenizer,
      recipeFile: recipe.file,
      items,
      itemsSha256: sha256Hex(canonicalJson(items)),
      until: options.until,
      attempt: randomUUID(),
      arena,
    },
    onProgress: (rows, tokens) => {
      rendered.rows += rows;
      rendered.tokens += tokens;
      options.progress.step('rendering', rendered.partitions, requests.length, rendered.tokens);
    },
    onDone: () => {
      rendered.partitions++;
      options.progress.step('rendering', rendered.partitions, requests.length, rendered.tokens);
    },
  });
  return {
    ...(await summarizeCorpus(store, corpus, timelines.length)),
    context: identity.context,
    rendered: { rows: rendered.rows, tokens: rendered.tokens, seconds: (performance.now() - started) / 1000 },
  };
}

function countItemEvents(timelines: readonly PartitionTimeline[]): number {
  return timelines.flatMap(({ record }) => record.files.items).reduce((sum, file) => sum + file.rows, 0);
}
