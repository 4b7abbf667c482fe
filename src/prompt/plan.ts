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
import type { LoadedTokenizer } from '../tokenize/load-tokenizer.ts';
import type { SegmentArena } from '../tokenize/segment-arena.ts';
import { chatOptions, tokenizerFacts } from '../tokenize/tokenizer-facts.ts';
import { createSegmentStore, type SegmentStore } from './segments.ts';
import { planTemplate, type TemplatePlan } from './template-plan.ts';

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
  readonly segments: SegmentStore;
  readonly tasks: readonly TaskPlan[];
  readonly tables: readonly LabelTable[];
  readonly identity: CorpusIdentity;
}

/** A recipe's corpus with the tokenizer that it names. */
export type PlanInputs = Omit<IdentityInputs, 'tokenizer'> & { readonly tokenizer: LoadedTokenizer };

/**
 * The plan of a recipe's corpus, which its identity alone decides. Throws as `corpusIdentity` and
 * `createRenderPlan` do.
 */
export async function planCorpus(inputs: PlanInputs): Promise<RenderPlan> {
  const tokenizer = await tokenizerFacts(inputs.tokenizer, inputs.section.chat_template);
  return createRenderPlan(corpusIdentity({ ...inputs, tokenizer }), inputs.tokenizer);
}

/**
 * The plan of a corpus; `arena` shares segments with other workers of the same build. Throws
 * `recipe_invalid`, `domain_invalid`, `template_invalid`, `label_words_clash`, `context_too_short`,
 * and `tokenizer_refused` where the tokenizer is not that of the identity.
 */
export async function createRenderPlan(
  identity: CorpusIdentity,
  tokenizer: LoadedTokenizer,
  arena?: SegmentArena,
): Promise<RenderPlan> {
  const { section, domain } = identity;
  const vocabulary = createVocabulary(domain);
  const rules = corpusRules(section, vocabulary);
  await requireTokenizer(identity, tokenizer);
  const patterns = { item: domain.item.line, profile: domain.profile };
  const segments = createSegmentStore(tokenizer, section, patterns, arena);
  const { chat, args: chatArgs } = chatOptions(section.chat_template);
  const context = { tokenizer, segments, vocabulary, chat, chatArgs };
  const tasks: TaskPlan[] = [];
  for (const [i, task] of rules.tasks.entries()) {
    const field = `corpus.tasks[${i}]`;
    const { note, ...named } = nth(section.tasks, i);
    const plans = await Promise.all(
      taskTemplates(named, identity.templates, field).map((template) => planTemplate(template, task, note, context)),
    );
    const ordinary = plans.filter((plan) => !plan.template.held_out);
    if (ordinary.length === 0) {
      throw new BrewhouseError('recipe_invalid', `the task ${task.name} has held-out templates alone`, {
        place: { field: `${field}.templates` },
        remedy: 'name at least one template that training may show',
      });
    }
    tasks.push({ rules: task, ordinary, heldOut: plans.filter((plan) => plan.template.held_out) });
  }
  requireRoom(tasks, identity);
  return {
    ...{ section, context: identity.context, rules, vocabulary, tokenizer, segments, tasks, identity },
    tables: tasks.flatMap((task) => [...task.ordinary, ...task.heldOut].map((plan) => plan.table)),
  };
}

/**
 * THE TOKENIZER OF THE IDENTITY: its configuration decides tokens that the hash of tokenizer.json
 * does not name.
 */
async function requireTokenizer(identity: CorpusIdentity, tokenizer: LoadedTokenizer): Promise<void> {
  const { id: _told, ...wanted } = identity.tokenizer;
  const { id, ...facts } = await tokenizerFacts(tokenizer, identity.section.chat_template);
  const other = Object.entries(wanted).filter(
    ([key, value]) => new Map<string, unknown>(Object.entries(facts)).get(key) !== value,
  );
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
function requireRoom(tasks: readonly TaskPlan[], { section, context_min }: CorpusIdentity): void {
  for (const plan of tasks.flatMap((task) => [...task.ordinary, ...task.heldOut])) {
    const fixed = greatestFixedTokens(plan, section.levels);
    if (fixed <= context_min) continue;
    throw new BrewhouseError(
      'context_too_short',
      `a context of ${context_min} tokens is too short for the task ${plan.task.name}: its fixed parts can take ${fixed}`,
      {
        place: { field: 'corpus.context' },
        remedy:
          `raise context to ${fixed} or more, or lower levels.question, levels.profile or the candidates ` +
          `(template ${plan.template.id})`,
      },
    );
  }
}

function greatestFixedTokens(plan: TemplatePlan, levels: CorpusIdentity['section']['levels']): number {
  let tokens = plan.frameTokens + plan.answerMax;
  for (const block of plan.blocks) {
    if (block.kind === 'lines') tokens += block.ids.length;
    else if (block.kind === 'profile') tokens += block.heading.length + levels.profile;
    else if (block.kind === 'shown') tokens += levels.shown;
    else if (block.kind === 'item') tokens += levels.question;
    else if (block.kind === 'candidates') for (const letter of block.letters) tokens += letter.length + levels.question;
  }
  return tokens;
}
