/**
 * Reads what a corpus is rendered by: recipe, domain, templates and tokenizer, each refused with
 * its file and line where it is wrong.
 */
import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Domain } from '../schemas/domain.ts';
import type { StoredIdentity } from '../schemas/identity.ts';
import type { TokenizerSpec } from '../schemas/recipe.ts';
import type { Template as AnyTemplate } from '../schemas/template.ts';
import { packageRoot, shippedFolder } from '../src/config.ts';
import { amendError, BrewhouseError, type ErrorCode } from '../src/errors.ts';
import { type CorpusIdentity, contextLadder, readIdentity } from '../src/forms/identity.ts';
import { Recipe } from '../src/forms/recipe.ts';
import { longestWindowMs } from '../src/forms/task-rules.ts';
import { Template } from '../src/forms/template.ts';
import { type PlanInputs, type PlannedCorpus, planIdentity, planRecipe, type RenderPlan } from '../src/prompt/plan.ts';
import { readYaml } from '../src/sources/yaml-file.ts';
import { assertBoundaries } from '../src/tokenize/boundaries.ts';
import { assertPlainPieces } from '../src/tokenize/control-strings.ts';
import { runEncoding } from '../src/tokenize/encode-rounds.ts';
import { type LoadedTokenizer, type LoadOptions, loadTokenizer } from '../src/tokenize/load-tokenizer.ts';
import { readTokenTexts, type TokenTexts } from '../src/tokenize/token-texts.ts';

/** A recipe as read, and the file that its paths count from. */
export interface ReadRecipe {
  readonly recipe: Recipe;
  readonly file: string;
}

/** What a person says of a corpus, and in which files. */
export interface CorpusInputs {
  readonly recipe: ReadRecipe;
  readonly domain: { readonly domain: Domain; readonly file: string };
}

/** Reads a recipe. Throws `recipe_invalid` with file and field, also where its splits overlap. */
export async function readRecipe(file: string): Promise<ReadRecipe> {
  const recipe = await readYaml(file, Recipe, 'recipe_invalid');
  const { splits } = recipe.release;
  requireGap(recipe, file);
  if (splits.t1 + splits.gap > splits.t2) {
    throw new BrewhouseError('recipe_invalid', 't2 lies before t1 + gap, so there is no room for validation', {
      place: { file, field: 'release.splits.t2' },
      remedy: 'move t2 behind t1 + gap',
    });
  }
  return { recipe, file };
}

/** SPLIT-2: labels of train must not look over t1. */
function requireGap({ corpus, release }: Recipe, file: string): void {
  const least = longestWindowMs(corpus) + corpus.label_lateness;
  if (release.splits.gap >= least) return;
  const what = corpus.label_lateness === 0 ? 'label window' : 'longest label window with label_lateness';
  throw new BrewhouseError('recipe_invalid', `the gap between splits is shorter than the ${what}`, {
    place: { file, field: 'release.splits.gap' },
    remedy: `labels of train would look over t1: make gap ${least}ms or longer`,
  });
}

/** Reads a domain. Throws `domain_invalid` with file and field. */
export async function readDomain(file: string): Promise<Domain> {
  return readYaml(file, Domain, 'domain_invalid');
}

/** Every template that ships, form by form. */
export async function readTemplates(): Promise<AnyTemplate[]> {
  const root = shippedFolder('templates');
  const files = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.yaml')).sort();
  return Promise.all(files.map((name) => readYaml(join(root, name), Template, 'template_invalid')));
}

/**
 * Paths in a recipe count from its own folder, packages from the working directory or from
 * Brewhouse's own dependencies.
 */
export async function readTokenizer(
  spec: TokenizerSpec,
  recipeFile: string,
  options: LoadOptions = {},
): Promise<LoadedTokenizer> {
  const load = (of: TokenizerSpec, resolveFrom: string) => loadTokenizer(of, resolveFrom, options);
  const tokenizer = readTokenizerAt(spec, recipeFile, load);
  await assertBoundaries(tokenizer);
  await assertPlainPieces(tokenizer);
  return tokenizer;
}

/** The texts of the same tokenizer's tokens. Throws `tokenizer_refused`. */
export function readTokens(spec: TokenizerSpec, recipeFile: string): TokenTexts {
  return readTokenizerAt(spec, recipeFile, readTokenTexts);
}

function readTokenizerAt<T>(
  spec: TokenizerSpec,
  recipeFile: string,
  read: (spec: TokenizerSpec, resolveFrom: string) => T,
): T {
  if ('path' in spec) return read(spec, dirname(resolve(recipeFile)));
  try {
    return read(spec, process.cwd());
  } catch (error) {
    const isRefused = error instanceof BrewhouseError && error.code === 'tokenizer_refused';
    if (!isRefused || process.cwd() === packageRoot()) throw error;
    return read(spec, packageRoot());
  }
}

/** The plan of a recipe's corpus with everything at hand. Throws as `planRecipe` does. */
export async function planCorpus(inputs: PlanInputs): Promise<RenderPlan> {
  return (await runEncoding(inputs.tokenizer, planRecipe(inputs))).plan;
}

/** The plan of a corpus by its identity. Throws as `planIdentity` does. */
export async function createRenderPlan(identity: CorpusIdentity, tokenizer: LoadedTokenizer): Promise<RenderPlan> {
  return (await runEncoding(tokenizer, planIdentity(identity, tokenizer))).plan;
}

/** What plans are made by. Whoever renders by one waits for `judged` of its tokenizer before. */
async function readMeans({ recipe, file }: ReadRecipe): Promise<Pick<PlanInputs, 'templates' | 'tokenizer'>> {
  const reading = readTokenizer(recipe.corpus.tokenizer, file, { isJudgedBeside: true });
  const [templates, tokenizer] = await Promise.all([readTemplates(), reading]);
  return { templates, tokenizer };
}

/** The plan of one rung of the recipe's ladder; its tokenizer is judged beside (LoadOptions). */
export async function readRenderPlan(recipe: ReadRecipe, domain: Domain, context: number): Promise<RenderPlan> {
  const section = recipe.recipe.corpus;
  return planCorpus({ section, context, domain, ...(await readMeans(recipe)) });
}

/**
 * RECIPE FIRST: the plan of each rung of the ladder, made before an event is read, so that what is
 * wrong with recipe, domain or tokenizer is said at once. The tokenizer is loaded once for all, and
 * judged beside (LoadOptions).
 */
export async function readPlans({ recipe, domain: { domain } }: CorpusInputs): Promise<PlannedCorpus[]> {
  const section = recipe.recipe.corpus;
  const means = await readMeans(recipe);
  const plans: PlannedCorpus[] = [];
  for (const context of contextLadder(section))
    plans.push(await runEncoding(means.tokenizer, planRecipe({ section, context, domain, ...means })));
  return plans;
}

type NamedFiles = Pick<CorpusInputs, 'recipe'> & Partial<CorpusInputs>;

/**
 * THE FILE THAT A PERSON MENDS: what fails inside knows fields of recipe and domain, and no files.
 */
export async function namingFiles<T>({ recipe, domain }: NamedFiles, work: () => Promise<T>): Promise<T> {
  const files: Partial<Record<ErrorCode, string | undefined>> = {
    recipe_invalid: recipe.file,
    context_too_short: recipe.file,
    domain_invalid: domain?.file,
    action_unknown: domain?.file,
    label_words_clash: domain?.file,
  };
  try {
    return await work();
  } catch (error) {
    const file = error instanceof BrewhouseError && error.place.file === undefined ? files[error.code] : undefined;
    throw file === undefined || !(error instanceof BrewhouseError) ? error : amendError(error, { place: { file } });
  }
}

/**
 * The plan of a release's corpus: its identity says everything but where the tokenizer lies. Throws
 * `release_broken`.
 */
export async function planOfIdentity(stored: StoredIdentity, tokenizer: LoadedTokenizer): Promise<RenderPlan> {
  return createRenderPlan(readIdentity(stored, { code: 'release_broken', place: {} }), tokenizer);
}

/**
 * The tokenizer of a release: from `folder` where that is given, else where the recipe said, a path
 * counted from the working directory.
 */
export async function releaseTokenizer(identity: StoredIdentity, folder?: string): Promise<LoadedTokenizer> {
  const spec = identity.section.tokenizer;
  const { sha256 } = identity.tokenizer;
  try {
    return await readTokenizer(folder === undefined ? spec : { path: resolve(folder), sha256 }, resolve('recipe.yaml'));
  } catch (error) {
    if (!(error instanceof BrewhouseError) || error.code !== 'tokenizer_refused' || folder !== undefined) throw error;
    throw amendError(error, { remedy: 'say where it lies: --tokenizer DIR, or the folder for releaseTokenizer' });
  }
}
