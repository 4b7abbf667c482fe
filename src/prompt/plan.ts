/**
 * Everything a corpus is rendered by, made ready once: rules, templates, frames, answers; refused
 * at start where a row could not fit.
 */

import type { LabelTable } from '../../schemas/manifest.ts';
import { nth } from '../checked.ts';
import { BrewhouseError } from '../errors.ts';
import { type CorpusIdentity, corpusIdentity, type IdentityInputs } from '../forms/identity.ts';
import { type CorpusRules, corpusRules, type TaskRules, taskTemplates } from '../forms/task-rules.ts';
import { createVocabulary, type Vocabulary } from '../timeline/vocabulary.ts';
import { type Encoding, together } from '../tokenize/encode-rounds.ts';
import type { LoadedTokenizer } from '../tokenize/load-tokenizer.ts';
import type { SegmentTable } from '../tokenize/segment-table.ts';
import { chatOptions, tokenizerFacts } from '../tokenize/tokenizer-facts.ts';
import { blockTokens } from './blocks.ts';
import { createSegmentStore, type SegmentStore } from './segments.ts';
import { planTemplate, type TemplatePlan } from './template-plan.ts';
import { createPromptTexts, type PromptTexts } from './texts.ts';

/** A task with its templates made ready. */
export interface TaskPlan {
  readonly rules: TaskRules;
  /** Templates that ordinary rows draw from, and those that only variants show; in order of id. */
  readonly ordinary: readonly TemplatePlan[];
  readonly heldOut: readonly TemplatePlan[];
}

/** Everything that a corpus is rendered by. */
export interface RenderPlan {
  readonly section: CorpusIdentity['section'];
  readonly context: number;
  readonly rules: CorpusRules;
  readonly vocabulary: Vocabulary;
  readonly tokenizer: LoadedTokenizer;
  /** What texts there are, and what is known of them in this thread. */
  readonly texts: PromptTexts;
  readonly segments: SegmentStore;
  readonly tasks: readonly TaskPlan[];
  readonly tables: readonly LabelTable[];
  readonly identity: CorpusIdentity;
}

/** A recipe's corpus with the tokenizer that it names. */
export type PlanInputs = Omit<IdentityInputs, 'tokenizer'> & { readonly tokenizer: LoadedTokenizer };

/**
 * The plan of a recipe's corpus, which its identity alone decides. Throws as `corpusIdentity` and
 * `planIdentity` do.
 */
export function* planRecipe(inputs: PlanInputs): Encoding<RenderPlan> {
  const tokenizer = yield* tokenizerFacts(inputs.tokenizer, inputs.section.chat_template);
  return yield* planIdentity(corpusIdentity({ ...inputs, tokenizer }), inputs.tokenizer);
}

/**
 * The plan of a corpus; `table` shares segments with the other threads of a build. Throws
 * `recipe_invalid`, `domain_invalid`, `template_invalid`, `label_words_clash`, `context_too_short`,
 * and `tokenizer_refused` where the tokenizer is not that of the identity.
 */
export function* planIdentity(
  identity: CorpusIdentity,
  tokenizer: LoadedTokenizer,
  table?: SegmentTable,
): Encoding<RenderPlan> {
  const { section, domain } = identity;
  const vocabulary = createVocabulary(domain);
  const means: PlanMeans = { rules: corpusRules(section, vocabulary), vocabulary, tokenizer };
  yield* requireTokenizer(identity, tokenizer);
  const tasks = yield* together(section.tasks.map((_, i) => planTask(identity, i, means)));
  requireRoom(tasks, identity);
  const texts = createPromptTexts({
    tokenizer: tokenizer.sha256,
    levels: section.levels,
    domain,
  });
  return {
    ...means,
    section,
    context: identity.context,
    texts,
    tasks,
    identity,
    segments: createSegmentStore(table),
    tables: tasks.flatMap((task) => [...task.ordinary, ...task.heldOut].map((plan) => plan.table)),
  };
}

type PlanMeans = Pick<RenderPlan, 'rules' | 'vocabulary' | 'tokenizer'>;

/** Task `i` of the identity. */
function* planTask(identity: CorpusIdentity, i: number, { rules, ...means }: PlanMeans): Encoding<TaskPlan> {
  const { section, templates } = identity;
  const field = `corpus.tasks[${i}]`;
  const task = nth(rules.tasks, i);
  const { note, ...named } = nth(section.tasks, i);
  const scope = { ...means, ...chatOptions(section.chat_template), task, note };
  const chosen = taskTemplates(named, templates, field);
  const plans = yield* together(chosen.map((template) => planTemplate(template, scope)));
  const ordinary = plans.filter((plan) => !plan.template.held_out);
  if (ordinary.length === 0) {
    throw new BrewhouseError('recipe_invalid', `the task ${task.name} has held-out templates alone`, {
      place: { field: `${field}.templates` },
      remedy: 'name at least one template that training may show',
    });
  }
  return { rules: task, ordinary, heldOut: plans.filter((plan) => plan.template.held_out) };
}

/**
 * THE TOKENIZER OF THE IDENTITY: its configuration decides tokens that the hash of tokenizer.json
 * does not name.
 */
function* requireTokenizer(identity: CorpusIdentity, tokenizer: LoadedTokenizer): Encoding<void> {
  const { id: _told, ...wanted } = identity.tokenizer;
  const { id, ...facts } = yield* tokenizerFacts(tokenizer, identity.section.chat_template);
  const held = new Map<string, unknown>(Object.entries(facts));
  const other = Object.entries(wanted).filter(([key, value]) => held.get(key) !== value);
  if (other.length === 0) return;
  const names = other.map(([key]) => key).join(', ');
  throw new BrewhouseError('tokenizer_refused', `the tokenizer ${id} is not the corpus's: ${names} differ`, {
    place: { file: 'tokenizer_config.json' },
    remedy: 'use the files that the corpus was rendered with',
  });
}

/**
 * NO ROW IS DROPPED FOR LENGTH: the fixed parts at their greatest must fit the shortest context of
 * the ladder.
 */
function requireRoom(tasks: readonly TaskPlan[], { section: { levels }, domain, context_min }: CorpusIdentity): void {
  const profile = domain.profile === undefined ? undefined : levels.profile;
  for (const plan of tasks.flatMap((task) => [...task.ordinary, ...task.heldOut])) {
    const sizes = { profile, exposure: levels.shown, itemOf: () => levels.question };
    const fixed = plan.frameTokens + plan.answerMax + blockTokens(plan.blocks, sizes);
    if (fixed <= context_min) continue;
    const tooShort = `a context of ${context_min} tokens is too short for the task ${plan.task.name}`;
    throw new BrewhouseError('context_too_short', `${tooShort}: its fixed parts can take ${fixed}`, {
      place: { field: 'corpus.context' },
      remedy:
        `raise context to ${fixed} or more, or lower levels.question, levels.profile or the candidates ` +
        `(template ${plan.template.id})`,
    });
  }
}
