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
import {
  openTemplate,
  planTemplate,
  type TemplateFacts,
  type TemplatePlan,
  type TemplateScope,
} from './template-plan.ts';
import { createPromptTexts, type PromptTexts } from './texts.ts';

/** A task with its templates made ready. */
export interface TaskPlan {
  readonly rules: TaskRules;
  /** Templates that ordinary rows draw from, and those that only variants show; in order of id. */
  readonly ordinary: readonly TemplatePlan[];
  readonly heldOut: readonly TemplatePlan[];
}

/** Everything that a corpus is rendered by once its texts are made. */
export interface CorpusPlan {
  readonly section: CorpusIdentity['section'];
  readonly context: number;
  readonly rules: CorpusRules;
  readonly vocabulary: Vocabulary;
  /** What texts there are, and what is known of them in this thread. */
  readonly texts: PromptTexts;
  readonly segments: SegmentStore;
  readonly tasks: readonly TaskPlan[];
  readonly tables: readonly LabelTable[];
  readonly identity: CorpusIdentity;
}

/** The same with its tokenizer, by which texts are made. */
export interface RenderPlan extends CorpusPlan {
  readonly tokenizer: LoadedTokenizer;
}

/**
 * What a tokenizer makes of a corpus's templates: plain data, which threads can send. For each
 * task its templates in the order of `taskTemplates`.
 */
export type PlanFacts = readonly (readonly TemplateFacts[])[];

/** A plan, and what a tokenizer made for it. */
export interface PlannedCorpus {
  readonly plan: RenderPlan;
  readonly facts: PlanFacts;
}

/** A recipe's corpus with the tokenizer that it names. */
export type PlanInputs = Omit<IdentityInputs, 'tokenizer'> & { readonly tokenizer: LoadedTokenizer };

/**
 * The plan of a recipe's corpus, which its identity alone decides. Throws as `corpusIdentity` and
 * `planIdentity` do.
 */
export function* planRecipe(inputs: PlanInputs): Encoding<PlannedCorpus> {
  const tokenizer = yield* tokenizerFacts(inputs.tokenizer, inputs.section.chat_template);
  return yield* planIdentity(corpusIdentity({ ...inputs, tokenizer }), inputs.tokenizer);
}

/**
 * The plan of a corpus. Throws `recipe_invalid`, `domain_invalid`, `template_invalid`,
 * `label_words_clash`, `context_too_short`, and `tokenizer_refused` where the tokenizer is not that
 * of the identity.
 */
export function* planIdentity(identity: CorpusIdentity, tokenizer: LoadedTokenizer): Encoding<PlannedCorpus> {
  const vocabulary = createVocabulary(identity.domain);
  const { tasks } = corpusRules(identity.section, vocabulary);
  yield* requireTokenizer(identity, tokenizer);
  const facts = yield* together(
    tasks.map((_, i) => {
      const { scope, templates } = taskScope(identity, i, { tasks, vocabulary });
      const means = { ...scope, ...chatOptions(identity.section.chat_template), tokenizer };
      return together(templates.map((template) => planTemplate(template, means)));
    }),
  );
  const plan = openPlan(identity, facts);
  requireRoom(plan.tasks, identity);
  return { plan: { ...plan, tokenizer }, facts };
}

/**
 * The plan of which all is known; `table` shares segments with the other threads of a build. Throws
 * `recipe_invalid` where a task has no template for ordinary rows.
 */
export function openPlan(identity: CorpusIdentity, facts: PlanFacts, table?: SegmentTable): CorpusPlan {
  const { section, domain, context } = identity;
  const vocabulary = createVocabulary(domain);
  const rules = corpusRules(section, vocabulary);
  const tasks = facts.map((of, i) => {
    const { scope, templates, field } = taskScope(identity, i, { tasks: rules.tasks, vocabulary });
    return openTask(
      scope.task,
      templates.map((template, n) => openTemplate(template, scope, nth(of, n))),
      field,
    );
  });
  return {
    section,
    context,
    rules,
    vocabulary,
    texts: createPromptTexts({ tokenizer: identity.tokenizer.sha256, levels: section.levels, domain }),
    tasks,
    identity,
    segments: createSegmentStore(table),
    tables: tasks.flatMap((task) => [...task.ordinary, ...task.heldOut].map((plan) => plan.table)),
  };
}

/** What task `i` of the identity is told by, its templates, and where the recipe names it. */
function taskScope(
  { section, templates }: CorpusIdentity,
  i: number,
  { tasks, vocabulary }: Pick<CorpusRules, 'tasks'> & Pick<TemplateScope, 'vocabulary'>,
) {
  const field = `corpus.tasks[${i}]`;
  const { note, ...named } = nth(section.tasks, i);
  const scope: TemplateScope = { task: nth(tasks, i), note, vocabulary };
  return { scope, templates: taskTemplates(named, templates, field), field };
}

function openTask(rules: TaskRules, plans: readonly TemplatePlan[], field: string): TaskPlan {
  const ordinary = plans.filter((plan) => !plan.template.held_out);
  if (ordinary.length === 0) {
    throw new BrewhouseError('recipe_invalid', `the task ${rules.name} has held-out templates alone`, {
      place: { field: `${field}.templates` },
      remedy: 'name at least one template that training may show',
    });
  }
  return { rules, ordinary, heldOut: plans.filter((plan) => plan.template.held_out) };
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
