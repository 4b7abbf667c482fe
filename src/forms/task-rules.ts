/**
 * A corpus's tasks with everything resolved: label window, strategy, and what their forms do under
 * their options.
 */
import { compareUtf8 } from '../../schemas/byte-order.ts';
import type { CorpusSection, Order, RecipeTask } from '../../schemas/recipe.ts';
import type { Template } from '../../schemas/template.ts';
import { BrewhouseError, nearestRemedy, quotedName } from '../errors.ts';
import { strategyNamed } from '../strategies/strategies.ts';
import type { Strategy } from '../strategies/strategy.ts';
import type { AskRules } from '../timeline/caps.ts';
import { exposureKey, isOfItem } from '../timeline/exposure.ts';
import type { AskedTask } from '../timeline/questions.ts';
import type { Vocabulary } from '../timeline/vocabulary.ts';
import type { FormRules, FormScope } from './form.ts';
import { formNamed } from './forms.ts';

/** What one task asks, and how. */
export interface TaskRules extends AskedTask, FormRules {
  readonly strategy: Strategy;
  readonly order: Order;
}

/** All that the timeline side of a corpus depends on. */
export interface CorpusRules {
  readonly seed: number;
  readonly sessionGapMs: number;
  readonly maxEvents: number | undefined;
  readonly ask: AskRules;
  readonly tasks: readonly TaskRules[];
}

/** A task with what it inherits and what depends on the domain written out. */
export type ResolvedTask = RecipeTask & { readonly name: string; readonly label_window: number };

/** Resolves the tasks of a recipe. Throws as their forms do. */
export function resolveTasks(section: CorpusSection, vocabulary: Vocabulary): ResolvedTask[] {
  return section.tasks.map((task, i) => {
    const { name = task.form, label_window = section.label_window, templates } = task;
    const scope = { vocabulary, windowMs: label_window, field: `corpus.tasks[${i}]` };
    const named = templates === undefined ? {} : { templates: [...new Set(templates)].sort(compareUtf8) };
    return { ...task, ...named, ...formNamed(task.form).resolve(task, scope), name, label_window };
  });
}

/** What of a section the timeline side depends on. */
export interface RulesSection
  extends Pick<CorpusSection, 'seed' | 'session_gap' | 'label_lateness' | 'max_events' | 'ask'> {
  readonly tasks: readonly ResolvedTask[];
}

/**
 * Throws `recipe_invalid` naming the task's field, `domain_invalid` where the domain cannot be
 * asked what a task asks.
 */
export function corpusRules(section: RulesSection, vocabulary: Vocabulary): CorpusRules {
  const tasks = section.tasks.map((task, i) =>
    taskRules(task, { vocabulary, windowMs: task.label_window, field: `corpus.tasks[${i}]` }, section.label_lateness),
  );
  requireDistinct(tasks);
  return {
    seed: section.seed,
    sessionGapMs: section.session_gap,
    maxEvents: section.max_events,
    ask: { seed: section.seed, share: section.ask.share, perMemberDay: section.ask.per_member_day },
    tasks,
  };
}

function taskRules(task: ResolvedTask, scope: FormScope, latenessMs: number): TaskRules {
  const rules = formNamed(task.form).rules(task, scope);
  requireTwoAnswers(task.name, rules, scope);
  if (rules.choosesItems) requireNoMeasures(task.name, scope);
  return {
    ...rules,
    name: task.name,
    form: task.form,
    windowMs: scope.windowMs,
    latenessMs,
    strategy: strategyNamed(task.strategy),
    order: task.order,
  };
}

/** Throws `recipe_invalid` where a task has one possible answer (FORM-1). */
function requireTwoAnswers(name: string, { labels, possible = labels }: FormRules, { field }: FormScope): void {
  if (possible.length > 1) return;
  throw new BrewhouseError('recipe_invalid', `the task ${name} has one possible answer, ${possible[0]}`, {
    place: { field },
    remedy: 'leave the task out, set drawn above 0 where it may draw items, or give the domain exposures or actions',
  });
}

/**
 * Throws `domain_invalid` where a prompt of a task that draws would say what was measured of the
 * opening's item: whether it is there would tell which item that is (OPEN-7).
 */
function requireNoMeasures(name: string, { vocabulary: { domain } }: FormScope): void {
  for (const [i, entry] of domain.at_exposure.entries()) {
    if (!isOfItem(entry)) continue;
    const key = quotedName(exposureKey(entry));
    throw new BrewhouseError('domain_invalid', `the task ${name} draws items, so no prompt may say ${key}`, {
      place: { field: `at_exposure[${i}]` },
      remedy: `it was measured of one item: take ${key} out of at_exposure, or the task out of the recipe`,
    });
  }
}

/** The longest label window of a recipe's tasks in ms; a task without its own has the corpus's. */
export function longestWindowMs({ tasks, label_window }: Pick<CorpusSection, 'tasks' | 'label_window'>): number {
  return Math.max(...tasks.map((task) => task.label_window ?? label_window));
}

function requireDistinct(tasks: readonly TaskRules[]): void {
  const names = new Set<string>();
  for (const [i, { name }] of tasks.entries()) {
    if (names.has(name)) {
      throw new BrewhouseError('recipe_invalid', `two tasks are named ${name}`, {
        place: { field: `corpus.tasks[${i}].name` },
        remedy: 'give one of them another name',
      });
    }
    names.add(name);
  }
}

/**
 * The templates of a task, in order of id: those of its form, or those that it names. Throws
 * `recipe_invalid`.
 */
export function taskTemplates(
  { form, templates: named }: Pick<RecipeTask, 'form' | 'templates'>,
  templates: readonly Template[],
  field: string,
): Template[] {
  const ofForm = templates.filter((template) => template.form === form).sort((a, b) => compareUtf8(a.id, b.id));
  if (named === undefined) return ofForm;
  const ids = ofForm.map((template) => template.id);
  const unknown = named.find((id) => !ids.includes(id));
  if (unknown !== undefined) {
    throw new BrewhouseError('recipe_invalid', `there is no template ${unknown} of ${form}`, {
      place: { field: `${field}.templates` },
      remedy: nearestRemedy(unknown, ids, 'there are'),
    });
  }
  return ofForm.filter((template) => named.includes(template.id));
}
