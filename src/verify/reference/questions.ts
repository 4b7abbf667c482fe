/**
 * All questions of a member: key, moment, fate, candidates and, kept apart from what is asked, the
 * outcome.
 */
import type { QuestionFate } from '../../../schemas/ledger.ts';
import type { Answerable } from '../forms/form.ts';
import { type MemberOpenings, openingsOf, uncapped } from '../world/openings.ts';
import type { Interaction } from '../world/timeline.ts';
import { closesAt, type Moment, newestVersion } from '../world/view.ts';
import type { Corpus, TaskRule } from './tasks.ts';

/**
 * What a prompt may depend on: no label (LABEL-5), and nothing at or after T but what the rules
 * name.
 */
export interface Asked extends Moment, Pick<Answerable, 'itemIds' | 'measured'> {
  readonly task: TaskRule;
  readonly askedAt: number;
}

/**
 * What happened to the question and what the right answer is; of questions that are not rendered
 * the label is what `ledgerLabel` says.
 */
export interface ReferenceQuestion extends Asked, Answerable {
  readonly member: string;
  readonly fate: QuestionFate;
  /** The label that the ledger counts the question under. */
  readonly ledgerLabel: string;
}

/**
 * Every question of a member whose fate is counted, in order of task, then of opening. `until`
 * (epoch ms) is how far the corpus is rendered; what is immature then is `pending` (LABEL-4).
 */
export function referenceQuestions(corpus: Corpus, member: string, until = Infinity): ReferenceQuestion[] {
  const timeline = corpus.timelines.get(member);
  if (timeline === undefined) return [];
  const { says, section } = corpus;
  const { label_lateness: lateness } = section;
  const openings = openingsOf(corpus, timeline);
  const ofTasks = corpus.tasks.map((task) => ({ task, own: task.rules.openings(openings) }));
  const free = uncapped(corpus, [...new Set(ofTasks.map(({ own }) => own))].flat());
  return ofTasks.flatMap(({ task, own }) =>
    own.flatMap((opening) => {
      // What names the question (OPEN-4).
      const key = [...opening.reference, task.name, task.form];
      const { window } = task;
      const closes = closesAt(opening.askedAt, { window, lateness }, opening.event);
      const moment = { world: corpus, timeline, opening, key, window, closesAt: closes, says };
      return questionOf(moment, task, { until, free, openings }) ?? [];
    }),
  );
}

type Asking = { readonly until: number; readonly free: ReadonlySet<Interaction>; readonly openings: MemberOpenings };

/** The first fate that applies (OPEN-6); undefined where an opening is no question of the task. */
function questionOf(moment: Moment, task: TaskRule, { until, free, openings }: Asking): ReferenceQuestion | undefined {
  const { opening, timeline } = moment;
  const { askedAt, event } = opening;
  const base = { task, askedAt, member: timeline.member };
  const without = { itemIds: [event.item], measured: 'item' as const, candidates: [], settledAt: 0 };
  if (moment.closesAt > until) return { ...moment, ...base, ...without, fate: 'pending', label: '', ledgerLabel: '' };

  const outcome = task.rules.outcome(moment);
  if (!task.rules.isAsked(outcome)) return undefined;
  const refused = (fate: QuestionFate): ReferenceQuestion => {
    const label = task.rules.labelOf(outcome);
    return { ...moment, ...base, ...without, fate, label, ledgerLabel: label };
  };
  if (!free.has(event)) return refused('capped');
  if (ownVersion({ world: moment.world, opening, task }) === undefined) return refused('item_unknown');
  const asked = task.rules.ask(moment, outcome, openings);
  if (asked === undefined) return refused('too_few_candidates');
  return { ...moment, ...base, ...asked, fate: 'rendered', ledgerLabel: asked.label };
}

/** The version of the opening's own item that the task may ask about (ASOF-4). */
export function ownVersion({ world, opening, task: { rules } }: Pick<Asked, 'world' | 'opening' | 'task'>) {
  const { askedAt, event } = opening;
  if (rules.draws && !world.population.holds(event.item, askedAt)) return undefined;
  return newestVersion(world.items.get(event.item), askedAt, rules.isOwnSeen);
}
