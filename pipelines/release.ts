/** Rendered rows to a finished release: choose, shuffle by draw through sorted runs, write shards, publish the manifest last. */
import { canonicalJson } from '../schemas/canonical-json.ts';
import { DAY_MS } from '../schemas/durations.ts';
import { TIME_UNKNOWN } from '../schemas/event.ts';
import type { CorpusIdentity, Lineage, Manifest, ReleaseFile } from '../schemas/manifest.ts';
import type { ReleaseSection } from '../schemas/recipe.ts';
import { openKeyFile } from '../src/adapters/filesystem/key-file.ts';
import { openScratch, openStore } from '../src/adapters/open-store.ts';
import { summarizeCorpus } from '../src/corpus/corpus-summary.ts';
import { type CorpusPartition, findCorpus, readCorpusPartitions } from '../src/corpus/find-corpus.ts';
import { PROCESS_EFFECTS } from '../src/effects.ts';
import { BrewhouseError, nearestName } from '../src/errors.ts';
import { sha256Hex } from '../src/lake/content-hash.ts';
import { openLake } from '../src/lake/lake-file.ts';
import type { ObjectStore } from '../src/lake/object-store.ts';
import { type PartitionTimeline, readStats, readTimelines, sumRecordCounts } from '../src/lake/timelines.ts';
import { profileOf } from '../src/profiles/profiles.ts';
import type { RenderPlan } from '../src/prompt/plan.ts';
import { releaseCard } from '../src/release/card.ts';
import { buildManifest, footerFacts, type ManifestInputs } from '../src/release/manifest.ts';
import { findPseudonymKey } from '../src/release/pseudonym-key.ts';
import type { PseudonymKey } from '../src/release/pseudonyms.ts';
import { type ReleaseRows, readReleaseRows } from '../src/release/selectable-rows.ts';
import { type Selection, selectRows } from '../src/release/selection.ts';
import { writeShards } from '../src/release/shards.ts';
import { type ShuffledRows, shuffleRows } from '../src/release/shuffle.ts';
import type { Scratch } from '../src/sort/scratch.ts';
import { createItemTable } from '../src/timeline/item-table.ts';
import { planOfIdentity, readRecipe, readTokenizer } from './corpus-inputs.ts';
import { readItems } from './render/partition.ts';

export interface ReleaseOptions {
  readonly lake: string;
  readonly recipe: string;
  /** Epoch ms. */
  readonly until: number | undefined;
  readonly tokenBudget: number | 'none' | undefined;
  /** Overrides the recipe's. */
  readonly profile: string | undefined;
  readonly id: string | undefined;
  /** A rung of the recipe's ladder; default: the longest. */
  readonly context: number | undefined;
  /** Name of the corpus, where domain or templates changed between two builds of one recipe. */
  readonly corpus: string | undefined;
  /** The text of BREWHOUSE_KEY, where it is set. */
  readonly key: string | undefined;
  readonly progress: (step: string, done: number, total: number) => void;
  readonly warn: (message: string) => void;
}

export interface ReleaseSummary {
  readonly id: string;
  readonly path: string;
  readonly manifestSha256: string;
  readonly manifest: Manifest;
  readonly lineage: Lineage;
  /** It stood already and was not written again. */
  readonly stood: boolean;
  readonly seconds: number;
}

/** Throws `not_found` (no such corpus, or not rendered that far), `recipe_invalid`, `key_missing`, and what the store refuses. */
export async function release(options: ReleaseOptions): Promise<ReleaseSummary> {
  const started = performance.now();
  const source = await openSource(options);
  const { store, corpus, plan, section, key } = source;
  const read = await readReleaseRows(store, corpus, source.corpusPartitions, {
    ...plan.rules,
    holdout: plan.section.holdout,
  });
  const selection = selectRows(read.rows, { seed: plan.rules.seed, release: section, until: source.until });
  if (!selection.ends.includes('train')) options.warn('no row is in train: look at until, t1 and the token budget');
  const shuffled = await shuffleRows(store, read, selection, {
    scratch: source.scratch,
    corpus,
    profile: profileOf(section.profile),
    key,
    seed: plan.rules.seed,
    report: (done, total) => options.progress('shuffling', done, total),
  });
  try {
    const defaultId = releaseId(corpus, section, key, shuffled.digest);
    const id = options.id ?? defaultId;
    const folder = `releases/${id}`;
    // A default id says which rows it stands for; a name of the user's own must be told.
    if (options.id !== undefined) await claimName(store, id, defaultId);
    const standing = await readStanding(store, folder);
    const manifest =
      standing ?? (await writeRelease(source, { id, defaultId, folder, read, selection, shuffled, options }));
    const manifestSha256 = sha256Hex(canonicalJson(manifest));
    const lineage = await lineageOf(store, { ...source, manifestSha256, read });
    if (standing === undefined) await publish(store, folder, manifest, lineage);
    const seconds = (performance.now() - started) / 1000;
    const path = `${store.location}/${folder}`;
    return { id, path, manifestSha256, manifest, lineage, stood: standing !== undefined, seconds };
  } finally {
    shuffled.close();
  }
}

/** What a release is made from, found and judged before a row is read. */
interface ReleaseSource {
  readonly store: ObjectStore;
  readonly scratch: Scratch;
  readonly timelines: readonly PartitionTimeline[];
  readonly until: number;
  readonly corpus: string;
  readonly identity: CorpusIdentity;
  readonly corpusPartitions: readonly CorpusPartition[];
  readonly key: PseudonymKey;
  readonly plan: RenderPlan;
  readonly section: ReleaseSection;
}

async function openSource(options: ReleaseOptions): Promise<ReleaseSource> {
  const { recipe, file } = await readRecipe(options.recipe);
  const store = openStore(options.lake);
  const lake = await openLake(store);
  if (lake === null) {
    throw new BrewhouseError('not_found', `there is no lake at ${store.location}`, {
      remedy: 'run brewhouse build first, or mend --lake',
    });
  }
  const timelines = await readTimelines(store, lake.partitions);
  const { newest } = await readStats(store, timelines);
  const until = requireUntil(options.until ?? recipe.release.until, newest, file);
  if (until > newest + DAY_MS) {
    options.warn(
      `until ${new Date(until).toISOString()} lies after the newest event (${sayTime(newest)}): labels of windows that nobody has seen the end of count as settled`,
    );
  }
  const { corpus, identity } = await findCorpus(store, recipe.corpus, options);
  const corpusPartitions = await readCorpusPartitions(store, corpus, lake.partitions, until);
  const key = await findPseudonymKey(
    store,
    { text: options.key, file: openKeyFile(store.location) },
    { ...PROCESS_EFFECTS, observe: (said) => said.kind === 'warning' && options.warn(said.message) },
  );
  const plan = await planOfIdentity(identity, await readTokenizer(recipe.corpus.tokenizer, file));
  const budget = options.tokenBudget ?? recipe.release.token_budget;
  const profile = options.profile ?? recipe.release.profile;
  const section: ReleaseSection = { ...recipe.release, until, token_budget: budget, profile };
  requireNames(section, plan, file);
  const scratch = openScratch(options.lake);
  return { store, scratch, timelines, until, corpus, identity, corpusPartitions, key, plan, section };
}

interface WriteOptions {
  readonly id: string;
  readonly defaultId: string;
  readonly folder: string;
  readonly read: ReleaseRows;
  readonly selection: Selection;
  readonly shuffled: ShuffledRows;
  readonly options: ReleaseOptions;
}

/** Writes every file but lineage and manifest; gives the manifest that names them. */
async function writeRelease(source: ReleaseSource, write: WriteOptions): Promise<Manifest> {
  const { store, timelines } = source;
  const inputs: Omit<ManifestInputs, 'files'> = {
    ...source,
    id: write.id,
    release: source.section,
    rows: write.read.rows,
    selection: write.selection,
    itemsWithoutTime: await countItemsWithoutTime(store, timelines),
  };
  const files = await writeShards(store, write.folder, write.shuffled, {
    scratch: source.scratch,
    profile: profileOf(source.section.profile),
    trainShards: write.selection.trainShards,
    facts: footerFacts(inputs, write.defaultId),
    report: (done, total) => write.options.progress('writing shards', done, total),
  });
  return withCard(store, write.folder, { ...inputs, files }, write.defaultId);
}

/**
 * ONE RELEASE PER NAME: the first to claim it says which rows it stands for; another with other rows is refused, so two that are
 * written at once, or one that was left unfinished, never mix their files.
 */
async function claimName(store: ObjectStore, id: string, defaultId: string): Promise<void> {
  const key = `releases/${id}.claim.json`;
  const claim = Buffer.from(canonicalJson({ release: defaultId }), 'utf8');
  if (await store.putIfAbsent(key, claim)) return;
  const standing = await store.get(key);
  if (standing !== null && Buffer.compare(standing, claim) === 0) return;
  throw new BrewhouseError('usage', `the name ${id} stands for another release, finished or under way`, {
    place: { file: `${store.location}/${key}` },
    remedy: 'choose another --id; if that release was left unfinished, remove its folder and this file first',
  });
}

async function publish(store: ObjectStore, folder: string, manifest: Manifest, lineage: Lineage): Promise<void> {
  await store.put(`${folder}/lineage.json`, Buffer.from(canonicalJson(lineage), 'utf8'));
  // PUBLISHED LAST: until the manifest stands there is no release.
  await store.put(`${folder}/manifest.json`, Buffer.from(canonicalJson(manifest), 'utf8'));
}

/** The card is a file of the manifest, and says what the manifest says; a name that was given stands in the manifest alone. */
async function withCard(
  store: ObjectStore,
  folder: string,
  inputs: ManifestInputs,
  defaultId: string,
): Promise<Manifest> {
  const card = Buffer.from(releaseCard(buildManifest({ ...inputs, id: defaultId })), 'utf8');
  await store.put(`${folder}/README.md`, card);
  await PROCESS_EFFECTS.reach('manifest');
  const file: ReleaseFile = {
    path: 'README.md',
    kind: 'card',
    split: '',
    rows: 0,
    tokens: 0,
    loss_tokens: 0,
    bytes: card.length,
    sha256: sha256Hex(card),
  };
  return buildManifest({ ...inputs, files: [...inputs.files, file] });
}

/** `until` is never guessed: without it the error names the newest event and suggests one. */
function requireUntil(until: number | undefined, newest: number, file: string): number {
  if (until !== undefined) return until;
  const midnight = Math.floor(newest / DAY_MS) * DAY_MS;
  throw new BrewhouseError('recipe_invalid', `a release needs an until, and neither the recipe nor --until names one`, {
    place: { file, field: 'release.until' },
    remedy:
      newest === TIME_UNKNOWN
        ? 'no event of this lake has a time: nothing can be asked of it'
        : `the newest event is of ${sayTime(newest)}; --until ${new Date(midnight).toISOString()} would take in all whole days before it`,
  });
}

function sayTime(time: number): string {
  return time === TIME_UNKNOWN ? 'no known time' : new Date(time).toISOString();
}

/** A task or a label that is mistyped would change the release without a word. */
function requireNames(section: ReleaseSection, plan: RenderPlan, file: string): void {
  const tasks = plan.rules.tasks.map((task) => task.name);
  const require = (name: string, known: readonly string[], field: string, what: string) => {
    if (known.includes(name)) return;
    const near = nearestName(name, known);
    throw new BrewhouseError('recipe_invalid', `${field} names the ${what} ${name}, which this recipe does not have`, {
      place: { file, field },
      remedy: near === undefined ? `it has ${known.join(', ')}` : `did you mean ${near}?`,
    });
  };
  for (const name of Object.keys(section.weights)) require(name, tasks, 'release.weights', 'task');
  for (const name of section.holdout_tasks) require(name, tasks, 'release.holdout_tasks', 'task');
  for (const [name, caps] of Object.entries(section.label_caps)) {
    require(name, tasks, 'release.label_caps', 'task');
    const labels = plan.tables.find((table) => table.task === name)?.labels.map(({ label }) => label) ?? [];
    for (const label of Object.keys(caps)) require(label, labels, `release.label_caps.${name}`, 'label');
  }
}

/** `<corpus>-<16 digits>` over the release section, the key's id, and every example with its ids and labels (trainer-contract.md). */
function releaseId(corpus: string, section: ReleaseSection, key: PseudonymKey, digest: string): string {
  return `${corpus}-${sha256Hex(Buffer.from(canonicalJson({ release: section, key: key.id, examples: digest }), 'utf8')).slice(0, 16)}`;
}

async function readStanding(store: ObjectStore, folder: string): Promise<Manifest | undefined> {
  const bytes = await store.get(`${folder}/manifest.json`);
  return bytes === null ? undefined : (JSON.parse(Buffer.from(bytes).toString('utf8')) as Manifest);
}

async function countItemsWithoutTime(store: ObjectStore, timelines: readonly PartitionTimeline[]): Promise<number> {
  const items = await readItems(
    store,
    timelines.map(({ partition, record }) => ({ partition, files: record.files.items })),
  );
  return createItemTable(items, 'event_time').withoutTime;
}

interface LineageInputs {
  readonly manifestSha256: string;
  readonly corpus: string;
  readonly read: ReleaseRows;
  readonly until: number;
  readonly corpusPartitions: readonly CorpusPartition[];
  readonly timelines: readonly PartitionTimeline[];
}

async function lineageOf(store: ObjectStore, inputs: LineageInputs): Promise<Lineage> {
  const { corpusPartitions, timelines, read } = inputs;
  const { questions } = await summarizeCorpus(store, inputs.corpus, timelines.length);
  const ends = corpusPartitions.map((partition) => partition.until).filter((until) => until !== null);
  return {
    manifest_sha256: inputs.manifestSha256,
    corpus_until: ends.length === 0 ? null : Math.min(...ends),
    records: sumRecordCounts(timelines),
    questions,
    after_until: read.rows.filter((row) => row.maturesAt > inputs.until).length,
    partitions: timelines.length,
    parts: read.parts.map((part) => part.files.part.sha256),
    timelines: timelines.map(({ partition, seq, sha256 }) => ({ partition, seq, sha256 })),
    machine: { node: process.versions.node, platform: process.platform, arch: process.arch },
  };
}
