/**
 * All questions of a member: key, moment, fate, candidates and, kept apart from what is asked, the
 * outcome.
 */
import type { QuestionFate } from '../../../schemas/ledger.ts';
import { DAY_MS } from '../events/raw-times.ts';
import type { Measured } from '../forms/form.ts';
import type { Candidate } from '../world/candidates.ts';
import { type MemberOpenings, type Opening, openingsOf, uncapped } from '../world/openings.ts';
import { type Moment, newestVersion } from '../world/view.ts';
import type { World } from '../world/world.ts';
import type { Corpus, TaskRule } from './tasks.ts';

/**
 * What a prompt may depend on: no label (LABEL-5), and nothing at or after T but what the rules
 * name.
 */
export interface Asked extends Moment {
  readonly task: TaskRule;
  readonly askedAt: number;
  /** Items in display order; one where nothing is chosen. */
  readonly itemIds: readonly string[];
  readonly measured: Measured;
}

/** What happened to the question and what the right answer is. */
export interface ReferenceQuestion extends Asked {
  readonly member: string;
  readonly fate: QuestionFate;
  /** Of rendered questions their answer's label; of the others what `ledgerLabel` says. */
  readonly label: string;
  readonly settledAt: number;
  /**
   * With their reasons, in display order; of a task that draws its items the one asked about;
   * else none.
   */
  readonly candidates: readonly Candidate[];
  /** From when on the label is mature. */
  readonly maturesAt: number;
  /** The label that the ledger counts the question under. */
  readonly ledgerLabel: string;
}

/**
 * From when on a question is mature: its window has passed and, where questions per day are capped,
 * so has its day (LABEL-4).
 */
export function maturesAt(world: World, t: number, window: number): number {
  const settled = t + Math.max(window, 1);
  const capped = world.section.ask.per_member_day !== undefined;
  return capped ? Math.max(settled, (Math.floor(t / DAY_MS) + 1) * DAY_MS) : settled;
}

/**
 * Every question of a member whose fate is counted, in order of task, then of opening. `until`
 * (epoch ms) is how far the corpus is rendered; what is immature then is `pending`.
 */
export function referenceQuestions(
  corpus: Corpus,
  member: string,
  until = Number.POSITIVE_INFINITY,
): ReferenceQuestion[] {
  const timeline = corpus.timelines.get(member);
  if (timeline === undefined) return [];
  const openings = openingsOf(corpus, timeline);
  const ofTasks = corpus.tasks.map((task) => ({ task, own: task.rules.openings(openings) }));
  const free = uncapped(corpus, [...new Set(ofTasks.map(({ own }) => own))].flat());
  return ofTasks.flatMap(({ task, own }) =>
    own.flatMap((opening) => {
      const key = keyOf(opening, task);
      const moment = { world: corpus, timeline, opening, key, window: task.window };
      return questionOf(moment, task, { until, capped: !free.has(opening.event), openings }) ?? [];
    }),
  );
}

/** The key of a question: its opening's reference, the task's name, its form (OPEN-4). */
function keyOf(opening: Opening, task: TaskRule): string[] {
  return [...opening.reference, task.name, task.form];
}

/** The first fate that applies (OPEN-6); undefined where an opening is no question of the task. */
function questionOf(
  moment: Moment,
  task: TaskRule,
  { until, capped, openings }: { until: number; capped: boolean; openings: MemberOpenings },
): ReferenceQuestion | undefined {
  const { world, opening, timeline } = moment;
  const { askedAt, event } = opening;
  const matures = maturesAt(world, askedAt, task.window);
  const base = { ...moment, task, askedAt, member: timeline.member, maturesAt: matures };
  const without = { itemIds: [event.item], measured: 'item' as const, candidates: [], settledAt: 0 };
  if (matures > until) return { ...base, ...without, fate: 'pending', label: '', ledgerLabel: '' };

  const outcome = task.rules.outcome(moment);
  if (!task.rules.isAsked(outcome)) return undefined;
  const refused = (fate: QuestionFate): ReferenceQuestion => {
    const label = task.rules.labelOf(outcome);
    return { ...base, ...without, fate, label, ledgerLabel: label };
  };
  if (capped) return refused('capped');
  if (ownVersion(base) === undefined) return refused('item_unknown');
  const asked = task.rules.ask(moment, outcome, openings);
  if (asked === undefined) return refused('too_few_candidates');
  return { ...base, ...asked, fate: 'rendered', ledgerLabel: asked.label };
}

/** The version of the opening's own item that the form may ask about (ASOF-4). */
export function ownVersion({ world, opening, task }: Pick<Asked, 'world' | 'opening' | 'task'>) {
  return newestVersion(world.items.get(opening.event.item), opening.askedAt, task.rules.isOwnSeen);
}
