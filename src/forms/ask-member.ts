/**
 * The questions of one member: each opening asked by each task, with its end, its view as of T and,
 * apart from it, its label.
 */

import type { QuestionFate } from '../../schemas/ledger.ts';
import { floatAt, nth } from '../checked.ts';
import { closesAt } from '../timeline/as-of.ts';
import { cappedOpenings } from '../timeline/caps.ts';
import type { ClosingRange } from '../timeline/event-hours.ts';
import { exposureOf } from '../timeline/exposure.ts';
import type { ItemTable, Says } from '../timeline/item-table.ts';
import { memberPasts, once } from '../timeline/member-past.ts';
import type { MemberTimeline } from '../timeline/member-timeline.ts';
import { type Openings, openActions, openSessions, sessionOpeners } from '../timeline/openings.ts';
import { type Question, type QuestionOutcome, viewQuestion } from '../timeline/questions.ts';
import type { Vocabulary } from '../timeline/vocabulary.ts';
import { type Asking, createAsker } from './asking.ts';
import type { Asked, OpeningLists } from './form.ts';
import type { CorpusRules, TaskRules } from './task-rules.ts';

/** A question that is rendered, and the whole task that asked it. */
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
  /**
   * Told of each question of this run that is not rendered, in its place in the order: its fate,
   * and the label that it would have, which is empty while it is pending.
   */
  readonly lost?: (question: OpenedQuestion, fate: Exclude<QuestionFate, 'rendered'>, label: string) => void;
  /** Told of each question that is mature after `from`, first of all, whatever comes of it. */
  readonly opened?: ((question: OpenedQuestion) => void) | undefined;
}

/** Of a question, its task, where it opened, and when it closes. */
export interface OpenedQuestion {
  readonly task: TaskRules;
  readonly openings: Openings;
  /** Position of the opening event in the timeline. */
  readonly event: number;
  /** Epoch milliseconds. */
  readonly closesAt: number;
}

/**
 * The questions of one member that are rendered in this run, task by task in order of T. Time and
 * memory grow in proportion to the member's events; see `historyEntries` for what a question costs.
 * Of a member none of whose questions is decided in this run nothing but openings is worked out.
 */
export function* askMember(timeline: MemberTimeline, scope: AskScope): Generator<TaskOutcome> {
  const { rules, vocabulary, items, says, lost, opened } = scope;
  const from = scope.from ?? Number.NEGATIVE_INFINITY;
  const until = scope.until ?? Number.POSITIVE_INFINITY;
  const openers = once(() => sessionOpeners(timeline, rules.sessionGapMs));
  const lists: OpeningLists = {
    timeline,
    sessions: once(() => openSessions(timeline, openers())),
    actions: once(() => openActions(timeline, vocabulary)),
    openers,
  };
  const asked = rules.tasks.map((task) => ({ task, openings: task.openings(lists) }));
  const capped = once(() => {
    const isAll = from === Number.NEGATIVE_INFINITY && until === Number.POSITIVE_INFINITY;
    const wanted = isAll ? undefined : openingsClosing(timeline, asked, { from, until });
    return cappedOpenings(timeline, { openings: asked.map(({ openings }) => openings), wanted }, rules.ask);
  });
  const shared = { seed: rules.seed, maxEvents: rules.maxEvents, items, says, openers };
  const pasts = once(() => memberPasts(timeline, scope));
  for (const { task, openings } of asked) {
    const asker = once(() => createAsker(timeline, { task, openings }, { ...shared, pasts: pasts() }));
    for (const event of openings.events) {
      const closesAt = closingOf(timeline, { task, openings }, event);
      if (closesAt <= from) continue;
      const question = { task, openings, event, closesAt };
      opened?.(question);
      // The first end of OPEN-6 that applies; this one before the label is looked at.
      if (closesAt > until) {
        lost?.(question, 'pending', '');
        continue;
      }
      const { asking, moveTo } = asker();
      moveTo(event);
      if (task.isAsked?.(asking) === false) continue;
      const about = capped()[event] === 1 ? 'capped' : task.ask(asking);
      if (typeof about === 'string') lost?.(question, about, task.lostLabel(asking));
      else yield { task, event, closesAt, ...answered(task, { asking, asked: about, vocabulary }) };
    }
  }
}

/** By position in the timeline, 1: some task's question about the event closes in (from, until]. */
function openingsClosing(timeline: MemberTimeline, asked: readonly AskedTaskOpenings[], range: ClosingRange) {
  const closing = new Uint8Array(timeline.size);
  for (const each of asked)
    for (const event of each.openings.events) {
      const closesAt = closingOf(timeline, each, event);
      if (closesAt > range.from && closesAt <= range.until) closing[event] = 1;
    }
  return closing;
}

function closingOf({ knownAt }: MemberTimeline, { task, openings }: AskedTaskOpenings, event: number): number {
  return closesAt(openings.momentOf(event), floatAt(knownAt, event), task);
}

interface AskedTaskOpenings {
  readonly task: TaskRules;
  readonly openings: Openings;
}

interface Answered {
  readonly asking: Asking;
  readonly asked: Asked;
  readonly vocabulary: Vocabulary;
}

function answered(task: TaskRules, of: Answered): Pick<TaskOutcome, 'question' | 'label'> {
  const { asking, asked } = of;
  const reasons = task.choosesItems ? asked.items.map((candidate) => candidate.reason) : [];
  return { question: view(task, of), label: { ...task.settle(asking, asked), reasons } };
}

/** What may be seen of the question: facts alone, nothing that could settle its label. */
function view(task: TaskRules, { asking, asked, vocabulary }: Answered): Question {
  const { name, form, windowMs, latenessMs, choosesItems, strategy } = task;
  const { timeline, past, key, event } = asking;
  return viewQuestion(past, {
    task: { name, form, windowMs, latenessMs },
    key,
    exposure: exposureOf(nth(timeline.events, event), vocabulary, asked.measured),
    asked: asked.items.map((candidate) => candidate.version),
    hidesAsked: choosesItems,
    seen: asking.seen(),
    order: strategy.order,
  });
}
