/** The questions of one member: each opening asked by each task, with its fate, its view as of T and, apart from it, its label. */

import { DAY_MS } from '../../schemas/event-time.ts';
import type { QuestionFate } from '../../schemas/ledger.ts';
import type { Form, Order, Strategy } from '../../schemas/recipe.ts';
import { type Candidate, chooseCandidates, drawOtherItem } from './candidates.ts';
import { draw, inShare } from './draws.ts';
import { type Exposure, exposureOf } from './exposure.ts';
import {
  countActions,
  type HistoryEntry,
  historyEntries,
  inStrategyOrder,
  seenEvents,
  strongestSeen,
} from './history.ts';
import { type ItemTable, type ItemVersion, live } from './item-table.ts';
import {
  firstStronger,
  itemsActedOn,
  type LabelWindow,
  NOTHING_MORE,
  type SettledLabel,
  strongestInWindow,
} from './labels.ts';
import { type MemberTimeline, type ProfileVersion, profileAt } from './member-timeline.ts';
import { type AskRules, cappedOpenings, type Opening, openActions, openSessions } from './openings.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What one task of a recipe asks; everything resolved. */
export interface TaskRules {
  readonly name: string;
  readonly form: Form;
  /** W in ms. */
  readonly windowMs: number;
  readonly strategy: Strategy;
  readonly order: Order;
  /** retrieval.choose: wrong candidates from slates and exposures, and from all items. */
  readonly shown: number;
  readonly random: number;
  /** Share of questions about a drawn item; 0: none, and then the asked item stays in the history. */
  readonly drawn: number;
}

/** All that the timeline side of a corpus depends on. */
export interface CorpusRules {
  readonly seed: number;
  readonly sessionGapMs: number;
  readonly maxEvents: number | undefined;
  readonly ask: AskRules;
  readonly tasks: readonly TaskRules[];
}

/** A question as it may be known at T. THE LABEL IS NOT IN IT. */
export interface Question {
  readonly task: TaskRules;
  /** Opening reference, task, form. */
  readonly key: readonly string[];
  readonly t: number;
  readonly memberId: string;
  readonly exposure: Exposure;
  readonly profile: ProfileVersion | undefined;
  /** The asked item alone, or the candidates in the order shown, without a word on which is right. */
  readonly items: readonly ItemVersion[];
  /** In strategy order. */
  readonly history: readonly HistoryEntry[];
  readonly actionsBefore: number;
}

/** What the question's answer is, and when it was settled (epoch ms). */
export interface QuestionLabel {
  readonly label: string;
  readonly settledAt: number;
  /** Per item of the question, in the same order; empty where nothing was chosen or drawn. */
  readonly reasons: readonly string[];
}

/** One question with its end; `question` and `label` are there exactly when it is rendered. */
export interface QuestionOutcome {
  readonly task: TaskRules;
  readonly opening: Opening;
  readonly fate: QuestionFate;
  /** From when on the label is mature (epoch ms). */
  readonly maturesAt: number;
  readonly question?: Question;
  readonly label?: QuestionLabel;
  /** Of a mature question that is not rendered: the name of the action that would have decided it, so that losses are counted by label. */
  readonly lostLabel?: string;
}

export interface AskContext {
  readonly rules: CorpusRules;
  readonly vocabulary: Vocabulary;
  readonly items: ItemTable;
  /** Questions mature in (from, until] are decided; later ones are pending, earlier ones were decided before. null: no bound. */
  readonly from: number | null;
  readonly until: number | null;
}

/** All questions of one member that end in this run, task by task in order of T. */
export function* askMember(timeline: MemberTimeline, context: AskContext): Generator<QuestionOutcome> {
  const { rules, vocabulary } = context;
  const sessions = openSessions(timeline, rules.sessionGapMs);
  const openings = (task: TaskRules) => (task.form === 'next-action.action' ? actions : sessions);
  const actions = rules.tasks.some((task) => task.form === 'next-action.action')
    ? openActions(timeline, vocabulary)
    : [];
  const asksSessions = rules.tasks.some((task) => task.form !== 'next-action.action');
  const opening = [...(asksSessions ? sessions : []), ...actions].map((each) => each.event);
  const capped = cappedOpenings(timeline, opening, rules.ask);
  for (const task of rules.tasks) {
    for (const each of openings(task)) {
      const outcome = decide(timeline, context, task, each, capped.has(each.event));
      if (outcome !== undefined) yield outcome;
    }
  }
}

/** T + W, and where openings are capped by day, the end of T's day. */
export function maturesAt(task: TaskRules, ask: AskRules, t: number): number {
  const settled = t + Math.max(task.windowMs, 1);
  return ask.perMemberDay === undefined ? settled : Math.max(settled, (Math.floor(t / DAY_MS) + 1) * DAY_MS);
}

function decide(
  timeline: MemberTimeline,
  context: AskContext,
  task: TaskRules,
  opening: Opening,
  isCapped: boolean,
): QuestionOutcome | undefined {
  const { rules, vocabulary, items, from, until } = context;
  const mature = maturesAt(task, rules.ask, opening.t);
  if (from !== null && mature <= from) return undefined;
  const end = (fate: QuestionFate) => ({ task, opening, fate, maturesAt: mature });
  const surface = timeline.events[opening.event]!.surface;
  const item = timeline.item[opening.event]!;
  const window: LabelWindow = { t: opening.t, windowMs: task.windowMs, item, openingEvent: opening.event, surface };
  // Before the label is looked at: whether a choice is asked at all is not known until then.
  if (until !== null && mature > until) return end('pending');
  const { rank } = strongestInWindow(timeline, window, vocabulary.noneRank);
  // Choose is asked only where the label is positive; what is not positive is no question and counted nowhere.
  if (task.form === 'retrieval.choose' && !vocabulary.isPositive(rank)) return undefined;
  const lostLabel = lostLabelOf(timeline, context, { task, opening, window, rank });
  if (isCapped) return { ...end('capped'), lostLabel };
  const own = live(items.shownAt(timeline.events[opening.event]!.item_id, opening.t));
  if (own === undefined) return { ...end('item_unknown'), lostLabel };
  const built = buildQuestion(timeline, context, { task, opening, own, window });
  if (built === undefined) return { ...end('too_few_candidates'), lostLabel };
  return { ...end('rendered'), ...built };
}

/** The label that a question on its own item has, rendered or not; of a choice, whose letter is not known, the action. */
function lostLabelOf(
  timeline: MemberTimeline,
  { rules, vocabulary }: AskContext,
  at: { task: TaskRules; opening: Opening; window: LabelWindow; rank: number },
): string {
  const { task, opening, window, rank } = at;
  const { noneRank } = vocabulary;
  if (task.form === 'retrieval.choose') return vocabulary.nameOf(rank);
  if (task.form !== 'next-action.action') return labelName(task, vocabulary, rank, []);
  const seen = seenEvents(timeline, { t: opening.t, surface: window.surface, maxEvents: rules.maxEvents });
  const strongest = strongestSeen(timeline, seen, window.item, noneRank);
  return labelName(task, vocabulary, firstStronger(timeline, window, strongest, noneRank).rank, []);
}

interface Asked {
  readonly task: TaskRules;
  readonly opening: Opening;
  readonly own: ItemVersion;
  readonly window: LabelWindow;
}

function buildQuestion(
  timeline: MemberTimeline,
  context: AskContext,
  asked: Asked,
): { question: Question; label: QuestionLabel } | undefined {
  const { rules, vocabulary, items } = context;
  const { task, opening, window } = asked;
  const { noneRank } = vocabulary;
  const key = [...opening.reference, task.name, task.form];
  const seen = seenEvents(timeline, { t: opening.t, surface: window.surface, maxEvents: rules.maxEvents });
  const chosen = chooseItems(timeline, context, asked, { key, seen });
  if (chosen === undefined) return undefined;
  const versions = chosen.map((candidate) => candidate.version);
  const leavesOut = task.form === 'retrieval.choose' || task.drawn > 0;
  const excluded = new Set(leavesOut ? versions.map((version) => version.itemId) : []);
  const entries = historyEntries(timeline, seen, items, { t: opening.t, windowMs: task.windowMs, noneRank, excluded });
  const question: Question = {
    task,
    key,
    t: opening.t,
    memberId: timeline.memberId,
    exposure: exposureOf(timeline.events[opening.event]!, vocabulary, isDrawn(task, chosen)),
    profile: profileAt(timeline, opening.t),
    items: versions,
    history: inStrategyOrder(entries, task.strategy, noneRank),
    actionsBefore: countActions(timeline, seen, noneRank),
  };
  const label = settle(timeline, vocabulary, asked, { chosen, seen });
  return { question, label };
}

function chooseItems(
  timeline: MemberTimeline,
  context: AskContext,
  asked: Asked,
  at: { key: readonly string[]; seen: Int32Array },
): Candidate[] | undefined {
  const { rules, vocabulary, items } = context;
  const { task, opening, own, window } = asked;
  const place = { seed: rules.seed, key: at.key, t: opening.t };
  if (task.form === 'retrieval.choose') {
    const acted = itemsActedOn(timeline, window, vocabulary.noneRank);
    return chooseCandidates(timeline, items, {
      ...place,
      right: own,
      openingEvent: opening.event,
      shown: task.shown,
      random: task.random,
      barred: new Set([...acted].map((item) => timeline.itemIds[item]!)),
      seen: at.seen,
      noneRank: vocabulary.noneRank,
    });
  }
  if (task.drawn > 0 && inShare(draw(rules.seed, 'drawn', at.key), task.drawn)) {
    const version = drawOtherItem(items, place, own.itemId);
    return version === undefined ? undefined : [{ version, reason: 'random' }];
  }
  return [{ version: own, reason: 'right' }];
}

/** Whether the question asks about an item drawn in place of its own. */
function isDrawn(task: TaskRules, chosen: readonly Candidate[]): boolean {
  return task.form !== 'retrieval.choose' && chosen[0]!.reason === 'random';
}

function settle(
  timeline: MemberTimeline,
  vocabulary: Vocabulary,
  asked: Asked,
  at: { chosen: readonly Candidate[]; seen: Int32Array },
): QuestionLabel {
  const { task, opening } = asked;
  const { noneRank } = vocabulary;
  const several = task.form === 'retrieval.choose';
  const item = isDrawn(task, at.chosen) ? timeline.itemIds.indexOf(at.chosen[0]!.version.itemId) : asked.window.item;
  const window = { ...asked.window, item };
  const settled: SettledLabel =
    task.form === 'next-action.action'
      ? firstStronger(timeline, window, strongestSeen(timeline, at.seen, item, noneRank), noneRank)
      : strongestInWindow(timeline, window, noneRank);
  const final =
    settled.decidedBy >= 0 && (task.windowMs === 0 || settled.rank === 0 || task.form === 'next-action.action');
  const openingKnown = task.windowMs === 0 ? timeline.knownAt[opening.event]! : opening.t + task.windowMs;
  return {
    label: labelName(task, vocabulary, settled.rank, at.chosen),
    settledAt: final ? timeline.knownAt[settled.decidedBy]! : openingKnown,
    reasons: several || task.drawn > 0 ? at.chosen.map((candidate) => candidate.reason) : [],
  };
}

function labelName(task: TaskRules, vocabulary: Vocabulary, rank: number, chosen: readonly Candidate[]): string {
  switch (task.form) {
    case 'ranking.pointwise':
      return vocabulary.nameOf(rank);
    case 'ranking.binary':
      return vocabulary.isPositive(rank) ? 'Yes' : 'No';
    case 'retrieval.choose':
      return letterOf(chosen.findIndex((candidate) => candidate.reason === 'right'));
    case 'next-action.action':
      return rank === vocabulary.noneRank ? NOTHING_MORE : vocabulary.nameOf(rank);
  }
}

/** `A` for 0. */
export function letterOf(position: number): string {
  return String.fromCharCode(65 + position);
}
