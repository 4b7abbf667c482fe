/** `brewhouse release`: parts to a finished release. */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { readRecipe } from '../../../pipelines/corpus-inputs.ts';
import { type ReleaseOptions, release } from '../../../pipelines/release.ts';
import { ReleaseId } from '../../../schemas/ids.ts';
import type { Manifest } from '../../../schemas/manifest.ts';
import { keyFileBeside, openScratch, openStore } from '../../adapters/open-store.ts';
import type { Effects } from '../../effects.ts';
import { BrewhouseError, EXIT } from '../../errors.ts';
import { grouped } from '../../grouped.ts';
import { trainLabelsOf } from '../../release/label-balance.ts';
import type { PublishedRelease } from '../../release/publish.ts';
import type { Outcome } from '../command.ts';
import type { CallOf } from '../command-table.ts';
import { labelLines } from '../label-lines.ts';
import { duration, peakMemory, table } from '../plain-text.ts';

/** Throws `usage` for what cannot be a name, and as `release` does. */
export async function run({ flags }: CallOf<'release'>, effects: Effects): Promise<Outcome> {
  const { 'token-budget': tokenBudget, 'allow-empty': allowEmpty, workers = availableParallelism(), ...named } = flags;
  const id = flags.id === undefined ? undefined : namedRelease('id', flags.id);
  const key = { text: process.env.BREWHOUSE_KEY, file: keyFileBeside(flags.lake) };
  const since = flags.since === undefined ? undefined : releaseOfLake(flags.since, flags.lake);
  if (since === undefined && flags.replay !== undefined)
    throw new BrewhouseError('usage', '--replay goes with --since: other releases have all rows of the past', {
      remedy: 'name the release to go on from, as --since ID, or leave --replay out',
    });
  const summary = await releaseFrom({ ...named, workers, id, key, tokenBudget, allowEmpty, since }, effects);
  return { exit: EXIT.done, result: releaseResult(summary), text: releaseTable(summary) };
}

/** A release of the lake by its id, or by its path as `release` prints it. */
function releaseOfLake(told: string, lake: string): ReleaseId {
  const path = told.replace(/\/+$/, '');
  if (!path.includes('/')) return namedRelease('since', path);
  const [, folder = '', name = ''] = /^(.*)\/releases\/([^/]+)$/.exec(path) ?? [];
  if (folder !== '' && resolve(folder) === resolve(lake)) return namedRelease('since', name);
  throw new BrewhouseError('usage', `--since ${told} is no release of the lake ${lake}`, {
    remedy: 'an increment goes on in the lake of the release before it: name that release by its id',
  });
}

function namedRelease(flag: string, name: string): ReleaseId {
  const id = ReleaseId.safeParse(name);
  if (id.success) return id.data;
  throw new BrewhouseError('usage', `--${flag} ${name} is no name of a release`, {
    remedy: 'use letters, digits, dots, dashes and underscores; it must not end in .claim.json',
  });
}

/** A release and how long it took. */
export type TimedRelease = PublishedRelease & { readonly seconds: number };

/** A release by the recipe and the folder that a person names. */
type NamedRelease = Omit<ReleaseOptions, 'store' | 'scratch' | 'recipe'> & Readonly<Record<'lake' | 'recipe', string>>;

/** Reads the recipe and makes the release. Throws as `release` does. */
export async function releaseFrom({ lake, recipe, ...rest }: NamedRelease, effects: Effects): Promise<TimedRelease> {
  const started = effects.now();
  const options = {
    ...rest,
    store: openStore(lake, effects),
    scratch: openScratch(lake, effects),
    recipe: await readRecipe(recipe),
  };
  const published = await release(options, effects);
  return { ...published, seconds: (effects.now() - started) / 1000 };
}

function releaseResult({ manifest, ...summary }: TimedRelease): object {
  const splits = Object.values(manifest.splits);
  return {
    id: summary.id,
    path: summary.path,
    manifest_sha256: summary.manifestSha256,
    recipe_sha256: manifest.recipe_sha256,
    rows: Object.fromEntries(Object.entries(manifest.splits).map(([split, { rows }]) => [split, rows])),
    tokens: splits.reduce((sum, each) => sum + each.tokens, 0),
    loss_tokens: splits.reduce((sum, each) => sum + each.loss_tokens, 0),
    shards: manifest.files.filter((file) => file.kind === 'data').length,
    train_labels: trainLabelsOf(manifest),
    ...(manifest.since && {
      since: manifest.since.id,
      changes: manifest.since.changes,
      replay_rows: manifest.splits.replay?.rows ?? 0,
    }),
    seconds: summary.seconds,
    stood: summary.stood,
    peak_memory_bytes: peakMemory().bytes,
  };
}

/** What a person reads of a release: splits, fates by task, label balance, files, where it is. */
export function releaseTable({ manifest, ...summary }: TimedRelease): string {
  const { files } = manifest;
  const splits = Object.entries(manifest.splits);
  const tasks = Object.entries(manifest.fates);
  const names = splits.map(([name]) => name);
  const ends = new Set(tasks.flatMap(([, byEnd]) => Object.keys(byEnd)));
  const drops = [...ends].filter((end) => !names.includes(end));
  const ordinary = names.filter((name) => name !== 'test_template');
  const byTask = (columns: readonly string[]) =>
    tasks.map(([task, byEnd]) => [task, ...columns.map((end) => grouped(byEnd[end] ?? 0))]);
  const kinds = [...new Set(files.map((file) => file.kind))];
  const ofKind = (kind: string) => files.filter((file) => file.kind === kind);
  const megabytes = (kind: string) =>
    `${(ofKind(kind).reduce((sum, file) => sum + file.bytes, 0) / 1e6).toFixed(1)} MB`;
  return [
    table([
      ['split', 'rows', 'tokens', 'supervised', 'shards'],
      ...splits.map(([name, { rows, tokens, loss_tokens }]) => [
        name,
        ...[rows, tokens, loss_tokens].map(grouped),
        String(ofKind('data').filter((file) => file.split === name).length),
      ]),
    ]),
    table([['task', ...ordinary], ...byTask(ordinary)]),
    ...(drops.length === 0 ? [] : [table([['left out', ...drops], ...byTask(drops)])]),
    ['label balance of train', ...labelLines(trainLabelsOf(manifest))].join('\n'),
    ...sinceLines(manifest),
    table([['files', 'number', 'size'], ...kinds.map((kind) => [kind, String(ofKind(kind).length), megabytes(kind)])]),
    `release ${summary.id}${summary.stood ? ' stood already' : ''} in ${duration(summary.seconds)}, ` +
      `peak memory ${peakMemory().text}: ${summary.path}`,
  ].join('\n');
}

function sinceLines({ since }: Manifest): string[] {
  if (since === undefined) return [];
  const { removed, replaced } = since.changes;
  return [`since ${since.id}: ${grouped(removed)} examples removed, ${grouped(replaced)} replaced (changes.parquet)`];
}
