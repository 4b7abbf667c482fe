/**
 * The questions of one member: each opening asked by each task, with its end, its view as of T and,
 * apart from it, its label.
 */
import { intAt, nth } from '../checked.ts';
import { maturesAt } from '../timeline/as-of.ts';
import { seenEvents } from '../timeline/history.ts';
import type { ItemTable } from '../timeline/item-table.ts';
import { type LabelWindow, strongestInWindow } from '../timeline/labels.ts';
import type { MemberTimeline } from '../timeline/member-timeline.ts';
import { cappedOpenings, type Opening, openActions, openSessions, sessionOpeners } from '../timeline/openings.ts';
import { type QuestionOutcome, questionKey, viewQuestion } from '../timeline/questions.ts';
import type { Vocabulary } from '../timeline/vocabulary.ts';
import type { Asked, Asking, OpeningLists } from './form.ts';
import type { CorpusRules, TaskRules } from './task-rules.ts';

/** A question with its end, and the whole task that asked it. */
export interface TaskOutcome extends QuestionOutcome {
  readonly task: TaskRules;
}

/** By which rules and about which items a member is asked. */
export interface AskScope {
  readonly rules: CorpusRules;
  readonly vocabulary: Vocabulary;
  readonly items: ItemTable;
  /**
   * Questions that are mature by this moment (epoch ms) were decided before; null where none was.
   */
  readonly from: number | null;
  /** Questions that mature after this moment (epoch ms) are pending; null where none is. */
  readonly until: number | null;
}

/** All questions of one member that end in this run, task by task in order of T. */
export function* askMember(timeline: MemberTimeline, scope: AskScope): Generator<TaskOutcome> {
  const { rules, vocabulary } = scope;
  const lists: OpeningLists = {
    timeline,
    sessions: once(() => openSessions(timeline, rules.sessionGapMs)),
    actions: once(() => openActions(timeline, vocabulary)),
    openers: once(() => sessionOpeners(timeline, rules.sessionGapMs)),
  };
  const asked = rules.tasks.map((task) => ({ task, openings: task.openings(lists) }));
  const events = asked.flatMap(({ openings }) => openings.map((opening) => opening.event));
  const capped = cappedOpenings(timeline, events, rules.ask);
  for (const { task, openings } of asked) {
    for (const opening of openings) {
      const outcome = decide(lists, scope, { task, opening, isCapped: capped.has(opening.event) });
      if (outcome !== undefined) yield outcome;
    }
  }
}

/** The first end of OPEN-6 that applies; undefined where it is not a question of this run. */
function decide(
  lists: OpeningLists,
  scope: AskScope,
  { task, opening, isCapped }: { task: TaskRules; opening: Opening; isCapped: boolean },
): TaskOutcome | undefined {
  const { rules, from, until } = scope;
  const mature = maturesAt(opening.t, task.windowMs, rules.ask.perMemberDay !== undefined);
  if (from !== null && mature <= from) return undefined;
  const end = { task, opening, maturesAt: mature };
  // Before the label is looked at.
  if (until !== null && mature > until) return { ...end, fate: 'pending' };
  const asking = beginAsking(lists, scope, { task, opening });
  if (task.isAsked?.(asking) === false) return undefined;
  const asked = isCapped ? 'capped' : task.ask(asking);
  if (typeof asked === 'string') return { ...end, fate: asked, lostLabel: task.settle(asking).label };
  return { ...end, fate: 'rendered', ...viewAndLabel(asking, { task, asked }, scope) };
}

function beginAsking(
  { timeline, openers }: OpeningLists,
  { rules, vocabulary, items }: AskScope,
  { task, opening }: { task: TaskRules; opening: Opening },
): Asking {
  const { t, event } = opening;
  const { surface } = nth(timeline.events, event);
  const item = intAt(timeline.item, event);
  const window: LabelWindow = { t, windowMs: task.windowMs, item, openingEvent: event, surface };
  return {
    ...{ timeline, openers, opening, items, window, seed: rules.seed, key: questionKey(opening, task) },
    strongest: once(() => strongestInWindow(timeline, window, vocabulary.noneRank)),
    seen: once(() => seenEvents(timeline, { t, surface, maxEvents: rules.maxEvents })),
  };
}

/** The view and, apart from it, the label. */
function viewAndLabel(
  asking: Asking,
  { task, asked }: { task: TaskRules; asked: Asked },
  { vocabulary, items }: AskScope,
): Required<Pick<QuestionOutcome, 'question' | 'label'>> {
  const { name, form, windowMs } = task;
  const question = viewQuestion(asking.timeline, {
    // Facts alone: a task can settle labels, and a view holds nothing that could.
    task: { name, form, windowMs },
    ...{ key: asking.key, opening: asking.opening, items, vocabulary, measured: asked.measured },
    asked: asked.items.map((candidate) => candidate.version),
    hidesAsked: task.choosesItems,
    seen: asking.seen(),
    order: task.strategy.order,
  });
  const reasons = task.choosesItems ? asked.items.map((candidate) => candidate.reason) : [];
  return { question, label: { ...task.settle(asking, asked), reasons } };
}

/** Works a value out when it is first asked for. */
function once<T extends object>(work: () => T): () => T {
  let value: T | undefined;
  return () => {
    value ??= work();
    return value;
  };
}
