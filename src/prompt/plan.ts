/**
 * Everything a corpus is rendered by, made ready once: rules, templates, frames, answers; refused
 * at start where a row could not fit.
 */

import { compareUtf8 } from '../../schemas/byte-order.ts';
import type { Domain } from '../../schemas/domain.ts';
import type { CorpusIdentity, LabelTable } from '../../schemas/manifest.ts';
import type { CorpusSection } from '../../schemas/recipe.ts';
import type { Template } from '../../schemas/template.ts';
import { BrewhouseError, nearestName } from '../errors.ts';
import { type CorpusRules, corpusRules, type TaskRules } from '../forms/task-rules.ts';
import { createVocabulary, type Vocabulary } from '../timeline/vocabulary.ts';
import type { LoadedTokenizer } from '../tokenize/load-tokenizer.ts';
import type { SegmentArena } from '../tokenize/segment-arena.ts';
import { createSegmentStore, type SegmentStore } from './segments.ts';
import { planTemplate, type TemplatePlan } from './template-plan.ts';

/** Raised whenever the same corpus section would give other bytes. */
export const RENDER_VERSION = 1;

export interface TaskPlan {
  readonly rules: TaskRules;
  /** Templates that ordinary rows draw from, and those that only variants show; in order of id. */
  readonly ordinary: readonly TemplatePlan[];
  readonly heldOut: readonly TemplatePlan[];
}

export interface RenderPlan {
  readonly section: CorpusSection;
  readonly context: number;
  readonly rules: CorpusRules;
  readonly vocabulary: Vocabulary;
  readonly tokenizer: LoadedTokenizer;
  readonly segments: SegmentStore;
  readonly tasks: readonly TaskPlan[];
  readonly tables: readonly LabelTable[];
  readonly identity: CorpusIdentity;
}

export interface PlanInputs {
  readonly section: CorpusSection;
  /** One length of the ladder. */
  readonly context: number;
  readonly domain: Domain;
  /** All templates there are; a task takes those of its form, or those it names. */
  readonly templates: readonly Template[];
  readonly tokenizer: LoadedTokenizer;
  /** Segments shared with other workers of the same build. */
  readonly arena?: SegmentArena | undefined;
}

/** The lengths of a recipe, shortest first. */
export function contextLadder(section: CorpusSection): number[] {
  const lengths = typeof section.context === 'number' ? [section.context] : section.context;
  return [...new Set(lengths)].sort((a, b) => a - b);
}

/**
 * Throws `recipe_invalid`, `domain_invalid`, `template_invalid`, `label_words_clash`,
 * `context_too_short`.
 */
export async function createRenderPlan(inputs: PlanInputs): Promise<RenderPlan> {
  const { section, domain, tokenizer } = inputs;
  const vocabulary = createVocabulary(domain);
  const rules = corpusRules(section, vocabulary);
  const patterns = { item: domain.item.line, profile: domain.profile };
  const segments = createSegmentStore(tokenizer, section, patterns, inputs.arena);
  const context = {
    tokenizer,
    segments,
    vocabulary,
    chat: section.chat_template !== false,
    chatArgs: typeof section.chat_template === 'boolean' ? {} : section.chat_template,
  };
  const tasks: TaskPlan[] = [];
  for (const [i, task] of rules.tasks.entries()) {
    const chosen = templatesOf(inputs, i);
    const plans = await Promise.all(
      chosen.map((template) => planTemplate(template, task, section.tasks[i]!.note, context)),
    );
    const ordinary = plans.filter((plan) => !plan.template.held_out);
    if (ordinary.length === 0) {
      throw new BrewhouseError('recipe_invalid', `the task ${task.name} has held-out templates alone`, {
        place: { field: `corpus.tasks[${i}].templates` },
        remedy: 'name at least one template that training may show',
      });
    }
    tasks.push({ rules: task, ordinary, heldOut: plans.filter((plan) => plan.template.held_out) });
  }
  const ladder = contextLadder(section);
  requireRoom(tasks, section, ladder[0]!);
  return {
    section,
    context: inputs.context,
    rules,
    vocabulary,
    tokenizer,
    segments,
    tasks,
    tables: tasks.flatMap((task) => [...task.ordinary, ...task.heldOut].map((plan) => plan.table)),
    identity: identityOf(inputs, tasks, ladder[0]!),
  };
}

function templatesOf({ section, templates }: PlanInputs, task: number): Template[] {
  const { form, templates: named } = section.tasks[task]!;
  const ofForm = templates.filter((template) => template.form === form).sort((a, b) => compareUtf8(a.id, b.id));
  if (named === undefined) return ofForm;
  const ids = ofForm.map((template) => template.id);
  const unknown = named.find((id) => !ids.includes(id));
  if (unknown !== undefined) {
    const near = nearestName(unknown, ids);
    throw new BrewhouseError('recipe_invalid', `there is no template ${unknown} of ${form}`, {
      place: { field: `corpus.tasks[${task}].templates` },
      remedy: near === undefined ? `there are ${ids.join(', ')}` : `did you mean ${near}?`,
    });
  }
  return ofForm.filter((template) => named.includes(template.id));
}

/**
 * NO ROW IS DROPPED FOR LENGTH: the fixed parts at their greatest must fit the shortest context of
 * the ladder.
 */
function requireRoom(tasks: readonly TaskPlan[], section: CorpusSection, contextMin: number): void {
  for (const plan of tasks.flatMap((task) => [...task.ordinary, ...task.heldOut])) {
    const fixed = greatestFixedTokens(plan, section);
    if (fixed <= contextMin) continue;
    throw new BrewhouseError(
      'context_too_short',
      `a context of ${contextMin} tokens is too short for the task ${plan.task.name}: its fixed parts can take ${fixed}`,
      {
        place: { field: 'corpus.context' },
        remedy: `raise context to ${fixed} or more, or lower levels.question, levels.profile or the candidates (template ${plan.template.id})`,
      },
    );
  }
}

function greatestFixedTokens(plan: TemplatePlan, { levels }: CorpusSection): number {
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

/**
 * The corpus section as a corpus is named by it: without the ladder, and with the last name of a
 * tokenizer's folder alone, since where a tokenizer lies changes no row (its sha256 does).
 */
export function namedSection(section: CorpusSection): Record<string, unknown> {
  const { context: _ladder, tokenizer, ...rest } = section;
  const name =
    'path' in tokenizer
      ? { ...tokenizer, path: tokenizer.path.replace(/[\\/]+$/, '').replace(/^.*[\\/]/, '') }
      : tokenizer;
  return { ...rest, tokenizer: name };
}

function identityOf(inputs: PlanInputs, tasks: readonly TaskPlan[], contextMin: number): CorpusIdentity {
  const section = namedSection(inputs.section);
  const templates = new Map(
    tasks
      .flatMap((task) => [...task.ordinary, ...task.heldOut])
      .map(({ template }) => [`${template.form}/${template.id}`, template]),
  );
  return {
    section,
    context: inputs.context,
    context_min: contextMin,
    domain: inputs.domain,
    templates: [...templates.keys()].sort(compareUtf8).map((key) => templates.get(key)!),
    tokenizer: {
      id: inputs.tokenizer.id,
      sha256: inputs.tokenizer.sha256,
      chat_template_sha256: inputs.tokenizer.chatTemplateSha256,
    },
    render_version: RENDER_VERSION,
  };
}
