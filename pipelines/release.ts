/** Rendered rows to a finished release: choose, shuffle by draw through sorted runs, write shards, publish the manifest last. */
import { canonicalJson } from '../schemas/canonical-json.ts';
import type { Lineage, Manifest, ReleaseFile } from '../schemas/manifest.ts';
import type { ReleaseSection } from '../schemas/recipe.ts';
import { BrewhouseError, nearestName } from '../src/errors.ts';
import { sha256Hex } from '../src/lake/content-hash.ts';
import { openLake } from '../src/lake/lake-file.ts';
import type { ObjectStore } from '../src/lake/object-store.ts';
import { openStore } from '../src/lake/open-store.ts';
import { findPseudonymKey } from '../src/lake/pseudonym-key.ts';
import type { PseudonymKey } from '../src/lake/pseudonyms.ts';
import { selectRows } from '../src/lake/selection.ts';
import { createItemTable } from '../src/timeline/item-table.ts';
import { type PartitionTimeline, readStats, readTimelines, summarizeCorpus, sumRecordCounts } from './build.ts';
import { planOfIdentity, readRecipe, sectionOfIdentity } from './corpus-inputs.ts';
import { reachCrashPoint } from './crash-points.ts';
import { type CorpusPartition, findCorpus, readCorpusPartitions } from './find-corpus.ts';
import { releaseCard } from './release-card.ts';
import { buildManifest, footerFacts, type ManifestInputs } from './release-manifest.ts';
import { type ReleaseRows, readReleaseRows } from './release-rows.ts';
import { writeShards } from './release-shards.ts';
import { shuffleRows } from './release-shuffle.ts';
import { readItems } from './render-partition.ts';

export interface ReleaseOptions {
  readonly lake: string;
  readonly recipe: string;
  /** Epoch ms. */
  readonly until: number | undefined;
  readonly tokenBudget: number | 'none' | undefined;
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
  const { recipe, file } = await readRecipe(options.recipe);
  const store = openStore(options.lake);
  const lake = await openLake(store);
  if (lake === null) {
    throw new BrewhouseError('not_found', `there is no lake at ${store.location}`, {
      remedy: 'run brewhouse build first, or mend --lake',
    });
  }
  const { partitions } = lake;
  const timelines = await readTimelines(store, partitions);
  const until = await requireUntil(store, timelines, { until: options.until ?? recipe.release.until, file });
  const { corpus, identity } = await findCorpus(store, recipe.corpus, options);
  const corpusPartitions = await readCorpusPartitions(store, corpus, partitions, until);
  const key = await findPseudonymKey(store, options.key, options.warn);
  const plan = await planOfIdentity(identity, file);
  const section: ReleaseSection = {
    ...recipe.release,
    until,
    token_budget: options.tokenBudget ?? recipe.release.token_budget,
  };
  requireTaskNames(
    section,
    plan.rules.tasks.map((task) => task.name),
    file,
  );

  const read = await readReleaseRows(store, corpus, corpusPartitions, {
    ...plan.rules,
    holdout: sectionOfIdentity(identity).holdout,
  });
  const selection = selectRows(read.rows, { seed: plan.rules.seed, release: section, until });
  const shuffled = await shuffleRows(store, read, selection, {
    corpus,
    key,
    seed: plan.rules.seed,
    report: (done, total) => options.progress('shuffling', done, total),
  });
  try {
    const defaultId = releaseId(corpus, section, key, shuffled.digest);
    const id = options.id ?? defaultId;
    const folder = `releases/${id}`;
    const publish = async (stood: boolean, manifest: Manifest): Promise<ReleaseSummary> => {
      const bytes = Buffer.from(canonicalJson(manifest), 'utf8');
      const manifestSha256 = sha256Hex(bytes);
      const lineage = await lineageOf(store, { manifestSha256, corpus, read, until, corpusPartitions, timelines });
      if (!stood) {
        await store.put(`${folder}/lineage.json`, Buffer.from(canonicalJson(lineage), 'utf8'));
        // PUBLISHED LAST: until the manifest stands there is no release.
        await store.put(`${folder}/manifest.json`, bytes);
      }
      return {
        id,
        path: `${store.location}/${folder}`,
        manifestSha256,
        manifest,
        lineage,
        stood,
        seconds: (performance.now() - started) / 1000,
      };
    };
    const standing = await readStanding(store, folder);
    const inputs: Omit<ManifestInputs, 'files'> = {
      ...{ id, corpus, identity, plan, release: section, until, key, rows: read.rows, selection, timelines },
      itemsWithoutTime: await countItemsWithoutTime(store, timelines),
    };
    const facts = footerFacts(inputs, defaultId);
    if (standing !== undefined) {
      requireSameRelease(standing, { section, keyId: key.id, corpus, folder });
      return await publish(true, standing);
    }
    const files = await writeShards(store, folder, shuffled, {
      trainShards: selection.trainShards,
      facts,
      report: (done, total) => options.progress('writing shards', done, total),
    });
    return await publish(false, await withCard(store, folder, { ...inputs, files }, defaultId));
  } finally {
    shuffled.close();
  }
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
  await reachCrashPoint('manifest');
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
async function requireUntil(
  store: ObjectStore,
  timelines: readonly PartitionTimeline[],
  from: { until: number | undefined; file: string },
): Promise<number> {
  if (from.until !== undefined) return from.until;
  const { newest } = await readStats(store, timelines);
  const midnight = new Date(Math.floor(newest / 86_400_000) * 86_400_000).toISOString();
  throw new BrewhouseError('recipe_invalid', `a release needs an until, and neither the recipe nor --until names one`, {
    place: { file: from.file, field: 'release.until' },
    remedy: `the newest event is of ${new Date(newest).toISOString()}; --until ${midnight} would take in all whole days before it`,
  });
}

function requireTaskNames(section: ReleaseSection, tasks: readonly string[], file: string): void {
  const named = [
    ...Object.keys(section.weights).map((name) => [name, 'weights'] as const),
    ...Object.keys(section.label_caps).map((name) => [name, 'label_caps'] as const),
    ...section.holdout_tasks.map((name) => [name, 'holdout_tasks'] as const),
  ];
  for (const [name, field] of named) {
    if (tasks.includes(name)) continue;
    const near = nearestName(name, tasks);
    throw new BrewhouseError(
      'recipe_invalid',
      `release.${field} names the task ${name}, which corpus.tasks does not have`,
      {
        place: { file, field: `release.${field}` },
        remedy: near === undefined ? `it has ${tasks.join(', ')}` : `did you mean ${near}?`,
      },
    );
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

/** Two releases cannot have one name. */
function requireSameRelease(
  standing: Manifest,
  wanted: { section: ReleaseSection; keyId: string; corpus: string; folder: string },
): void {
  const same =
    standing.corpus === wanted.corpus &&
    standing.key_id === wanted.keyId &&
    canonicalJson(standing.release) === canonicalJson(wanted.section);
  if (same) return;
  throw new BrewhouseError('usage', `another release stands at ${wanted.folder}`, {
    remedy: 'choose another --id; releases are never written over',
  });
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
