/**
 * The questions of one member: each opening asked by each task, with its end, its view as of T and,
 * apart from it, its label.
 */
import { floatAt, intAt, nth } from '../checked.ts';
import { closesAt } from '../timeline/as-of.ts';
import { exposureOf } from '../timeline/exposure.ts';
import { seenEvents } from '../timeline/history.ts';
import type { ItemTable, Says } from '../timeline/item-table.ts';
import { type LabelWindow, strongestInWindow } from '../timeline/labels.ts';
import type { MemberTimeline } from '../timeline/member-timeline.ts';
import { cappedOpenings, type Opening, openActions, openSessions, sessionOpeners } from '../timeline/openings.ts';
import { type Question, type QuestionOutcome, questionKey, viewQuestion } from '../timeline/questions.ts';
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
  /** As the texts of the corpus have it. */
  readonly says: Says;
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
  const capped = cappedOpenings(
    timeline,
    asked.flatMap(({ openings }) => openings),
    rules.ask,
  );
  for (const { task, openings } of asked) {
    for (const opening of openings) {
      const closes = closesAt(opening.t, floatAt(timeline.knownAt, opening.event), task);
      const outcome = decide(lists, scope, { task, opening, closes, isCapped: capped.has(opening.event) });
      if (outcome !== undefined) yield outcome;
    }
  }
}

interface AskedOpening {
  readonly task: TaskRules;
  readonly opening: Opening;
  /** closes_at, epoch ms. */
  readonly closes: number;
  readonly isCapped: boolean;
}

/** The first end of OPEN-6 that applies; undefined where it is not a question of this run. */
function decide(lists: OpeningLists, scope: AskScope, of: AskedOpening): TaskOutcome | undefined {
  const { task, opening, closes } = of;
  const { from, until } = scope;
  if (from !== null && closes <= from) return undefined;
  const end = { task, opening, closesAt: closes };
  // Before the label is looked at.
  if (until !== null && closes > until) return { ...end, fate: 'pending' };
  const asking = beginAsking(lists, scope, of);
  if (task.isAsked?.(asking) === false) return undefined;
  const asked = of.isCapped ? 'capped' : task.ask(asking);
  if (typeof asked === 'string') return { ...end, fate: asked, lostLabel: task.settle(asking).label };
  const reasons = task.choosesItems ? asked.items.map((candidate) => candidate.reason) : [];
  const label = { ...task.settle(asking, asked), reasons };
  return { ...end, fate: 'rendered', question: view(task, asking, asked), label };
}

function beginAsking({ timeline, openers }: OpeningLists, scope: AskScope, of: AskedOpening): Asking {
  const { task, opening, closes } = of;
  const { rules, vocabulary, items, says } = scope;
  const { t, event } = opening;
  const { surface } = nth(timeline.events, event);
  const item = intAt(timeline.item, event);
  const window: LabelWindow = { t, windowMs: task.windowMs, closesAt: closes, item, openingEvent: event, surface };
  return {
    timeline,
    opening,
    seed: rules.seed,
    key: questionKey(opening, task),
    items,
    says,
    vocabulary,
    window,
    strongest: once(() => strongestInWindow(timeline, window, vocabulary.noneRank)),
    seen: once(() => seenEvents(timeline, { t, surface, maxEvents: rules.maxEvents })),
    openers,
  };
}

/** What may be seen of the question: facts alone, nothing that could settle its label. */
function view(task: TaskRules, asking: Asking, asked: Asked): Question {
  const { name, form, windowMs, latenessMs, choosesItems, strategy } = task;
  const { timeline, key, opening, items, says, vocabulary } = asking;
  return viewQuestion(timeline, {
    task: { name, form, windowMs, latenessMs },
    key,
    t: opening.t,
    exposure: exposureOf(nth(timeline.events, opening.event), vocabulary, asked.measured),
    asked: asked.items.map((candidate) => candidate.version),
    hidesAsked: choosesItems,
    seen: asking.seen(),
    items,
    says,
    vocabulary,
    order: strategy.order,
  });
}

/** Works a value out when it is first asked for. */
function once<T extends object>(work: () => T): () => T {
  let value: T | undefined;
  return () => {
    value ??= work();
    return value;
  };
}
