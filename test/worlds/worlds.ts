/**
 * Whole worlds as users write them: a domain, a recipe, templates and lines of events, each made
 * from its schema, and made to meet often enough that a useful share of them asks something.
 */
import fc from 'fast-check';
import { planCorpus } from '../../pipelines/corpus-inputs.ts';
import { Domain } from '../../schemas/domain.ts';
import type { EventRecord } from '../../schemas/event.ts';
import { packageRoot } from '../../src/config.ts';
import { Recipe } from '../../src/forms/recipe.ts';
import { Template } from '../../src/forms/template.ts';
import type { RenderPlan } from '../../src/prompt/plan.ts';
import { parseEvent } from '../../src/sources/validate-event.ts';
import { unknownAction } from '../../src/timeline/vocabulary.ts';
import { type LoadedTokenizer, loadTokenizer } from '../../src/tokenize/load-tokenizer.ts';
import { templates as shipped } from '../prompt/plans.ts';
import { MISTRAL } from '../tokenize/families.ts';
import { usedRecords } from '../verify/told.ts';
import { anyDomain, type DomainInput } from './drawn-domain.ts';
import { anyHappenings, anyMoment, linesOf } from './drawn-events.ts';
import { anyRecipe, mendExposure, mendRecipe, type RecipeInput } from './drawn-recipe.ts';
import { anyTemplates, type TemplateInput } from './drawn-templates.ts';

/** A world as it is written: its files. */
export interface World {
  readonly domain: DomainInput;
  readonly recipe: RecipeInput;
  /** Beside those that ship. */
  readonly templates: readonly TemplateInput[];
  readonly lines: readonly string[];
  /** How far it is built, epoch ms; null: to its end. */
  readonly until: number | null;
}

/** A domain, and how often it and what goes with it is mended. */
const mended = fc.nat(19).map((n) => n > 0);

const NO_TEMPLATES = fc.constant<TemplateInput[]>([]);

/** Worlds with such templates beside those that ship. */
function worldsWith(templates: fc.Arbitrary<TemplateInput[]>): fc.Arbitrary<World> {
  return fc
    .record({
      ...{ domain: anyDomain(mended), recipe: anyRecipe, templates, happenings: anyHappenings },
      until: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: anyMoment }),
      isMended: mended,
      room: fc.nat(600),
      saysMore: fc.nat(3).map((n) => n === 0),
    })
    .map(({ isMended, room, saysMore, happenings, ...drawn }) => {
      const lines = linesOf(drawn.domain, happenings);
      if (!isMended) return { ...drawn, lines };
      const { domain, recipe } = mendExposure(drawn, saysMore);
      const surroundings = { domain, templates: [...shipped, ...drawn.templates], room };
      return { ...drawn, domain, recipe: mendRecipe(recipe, surroundings), lines };
    });
}

/** Any world; most are such that a build takes them. */
export const anyWorld = worldsWith(fc.oneof(NO_TEMPLATES, anyTemplates(mended)));

/**
 * The same with the templates that ship alone, as a command takes them; most with the tokenizer
 * that is loaded soonest.
 */
export const anyShippedWorld = fc.tuple(worldsWith(NO_TEMPLATES), fc.nat(3)).map(([world, n]): World => {
  if (n === 0) return world;
  const corpus = { ...world.recipe.corpus, tokenizer: MISTRAL, chat_template: false };
  return { ...world, recipe: { ...world.recipe, corpus } };
});

/** A world that the builder takes, ready to be asked. */
export interface ReadyWorld {
  readonly plan: RenderPlan;
  /** Of its lines, those that are events to the builder. */
  readonly records: readonly EventRecord[];
  readonly recipe: Recipe;
}

const tokenizers = new Map<string, LoadedTokenizer>();

/**
 * Reads the world as a build does, but for its splits. Throws a failure of exit code 2 where the
 * world is refused; anything else is a fault of the builder.
 */
export async function readyWorld(world: World): Promise<ReadyWorld> {
  const domain = Domain.parse(world.domain);
  const recipe = Recipe.parse(world.recipe);
  const section = recipe.corpus;
  const templates = [...shipped, ...world.templates.map((each) => Template.parse(each))];
  const name = JSON.stringify(section.tokenizer);
  const tokenizer = tokenizers.get(name) ?? loadTokenizer(section.tokenizer, packageRoot());
  tokenizers.set(name, tokenizer);
  const context = [section.context].flat()[0]!;
  const plan = await planCorpus({ section, context, domain, templates, tokenizer });
  const records = world.lines.flatMap((line) => {
    const parsed = parseEvent(line);
    return parsed.ok ? [parsed.event] : [];
  });
  for (const event of usedRecords(records)) {
    const isUnknown = event.type === 'interaction' && plan.vocabulary.rankOf(event.action) === undefined;
    if (isUnknown) throw unknownAction(plan.vocabulary, { name: event.action, count: 1, first: '' });
  }
  return { plan, records, recipe };
}
