/** The recipe's tasks and the domain's vocabulary, worked out once for a world. */
import type { Domain, DomainAction } from '../../../schemas/domain.ts';
import type { CorpusIdentity } from '../../../schemas/manifest.ts';
import type { CorpusSection, RecipeTask } from '../../../schemas/recipe.ts';
import type { Template } from '../../../schemas/template.ts';
import { compareBytes } from './draws.ts';

/** The corpus section with every default written out; durations in milliseconds. */
export type Section = Omit<CorpusSection, 'context' | 'tasks'> & { readonly tasks: readonly TaskSpec[] };

/** A task with the options that forms have of their own. */
export interface TaskSpec extends RecipeTask {
  readonly candidates?: number;
  readonly shown?: number;
  readonly random?: number;
  readonly drawn?: number;
}

export interface Vocabulary {
  readonly domain: Domain;
  /** Strongest first; a rank is an index into it. */
  readonly actions: readonly DomainAction[];
  /** Rank of each spoken action and, behind all of them, of the exposures. */
  readonly ranks: ReadonlyMap<string, number>;
  /** The rank of an exposure, which also stands for "none". */
  readonly noneRank: number;
  /** Ranks in display order: positive actions strongest first, then the others strongest first. */
  readonly display: readonly number[];
}

/** The words a form can answer with when nothing more comes. */
export const NOTHING_MORE = 'nothing more';

export interface TaskRule {
  readonly spec: TaskSpec;
  readonly name: string;
  readonly form: string;
  /** W in milliseconds. */
  readonly window: number;
  /** Share of the questions that ask about a drawn item. */
  readonly drawnShare: number;
  /** Candidates of a choice, and how many of the wrong ones are to be shown ones. */
  readonly candidates: number;
  readonly shownWanted: number;
  /** Whether having no action is one of the answers. */
  readonly answersNone: boolean;
  readonly templates: readonly Template[];
  readonly heldOut: readonly Template[];
}

export function vocabularyOf(domain: Domain): Vocabulary {
  const { actions } = domain;
  const ranks = new Map<string, number>();
  for (const name of domain.exposures) ranks.set(name, actions.length);
  actions.forEach((action, rank) => {
    ranks.set(action.name, rank);
  });
  for (const name of domain.ignored) ranks.delete(name);
  const all = actions.map((_, rank) => rank);
  const display = [...all.filter((r) => actions[r]!.positive), ...all.filter((r) => !actions[r]!.positive)];
  return { domain, actions, ranks, noneRank: actions.length, display };
}

export function compileTasks(identity: CorpusIdentity): TaskRule[] {
  const section = identity.section as unknown as Section;
  return section.tasks.map((spec) => {
    const drawnShare = drawnShareOf(spec, identity.domain);
    const own = identity.templates
      .filter(({ form, id }) => form === spec.form && (spec.templates?.includes(id) ?? true))
      .sort((a, b) => compareBytes(a.id, b.id));
    return {
      spec,
      name: spec.name ?? spec.form,
      form: spec.form,
      window: spec.label_window ?? section.label_window,
      drawnShare,
      candidates: spec.candidates ?? 8,
      shownWanted: shownWantedOf(spec),
      answersNone: spec.form === 'ranking.pointwise' && (identity.domain.exposures.length > 0 || drawnShare > 0),
      templates: own.filter((template) => !template.held_out),
      heldOut: own.filter((template) => template.held_out),
    };
  });
}

/** Only domains without exposures draw their negatives. */
function drawnShareOf(spec: TaskSpec, domain: Domain): number {
  if (domain.exposures.length > 0) return 0;
  if (spec.form === 'ranking.binary') return spec.drawn ?? 0.5;
  return spec.form === 'ranking.pointwise' ? (spec.drawn ?? 0) : 0;
}

function shownWantedOf(spec: TaskSpec): number {
  const shown = spec.shown ?? 0;
  const random = spec.random ?? 0;
  const wrong = (spec.candidates ?? 8) - 1;
  return shown + random === 0 ? 0 : Math.floor((wrong * shown) / (shown + random) + 0.5);
}

/** `A`, `B` ... of the candidate at an index. */
export function letterOf(index: number): string {
  return String.fromCharCode(65 + index);
}

/** The labels a task's questions can have, in the order of its form. */
export function answerLabels(task: TaskRule, vocabulary: Vocabulary): string[] {
  const names = vocabulary.display.map((rank) => vocabulary.actions[rank]!.name);
  switch (task.form) {
    case 'ranking.binary':
      return ['Yes', 'No'];
    case 'retrieval.choose':
      return Array.from({ length: task.candidates }, (_, index) => letterOf(index));
    case 'next-action.action':
      return [...names, NOTHING_MORE];
    default:
      return task.answersNone ? [...names, vocabulary.domain.none.name] : names;
  }
}
