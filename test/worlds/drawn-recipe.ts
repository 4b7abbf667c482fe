/**
 * Recipes as users write them: whatever the schema takes, and most of the time one that a build
 * takes too.
 */
import { join } from 'node:path';
import fc from 'fast-check';
import type { z } from 'zod';
import { Duration, Moment, TokenizerSpec } from '../../schemas/recipe.ts';
import { Recipe } from '../../src/forms/recipe.ts';
import { DAY, NOON } from '../timeline/events.ts';
import { LLAMA, MISTRAL, QWEN, REPOSITORY } from '../tokenize/families.ts';
import { anyPhrase, type DomainInput } from './drawn-domain.ts';
import type { TemplateInput } from './drawn-templates.ts';
import { type Bias, inputOf, isSchema } from './from-zod.ts';
import { anyName } from './texts.ts';

/** A recipe as it is written. */
export type RecipeInput = z.input<typeof Recipe>;
type Task = RecipeInput['corpus']['tasks'][number];
type Release = RecipeInput['release'];

/** The same by the folders in which they lie. */
const FOLDERS = [MISTRAL].map((spec) => {
  return { path: join(REPOSITORY, 'node_modules', spec.package), sha256: spec.sha256 };
});

const duration = fc.constantFrom(0 as const, '0', '1ms', '30m', '1h', '12h', '1d', '1d', '36h', '3d', '3d', '7d');
const halfDays = (min: number, max: number) =>
  fc.integer({ min, max }).map((count) => new Date(NOON + (count * DAY) / 2).toISOString());
/** Most happens in the five days from NOON on: splits are near them, and an end behind them. */
const MOMENTS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  t1: halfDays(1, 20),
  t2: halfDays(-4, 24),
  until: halfDays(30, 50),
};
const anyTime = halfDays(-40, 40);
const taskName = fc.constantFrom('rank', 'choose', 'constructor', 'length', 'a', 'b.c_d-e');

const VALUES: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  chat_template: fc.constantFrom<unknown>(
    ...[true, true, true, {}, false, { enable_thinking: false }, { enable_thinking: 0, add_vision_id: true }],
    { date_string: '26 Jul 2024' },
  ),
  share: fc.constantFrom(1, 1, 1, 0.5, 0.333333, 0.7),
  members: fc.constantFrom(0, 0, 0.2, 0.333333, 0.5),
  variants: fc.constantFrom(0.1, 0.5, 1, 0.123456),
  note: anyPhrase('Weigh the title more.', '注意', 'Focus on {item}', '$&'),
  name: taskName,
  token_budget: fc.oneof(fc.constant('none'), fc.integer({ min: 500, max: 20_000 })),
  candidates: fc.oneof(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 2, max: 26 })),
  // Levels: short ones cut.
  ...Object.fromEntries(['full', 'question', 'profile'].map((level) => [level, fc.integer({ min: 16, max: 60 })])),
  ...Object.fromEntries(['short', 'title'].map((level) => [level, fc.integer({ min: 12, max: 40 })])),
};

const bias: Bias = ({ path, schema, generic }) => {
  const key = path.at(-1) ?? '';
  const mostly = (arbitrary: fc.Arbitrary<unknown>) =>
    fc.oneof({ weight: 30, arbitrary }, { weight: 1, arbitrary: generic() });
  if (isSchema(schema, Duration))
    return fc.oneof({ weight: 8, arbitrary: duration }, { weight: 1, arbitrary: generic() });
  if (isSchema(schema, Moment))
    return fc.oneof({ weight: 4, arbitrary: MOMENTS[key]! }, { weight: 1, arbitrary: anyTime });
  // More of them than one list has, so that most forms are asked in a world.
  if (path.join('.') === 'corpus.tasks') return fc.tuple(generic(), generic()).map((lists) => lists.flat());
  if (isSchema(schema, TokenizerSpec))
    return mostly(fc.constantFrom<unknown>(QWEN, QWEN, QWEN, LLAMA, MISTRAL, ...FOLDERS));
  if (key === '[]' && path.includes('surfaces')) return anyName('feed', 'email');
  if (key === '[]' && path.includes('templates')) return fc.constantFrom('seed', 'journal', 'a', 'b', 'constructor');
  if (key === 'key') return path.includes('weights') ? taskName : anyName('rank', 'Yes', 'A', 'applied', 'viewed');
  if (path.includes('shares')) return (schema as z.core.$ZodTypes)._zod.def.type === 'number' ? fc.nat(100) : undefined;
  if (key === 'shown' && path.includes('levels')) return fc.integer({ min: 16, max: 40 });
  const isLeaf = ['string', 'number', 'union'].includes((schema as z.core.$ZodTypes)._zod.def.type);
  return isLeaf && Object.hasOwn(VALUES, key) ? mostly(VALUES[key]!) : undefined;
};

/** Any recipe. */
export const anyRecipe = inputOf(Recipe, bias) as fc.Arbitrary<RecipeInput>;

/** What of a domain and of templates a recipe must fit. */
export interface Surroundings {
  readonly domain: DomainInput;
  readonly templates: readonly Pick<TemplateInput, 'form' | 'id' | 'held_out'>[];
  /** Tokens of the context beyond what the fixed parts can take. */
  readonly room: number;
}

/** The recipe but for what a build in these surroundings would refuse of it. */
export function mendRecipe(recipe: RecipeInput, { domain, templates, room }: Surroundings): RecipeInput {
  const { corpus, release } = recipe;
  const hasExposures = (domain.exposures ?? []).length > 0;
  const names = new Set<string>();
  const tasks = corpus.tasks
    .filter(({ form }) => hasExposures || form !== 'ranking.pairwise')
    .map((task) => mendTask(task, { domain, templates, hasExposures, window: corpus.label_window }))
    .filter(({ form, name = form }) => !names.has(name) && names.add(name));
  const kept: Task[] = tasks.length > 0 ? tasks : [{ form: 'next-action.action', label_window: '1d' } as Task];
  const { levels = {}, tokenizer } = corpus;
  const { question = 120, profile = 160, shown = 32 } = levels;
  const items = Math.max(...kept.map((task) => candidatesOf(task)));
  const least = 700 + items * (question + 20) + profile + shown + room;
  const lengths = [corpus.context].flat().map((length) => Math.min(131_072, Math.max(length, least)));
  const spans = [corpus.label_window, ...kept.map(({ label_window }) => label_window ?? 0)].map(lengthOf);
  const leastGap = Math.max(...spans) + lengthOf(corpus.label_lateness ?? 0);
  const gap = Math.max(lengthOf(release.splits.gap), leastGap);
  const t1 = Date.parse(release.splits.t1);
  return {
    corpus: {
      ...corpus,
      context: Array.isArray(corpus.context) ? lengths : lengths[0]!,
      ...(tokenizer.sha256 === MISTRAL.sha256 ? { chat_template: false } : {}),
      tasks: kept,
    },
    release: {
      ...withNames(release, kept, domain),
      splits: {
        t1: release.splits.t1,
        t2: new Date(Math.min(Date.UTC(9000, 0), Math.max(Date.parse(release.splits.t2), t1 + gap))).toISOString(),
        gap: `${gap}ms`,
      },
    },
  };
}

/** The release section in the names of tasks and labels that there are. */
function withNames(
  { weights, label_caps, holdout_tasks, ...release }: Release,
  tasks: readonly Task[],
  of: DomainInput,
) {
  const nth = <T>(list: readonly T[], n: number): T => list[n % list.length]!;
  const taskAt = (n: number) => nth(tasks, n);
  const nameAt = (n: number) => taskAt(n).name ?? taskAt(n).form;
  const labelAt = (task: number, n: number) => nth(labelsOf(taskAt(task).form, of), n);
  return {
    ...release,
    ...(weights && { weights: Object.fromEntries(Object.values(weights).map((each, n) => [nameAt(n), each])) }),
    ...(label_caps && {
      label_caps: Object.fromEntries(
        Object.values(label_caps).map((caps, task) => [
          nameAt(task),
          Object.fromEntries(Object.values(caps).map((each, n) => [labelAt(task, n), each])),
        ]),
      ),
    }),
    ...(holdout_tasks && { holdout_tasks: holdout_tasks.slice(0, 1).map((_, n) => nameAt(n + 1)) }),
  };
}

/** Labels that rows of the form can have. */
function labelsOf(form: Task['form'], { actions }: DomainInput): readonly string[] {
  if (form === 'ranking.binary') return ['Yes', 'No'];
  return form === 'retrieval.choose' || form === 'ranking.pairwise' ? ['A', 'B'] : actions.map(({ name }) => name);
}

/**
 * What would tell which item is the member's is not said where a task draws (OPEN-7): `saysMore`
 * leaves those tasks out, and otherwise it leaves the keys out.
 */
export function mendExposure<T extends { readonly domain: DomainInput; readonly recipe: RecipeInput }>(
  { domain, recipe }: T,
  saysMore: boolean,
): { domain: DomainInput; recipe: RecipeInput } {
  const { corpus } = recipe;
  const hasExposures = (domain.exposures ?? []).length > 0;
  const draws = (task: Task) => {
    const { form, drawn = form === 'ranking.binary' ? 0.5 : 0 } = task as Task & { drawn?: number };
    return form === 'retrieval.choose' || form === 'ranking.pairwise' || (!hasExposures && drawn > 0);
  };
  const others = corpus.tasks.filter((task) => !draws(task));
  if (others.length === corpus.tasks.length) return { domain, recipe };
  if (saysMore) {
    const at_exposure = [...(domain.at_exposure ?? []), 'value', 'position', { key: 'price', of: 'item' as const }];
    return { domain: { ...domain, at_exposure }, recipe: { ...recipe, corpus: { ...corpus, tasks: others } } };
  }
  if (domain.at_exposure === undefined) return { domain, recipe };
  const isOfMoment = (key: unknown) => typeof key === 'string' && key !== 'value' && key !== 'position';
  return { domain: { ...domain, at_exposure: domain.at_exposure.filter(isOfMoment) }, recipe };
}

const lengthOf = (written: z.input<typeof Duration>) => Duration.parse(written);

/** How many items a task shows at most. */
function candidatesOf(task: Task): number {
  if (task.form === 'ranking.pairwise') return 2;
  const { candidates } = task as { candidates?: number };
  return task.form === 'retrieval.choose' ? (candidates ?? 8) : 1;
}

function mendTask(
  task: Task,
  of: Omit<Surroundings, 'room'> & { hasExposures: boolean; window: z.input<typeof Duration> },
): Task {
  const { drawn, templates: named, ...rest } = task as Task & { drawn?: number };
  const { name: _own, ...common } = rest;
  const own = of.templates.filter(({ form }) => form === task.form);
  const ids = own.map(({ id }) => id);
  const ordinary = own.find(({ held_out = false }) => !held_out)?.id ?? '';
  const chosen = (named ?? []).map((id, i) => (ids.includes(id) ? id : ids[i % ids.length]!));
  const canDraw = !of.hasExposures && task.form.startsWith('ranking.');
  const hasOneAnswer = of.domain.actions.length === 1 && task.form === 'ranking.pointwise';
  const share = hasOneAnswer ? drawn || 0.5 : drawn;
  const draws = canDraw && (share ?? (task.form === 'ranking.binary' ? 0.5 : 0)) > 0;
  const window = lengthOf(task.label_window ?? of.window);
  const least = draws ? DAY : ['next-action.action', 'ranking.pairwise'].includes(task.form) ? 1 : 0;
  return {
    ...(rest.name === undefined ? common : rest),
    ...(canDraw && share !== undefined ? { drawn: share } : {}),
    ...(named === undefined ? {} : { templates: [ordinary, ...chosen] }),
    ...(window < least ? { label_window: '1d' } : {}),
  } as Task;
}
