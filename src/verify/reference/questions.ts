/** All questions of a member: key, moment, fate, candidates and, kept apart from what is asked, the outcome. */
import type { QuestionFate } from '../../../schemas/ledger.ts';
import { DAY_MS } from '../events/raw-times.ts';
import { type Candidate, candidatesOf, drawnItem } from './candidates.ts';
import { followUpOf, labelOf, type Outcome, outcomeOf } from './labels.ts';
import { type Opening, type OpeningKind, openingsOf, uncapped } from './openings.ts';
import { letterOf, type TaskRule } from './tasks.ts';
import { ownVersion } from './view.ts';
import type { Timeline, World } from './world.ts';

/** What a prompt may depend on: no label, and nothing at or after T but what the rules name. */
export interface Asked {
  readonly task: TaskRule;
  readonly opening: Opening;
  /** The parts of the question key. */
  readonly key: readonly string[];
  readonly askedAt: number;
  /** The item asked about; of a choice the right one is among the candidates and nowhere else. */
  readonly item: string | undefined;
  /** Items in the order shown; one where nothing is chosen. */
  readonly itemIds: readonly string[];
  readonly drawn: boolean;
}

/** What happened to the question and what the right answer is. */
export interface ReferenceQuestion extends Asked {
  readonly member: string;
  readonly fate: QuestionFate;
  /** Of rendered questions their answer's label; of the others what `ledgerLabel` says. */
  readonly label: string;
  readonly settledAt: number;
  /** With their reasons, in the order shown; of a task that draws its items the one asked about; else none. */
  readonly candidates: readonly Candidate[];
  /** From when on the label is mature. */
  readonly maturesAt: number;
  /** The label that the ledger counts the question under. */
  readonly ledgerLabel: string;
}

/** From when on a question is mature: its window has passed and, where questions per day are capped, so has its day. */
export function maturesAt(world: World, t: number, window: number): number {
  const settled = t + Math.max(window, 1);
  const capped = world.section.ask?.per_member_day !== undefined;
  return capped ? Math.max(settled, (Math.floor(t / DAY_MS) + 1) * DAY_MS) : settled;
}

/**
 * Every question of a member whose fate is counted, in order of task, then of opening. `until` (epoch ms) is how far the
 * corpus is rendered; what is immature then is `pending`.
 */
export function referenceQuestions(
  world: World,
  member: string,
  until = Number.POSITIVE_INFINITY,
): ReferenceQuestion[] {
  const timeline = world.timelines.get(member);
  if (timeline === undefined) return [];
  const kinds = [...new Set(world.tasks.map(kindOf))];
  const openings = new Map(kinds.map((kind) => [kind, openingsOf(world, timeline, kind)]));
  const free = uncapped(world, [...openings.values()].flat());
  return world.tasks.flatMap((task) =>
    openings
      .get(kindOf(task))!
      .map((opening) => questionOf(world, timeline, { task, opening, until, capped: !free.has(opening.event) }))
      .filter((question) => question !== undefined),
  );
}

function kindOf(task: TaskRule): OpeningKind {
  return task.form === 'next-action.action' ? 'action' : 'session';
}

function questionOf(
  world: World,
  timeline: Timeline,
  at: { task: TaskRule; opening: Opening; until: number; capped: boolean },
): ReferenceQuestion | undefined {
  const { task, opening } = at;
  const own = opening.event.item;
  const key = [...opening.reference, task.name, task.form];
  const matures = maturesAt(world, opening.askedAt, task.window);
  const base = { task, opening, key, askedAt: opening.askedAt, member: timeline.member, maturesAt: matures };
  const without = { item: own, itemIds: [own], drawn: false, candidates: [], settledAt: 0 };
  if (matures > at.until) return { ...base, ...without, fate: 'pending', label: '', ledgerLabel: '' };

  const outcome = outcomeOf(world, timeline, opening, own, task.window);
  if (task.form === 'retrieval.choose' && !world.vocabulary.actions[outcome.rank]?.positive) return undefined;
  const refused = (fate: QuestionFate): ReferenceQuestion => {
    const label = labelOnOwn(world, timeline, at, outcome);
    return { ...base, ...without, fate, label, ledgerLabel: label };
  };
  if (at.capped) return refused('capped');
  if (ownVersion(world, own, opening.askedAt) === undefined) return refused('item_unknown');

  const asked = whatIsAsked(world, timeline, { task, opening, key }, outcome);
  if (asked === undefined) return refused('too_few_candidates');
  return { ...base, ...asked, fate: 'rendered', ledgerLabel: asked.label };
}

/** The label that a question which is not rendered would have on its own item; of a choice the action's name. */
function labelOnOwn(
  world: World,
  timeline: Timeline,
  { task, opening }: { task: TaskRule; opening: Opening },
  outcome: Outcome,
): string {
  const next = task.form === 'next-action.action';
  return labelOf(world, task, next ? followUpOf(world, timeline, opening, task.window).rank : outcome.rank);
}

type Answerable = Pick<ReferenceQuestion, 'item' | 'itemIds' | 'drawn' | 'candidates' | 'label' | 'settledAt'>;

/** Item, candidates and label of a question that can be asked; undefined: too few candidates. */
function whatIsAsked(
  world: World,
  timeline: Timeline,
  question: { task: TaskRule; opening: Opening; key: readonly string[] },
  outcome: Outcome,
): Answerable | undefined {
  const { task, opening, key } = question;
  const own = opening.event.item;
  if (task.form === 'retrieval.choose') {
    const candidates = candidatesOf(world, timeline, question);
    if (candidates === undefined) return undefined;
    const label = letterOf(candidates.findIndex(({ reason }) => reason === 'right'));
    const itemIds = candidates.map(({ item }) => item);
    return { item: undefined, itemIds, drawn: false, candidates, label, settledAt: outcome.settledAt };
  }
  const drawn = task.drawnShare > 0 && world.draws.within(task.drawnShare, 'drawn', key);
  const item = drawn ? drawnItem(world, opening, key) : own;
  if (item === undefined) return undefined;
  // Where items may be drawn, the row says whether this one was.
  const candidates: Candidate[] = task.drawnShare > 0 ? [{ item, reason: drawn ? 'random' : 'right' }] : [];
  let result = outcome;
  if (task.form === 'next-action.action') result = followUpOf(world, timeline, opening, task.window);
  else if (drawn) result = outcomeOf(world, timeline, opening, item, task.window);
  const label = labelOf(world, task, result.rank);
  return { item, itemIds: [item], drawn, candidates, label, settledAt: result.settledAt };
}
