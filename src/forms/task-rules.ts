/**
 * A corpus's tasks with everything resolved: label window, strategy, and what their forms do under
 * their options.
 */
import type { CorpusSection, Order, RecipeTask } from '../../schemas/recipe.ts';
import { BrewhouseError } from '../errors.ts';
import { strategyNamed } from '../strategies/strategies.ts';
import type { Strategy } from '../strategies/strategy.ts';
import type { AskRules } from '../timeline/openings.ts';
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

type TasksSection = Pick<CorpusSection, 'label_window'> & { readonly tasks: readonly RecipeTask[] };

/**
 * The tasks with what they inherit and what depends on the domain written out. Throws as their
 * forms do.
 */
export function resolveTasks<Section extends TasksSection>(section: Section, vocabulary: Vocabulary): RecipeTask[] {
  return section.tasks.map((task, i) => {
    const { name = task.form, label_window = section.label_window } = task;
    const scope = { vocabulary, windowMs: label_window, field: `corpus.tasks[${i}]` };
    return { ...task, ...formNamed(task.form).resolve(task, scope), name, label_window };
  });
}

/**
 * Throws `recipe_invalid` naming the task's field, `domain_invalid` where the domain cannot be
 * asked what a task asks.
 */
export function corpusRules(section: CorpusSection, vocabulary: Vocabulary): CorpusRules {
  const tasks = resolveTasks(section, vocabulary).map((task, i) =>
    taskRules(task, { vocabulary, windowMs: task.label_window ?? section.label_window, field: `corpus.tasks[${i}]` }),
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

function taskRules(task: RecipeTask, scope: FormScope): TaskRules {
  return {
    ...formNamed(task.form).rules(task, scope),
    name: task.name ?? task.form,
    form: task.form,
    windowMs: scope.windowMs,
    strategy: strategyNamed(task.strategy),
    order: task.order,
  };
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
