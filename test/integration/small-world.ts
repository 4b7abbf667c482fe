/**
 * The small marketplace, domain and recipe that integration tests share: about 700 examples,
 * three seconds to build. Tests start hundreds of processes, and each loads the tokenizer: it is a
 * part of Mistral's.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { prunedSha256, writePrunedTokenizer } from '../tokenize/pruned-tokenizer.ts';
import { brewhouse, brewhouseJson } from './brewhouse.ts';

/**
 * The item line has no description: cutting long texts is tested elsewhere and is most of a small
 * build's time.
 */
export const DOMAIN = `name: jobs
item: { one: job, many: jobs, line: "[Title: {title}, Location: {location}, Country: {country}, Company: {company}]" }
profile: "Current position: {position}, current company: {company}, Location: {location}."
exposures: [impression]
actions:
  - { name: applied, will: apply, past: applied to, positive: true }
  - { name: dismissed, will: dismiss, past: dismissed }
  - { name: viewed, will: view, past: viewed, positive: true }
none: { name: did not interact, will: not interact }
`;

/** Simulated time ends at 2026-03-01; 40 days begin on 2026-01-20. */
export const RECIPE = `corpus:
  seed: 7
  tokenizer: { path: tokenizer, sha256: ${prunedSha256()} }
  chat_template: false
  context: 1024
  label_window: 3d
  ask: { share: 0.15, per_member_day: 20 }
  levels: { full: 80, short: 32, title: 16, question: 80, profile: 80 }
  tasks:
    - { form: ranking.pointwise, order: by_action, note: "Focus on skills." }
    - { form: ranking.binary, strategy: balanced }
    - { form: retrieval.choose, candidates: 4, shown: 0.5, random: 0.5 }
    - { form: next-action.action }
  holdout: { members: 0.05 }
release:
  until: 2026-02-25T00:00:00Z
  splits: { t1: 2026-02-08T00:00:00Z, t2: 2026-02-15T00:00:00Z, gap: 3d }
  weights: { ranking.pointwise: 0.4, ranking.binary: 0.2, retrieval.choose: 0.2, next-action.action: 0.2 }
`;
/** What the recipe's release says of time. */
export const UNTIL = '2026-02-25T00:00:00Z';

/** What `build --json` prints, as far as tests look at it. */
export interface BuildJson {
  readonly events: number;
  readonly used: number;
  readonly duplicates: number;
  readonly late: number;
  readonly dead: number;
  readonly dropped: number;
  readonly questions: Readonly<Record<string, number>>;
  readonly examples: number;
  readonly tokens: number;
  readonly parts: number;
  readonly corpus: string;
  readonly corpora: readonly { readonly rendered_rows: number }[];
}

/** What `release --json` prints, as far as tests look at it. */
export interface ReleaseJson {
  readonly id: string;
  readonly path: string;
  readonly rows: Readonly<Record<string, number>>;
  readonly tokens: number;
  readonly manifest_sha256: string;
}

export interface SmallWorld {
  readonly events: string;
  readonly domain: string;
  readonly recipe: string;
}

/** The files of a case of test/cases, as commands name them that run in its folder. */
export const CASE_FILES: SmallWorld = { events: 'events', domain: 'domain.yaml', recipe: 'recipe.yaml' };

/** Where its tokenizer lies, for commands that see the release alone. */
export function tokenizerFlag({ recipe }: SmallWorld): string[] {
  return ['--tokenizer', join(dirname(recipe), 'tokenizer')];
}

/**
 * Writes events, domain.yaml, recipe.yaml and the tokenizer below `folder`; the same options give
 * the same bytes.
 */
export async function makeSmallWorld(
  folder: string,
  { members = 70, flags = [] }: { members?: number; flags?: readonly string[] } = {},
): Promise<SmallWorld> {
  mkdirSync(folder, { recursive: true });
  const world = {
    events: join(folder, 'events'),
    domain: join(folder, 'domain.yaml'),
    recipe: join(folder, 'recipe.yaml'),
  };
  writeFileSync(world.domain, DOMAIN);
  writeFileSync(world.recipe, RECIPE);
  writePrunedTokenizer(join(folder, 'tokenizer'));
  const size = ['--members', String(members), '--seed', '3', '--days', '40'];
  await brewhouseJson(['simulate', ...size, '--out', world.events, ...flags]);
  return world;
}

/**
 * The words of a build command; of one worker where the flags do not say how many, since each loads
 * the tokenizer, which takes longer than a small world's work.
 */
export function buildArgs(world: SmallWorld, lake: string, flags: readonly string[] = []): string[] {
  const { events, domain, recipe } = world;
  const workers = flags.includes('--workers') ? [] : ['--workers', '1'];
  return ['build', '--events', events, '--domain', domain, '--recipe', recipe, '--lake', lake, ...workers, ...flags];
}

/** The words of a release command. */
export function releaseArgs(world: SmallWorld, lake: string, flags: readonly string[] = []): string[] {
  return ['release', '--lake', lake, '--recipe', world.recipe, ...flags];
}

export const build = (world: SmallWorld, lake: string, flags: readonly string[] = []) =>
  brewhouseJson<BuildJson>(buildArgs(world, lake, flags));

export const release = (world: SmallWorld, lake: string, flags: readonly string[] = []) =>
  brewhouseJson<ReleaseJson>(releaseArgs(world, lake, flags));

/** Runs a build that is expected to be refused. */
export const refusedBuild = (world: SmallWorld, lake: string, flags: readonly string[] = []) =>
  brewhouse(buildArgs(world, lake, flags));
