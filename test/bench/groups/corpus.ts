/**
 * Timelines to a release's Parquet, texts new and texts known, against those who tokenize the same
 * prompts; bytes; and building again in another way.
 *
 * A ROUND is a lake of its own: events are taken in by a build that renders nothing yet, then
 * everything is built and released (texts new), then a corpus of another seed, which asks other
 * questions about the same texts, is built and released (texts known). Nothing is subtracted.
 */
import { mkdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { grouped } from '../../../src/grouped.ts';
import { type Bench, CORES, type Ran, TOKENIZER } from '../bench.ts';
import { type Figure, figureOf, quotients, sayFigure } from '../figures.ts';
import { buildArguments, type InputSet, type LooseRecipe, mainSet, recipe } from '../inputs.ts';
import type { RowName } from '../rows.ts';
import { oneAfterAnother, type Side, sideOf, wallsOf } from '../sides.ts';

/** Before any event of any set: takes events in and renders nothing. */
const NOTHING_YET = '1970-01-02T00:00:00Z';
/** Templates of a form that a corpus of other templates uses: one each of those that ship. */
const OTHER_TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  'ranking.pointwise': ['journal'],
  'ranking.binary': ['screening'],
  'retrieval.choose': ['lineup'],
  'next-action.action': ['follow-up'],
};
const OTHER_CONTEXT = 1_536;

interface Released {
  readonly path: string;
  readonly manifest_sha256: string;
}
interface Limit {
  readonly tokens: number;
  readonly seconds: number;
  readonly cpu_seconds: number;
  readonly one_thread_seconds: number;
  readonly bytes: number;
  readonly release_bytes: number;
}
type Cost = ReturnType<typeof oneAfterAnother>;

/** A corpus that is built and released in every round, and its peers' prompts. */
interface Measured {
  readonly name: 'new' | 'known';
  readonly recipe: string;
  readonly ours: Cost[];
  readonly careful: Cost[];
  manifest?: string;
  /** Of the first round, kept to compare with: the release, its prompts as text, their frame. */
  kept?: { readonly release: string; readonly prompts: string; readonly frame: string; readonly tokens: number };
}

/** Measures the rows of the group; those against Python have problems where there is none. */
export async function measureCorpus(bench: Bench): Promise<void> {
  const set = await mainSet(bench);
  const cold = corpusOf(bench, set, 'new', () => {});
  const warm = corpusOf(bench, set, 'known', ({ corpus }) => {
    corpus.seed = 8;
  });
  const again = otherRecipes(bench, set).map((other) => ({ ...other, runs: [] as Cost[] }));
  const first: Cost[] = [];
  const plain: Cost[] = [];
  const limits: Ran<Limit>[] = [];
  await bench.turns('corpus', async () => {
    const lake = bench.newLake();
    await bench.brewhouse([...buildArguments(set, cold.recipe, lake), '--until', NOTHING_YET]);
    first.push(await buildAndRelease(bench, set, lake, cold));
    if (bench.hasPython) await carefulRun(bench, cold);
    await buildAndRelease(bench, set, lake, warm);
    if (bench.hasPython) {
      const kept = await carefulRun(bench, warm);
      plain.push(await peerRun(bench, 'plain_map', kept, [String(CORES)]));
      limits.push(await limitRun(bench, kept));
    }
    for (const other of again) other.runs.push(await bench.brewhouse(buildArguments(set, other.recipe, lake)));
    bench.drop(lake);
  });
  recordBytes(bench, warm);
  if (bench.hasPython) recordPeers(bench, set, { cold, warm, plain, limits });
  for (const { row, runs } of again) {
    const sides = [sideOf('first build, after taking in', first), sideOf('built again', runs)];
    const value = figureOf(quotients(wallsOf(runs), wallsOf(first)));
    bench.found.set(row, { value, sides, notes: ['wall time of `build` alone, both without taking events in'] });
  }
}

function corpusOf(bench: Bench, set: InputSet, name: Measured['name'], change: (of: LooseRecipe) => void): Measured {
  return { name, recipe: recipe(bench, set.name, `texts-${name}`, change), ours: [], careful: [] };
}

/** Recipes whose corpora are others for one reason each. */
function otherRecipes(bench: Bench, set: InputSet) {
  const of = (row: 'again-templates' | 'again-context' | 'again-strategy', change: (of: LooseRecipe) => void) => ({
    row,
    recipe: recipe(bench, set.name, row, change),
  });
  return [
    of('again-templates', ({ corpus }) => {
      for (const task of corpus.tasks) task.templates = OTHER_TEMPLATES[String(task.form)];
    }),
    of('again-context', ({ corpus }) => {
      corpus.context = OTHER_CONTEXT;
    }),
    of('again-strategy', ({ corpus }) => {
      for (const task of corpus.tasks) task.strategy = task.strategy === 'balanced' ? 'chronological' : 'balanced';
    }),
  ];
}

/**
 * The build is returned; both together are a run of ours. Throws where a round made other bytes.
 */
async function buildAndRelease(bench: Bench, set: InputSet, lake: string, corpus: Measured): Promise<Cost> {
  const build = await bench.brewhouse(buildArguments(set, corpus.recipe, lake));
  const release = await bench.brewhouse<Released>(['release', '--lake', lake, '--recipe', corpus.recipe]);
  const { path, manifest_sha256 } = release.json;
  if (corpus.manifest !== undefined && corpus.manifest !== manifest_sha256)
    throw new Error(`two builds of one corpus made two releases: ${corpus.manifest} and ${manifest_sha256}`);
  corpus.ours.push(oneAfterAnother([build, release]));
  if (corpus.manifest === undefined) corpus.kept = await keepRelease(bench, path, corpus.name);
  corpus.manifest = manifest_sha256;
  return build;
}

/** The release of the first round out of its lake, and its prompts as text. */
async function keepRelease(bench: Bench, path: string, name: string): Promise<NonNullable<Measured['kept']>> {
  const folder = bench.path(`texts-${name}`);
  mkdirSync(folder, { recursive: true });
  const release = join(folder, 'release');
  renameSync(path, release);
  bench.kept.set(`release-${name}`, release);
  const [prompts, frame] = [join(folder, 'prompts.ndjson'), join(folder, 'frame.json')];
  if (!bench.hasPython) return { release, prompts, frame, tokens: 0 };
  const { json } = await bench.peer<{ tokens: number }>('export_prompts', [release, TOKENIZER, prompts, frame]);
  return { release, prompts, frame, tokens: json.tokens };
}

async function carefulRun(bench: Bench, corpus: Measured): Promise<NonNullable<Measured['kept']>> {
  const { kept } = corpus;
  if (kept === undefined) throw new Error('no release was kept');
  corpus.careful.push(await peerRun(bench, 'careful', kept, []));
  return kept;
}

/** A peer's run, whose rows are compared with the release's, all of them in every run. */
async function peerRun(
  bench: Bench,
  script: string,
  { release, prompts, frame, tokens }: NonNullable<Measured['kept']>,
  more: readonly string[],
): Promise<Cost> {
  const out = bench.path(`${script}.parquet`);
  const run = await bench.peer(script, [prompts, frame, TOKENIZER, out, ...more]);
  const { json } = await bench.peer<{ tokens: number }>('compare', [release, out]);
  if (json.tokens !== tokens) throw new Error(`${script} wrote ${json.tokens} tokens, the release holds ${tokens}`);
  return run;
}

async function limitRun(bench: Bench, { release }: NonNullable<Measured['kept']>): Promise<Ran<Limit>> {
  const folder = bench.path('limit');
  mkdirSync(folder, { recursive: true });
  return bench.peer<Limit>('write_limit', [release, folder, String(CORES)]);
}

interface Rounds {
  readonly cold: Measured;
  readonly warm: Measured;
  readonly plain: readonly Cost[];
  readonly limits: readonly Ran<Limit>[];
}

function recordPeers(bench: Bench, set: InputSet, { cold, warm, plain, limits }: Rounds): void {
  const ours = sideOf('Brewhouse: build and release, texts known', warm.ours);
  const equal = 'input_ids, attention_mask and labels of both are equal in all rows, in every run';
  const record = (row: RowName, value: Figure, sides: readonly Side[], notes: readonly string[]) =>
    bench.found.set(row, { value, sides, notes });
  const careful = sideOf('the careful Python user', warm.careful);
  record('warm-careful', faster(warm.careful, warm.ours), [ours, careful], [saidOf(set, warm), equal]);
  const map = sideOf('`datasets.map`', plain);
  record('warm-plain', faster(plain, warm.ours), [ours, map], [saidOf(set, warm), equal]);
  const writing = limits.map((run) => ({ ...run, wallSeconds: run.json.seconds, cpuSeconds: run.json.cpu_seconds }));
  const one = limits.map((run) => ({ ...run, wallSeconds: run.json.one_thread_seconds }));
  record(
    'warm-limit',
    faster(warm.ours, writing),
    [ours, sideOf('pyarrow, the writing alone', writing)],
    [
      `against pyarrow on one thread ours takes ${sayFigure(faster(warm.ours, one), 'x')} the time; what it wrote is ` +
        'read back and equal; its memory is that of the process, which reads and compares too',
    ],
  );
  const sides = [
    sideOf('Brewhouse: build and release, texts new', cold.ours),
    sideOf('the careful Python user', cold.careful),
  ];
  record('cold-careful', faster(cold.careful, cold.ours), sides, [saidOf(set, cold), equal]);
  const bytes = limits.slice(0, 1).map(({ json }) => json.release_bytes / json.bytes);
  record('data-bytes', figureOf(bytes), [], ['in as many files, with the same row groups']);
}

/** Shares of data/, of the release whose texts were known. */
function recordBytes(bench: Bench, { kept }: Measured): void {
  const bytes = bytesByKind(kept?.release ?? '');
  const share = (...kinds: string[]) =>
    figureOf([(100 * kinds.reduce((sum, kind) => sum + (bytes[kind] ?? 0), 0)) / (bytes.data ?? 0)]);
  const notes = [
    Object.entries(bytes)
      .map(([kind, count]) => `${kind}/ ${grouped(count)} bytes`)
      .join(', '),
  ];
  bench.found.set('beside-bytes', { value: share('origin', 'meta', 'index'), sides: [], notes });
  bench.found.set('origin-bytes', { value: share('origin'), sides: [], notes });
}

/** How many times as fast the second is, run by run: both handle the same tokens. */
const faster = (slow: readonly Cost[], fast: readonly Cost[]) => figureOf(quotients(wallsOf(slow), wallsOf(fast)));

function saidOf(set: InputSet, { kept, ours, careful }: Measured): string {
  const tokens = kept?.tokens ?? 0;
  const rate = (runs: readonly Cost[]) => (tokens / figureOf(wallsOf(runs)).median / 1e6).toFixed(2);
  return (
    `${set.name}: ${grouped(tokens)} tokens released; Brewhouse ${rate(ours)} M tokens/s, ` +
    `the careful user ${rate(careful)}`
  );
}

/** Bytes of a release by the kind of its files. */
function bytesByKind(release: string): Record<string, number> {
  const { files } = JSON.parse(readFileSync(join(release, 'manifest.json'), 'utf8')) as {
    files: { path: string; kind: string }[];
  };
  const bytes: Record<string, number> = {};
  for (const { path, kind } of files) bytes[kind] = (bytes[kind] ?? 0) + statSync(join(release, path)).size;
  return bytes;
}
