/** A recipe's tasks with everything resolved against the domain: windows, shares of candidates, drawn questions. */
import { DAY_MS } from '../../schemas/event-time.ts';
import type { CorpusSection, RecipeTask } from '../../schemas/recipe.ts';
import { BrewhouseError } from '../errors.ts';
import type { CorpusRules, TaskRules } from '../timeline/questions.ts';
import type { Vocabulary } from '../timeline/vocabulary.ts';

/** Throws `recipe_invalid` naming the task's field. */
export function corpusRules(section: CorpusSection, vocabulary: Vocabulary): CorpusRules {
  const tasks = section.tasks.map((task, i) => taskRules(task, { section, vocabulary, field: `corpus.tasks[${i}]` }));
  const names = new Set<string>();
  for (const [i, { name }] of tasks.entries()) {
    if (names.has(name))
      throw invalid(`corpus.tasks[${i}].name`, `two tasks are named ${name}`, 'give one of them another name');
    names.add(name);
  }
  return {
    seed: section.seed,
    sessionGapMs: section.session_gap,
    maxEvents: section.max_events,
    ask: { seed: section.seed, share: section.ask.share, perMemberDay: section.ask.per_member_day },
    tasks,
  };
}

function taskRules(task: RecipeTask, at: { section: CorpusSection; vocabulary: Vocabulary; field: string }): TaskRules {
  const { section, vocabulary, field } = at;
  const windowMs = task.label_window ?? section.label_window;
  const drawn = drawnShare(task, vocabulary, field);
  if (drawn > 0 && windowMs < DAY_MS) {
    throw invalid(
      `${field}.label_window`,
      `${task.form} draws items, so its label window must be a day or more`,
      'set label_window: 1d or more, or drawn: 0',
    );
  }
  if (task.form === 'next-action.action' && windowMs === 0) {
    throw invalid(`${field}.label_window`, 'the next action needs a label window', 'set label_window: 7d, say');
  }
  if (
    (task.form === 'ranking.binary' || task.form === 'retrieval.choose') &&
    !vocabulary.domain.actions.some((action) => action.positive)
  ) {
    throw new BrewhouseError(
      'domain_invalid',
      `${task.form} needs a positive action, and the domain ${vocabulary.domain.name} marks none`,
      {
        place: { field: 'actions' },
        remedy: 'write positive: true at the actions that are good news',
      },
    );
  }
  const wrong = task.form === 'retrieval.choose' ? task.candidates - 1 : 0;
  const shown = shownOf(task, wrong);
  return {
    name: task.name ?? task.form,
    form: task.form,
    windowMs,
    strategy: task.strategy,
    order: task.order,
    shown,
    random: wrong - shown,
    drawn,
  };
}

/** Only domains without exposures draw items: elsewhere what was shown and not taken is the negative. */
function drawnShare(task: RecipeTask, vocabulary: Vocabulary, field: string): number {
  const canDraw = !vocabulary.hasExposures && (task.form === 'ranking.binary' || task.form === 'ranking.pointwise');
  if (task.drawn !== undefined && task.drawn > 0 && !canDraw) {
    throw invalid(
      `${field}.drawn`,
      `${task.form} cannot ask about drawn items here`,
      'leave drawn out: it is for ranking tasks in domains without exposures',
    );
  }
  return canDraw ? (task.drawn ?? (task.form === 'ranking.binary' ? 0.5 : 0)) : 0;
}

/** Half up, in integers of a millionth, so that 0.5 of 7 is 4 on every machine. */
function shownOf(task: RecipeTask, wrong: number): number {
  const shown = Math.round((task.shown ?? 0) * 1_000_000);
  const random = Math.round((task.random ?? (task.shown === undefined ? 1 : 0)) * 1_000_000);
  return shown + random === 0 ? 0 : Math.floor((2 * wrong * shown + shown + random) / (2 * (shown + random)));
}

function invalid(field: string, message: string, remedy: string): BrewhouseError {
  return new BrewhouseError('recipe_invalid', message, { place: { field }, remedy });
}
