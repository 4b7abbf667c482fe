/**
 * Questions about items that a serving system names, as training asks them: without openings, caps,
 * draws and labels.
 */

import type { InteractionEvent } from '../../schemas/event.ts';
import type { EventId, ItemId } from '../../schemas/ids.ts';
import { BrewhouseError } from '../errors.ts';
import { exposureOf } from '../timeline/exposure.ts';
import { seenEvents } from '../timeline/history.ts';
import { type ItemTable, type ItemVersion, live, type Says } from '../timeline/item-table.ts';
import type { MemberTimeline } from '../timeline/member-timeline.ts';
import { type Question, viewQuestion } from '../timeline/questions.ts';
import type { Vocabulary } from '../timeline/vocabulary.ts';
import type { CorpusRules, TaskRules } from './task-rules.ts';

/** What is asked, and how the items are met. */
export interface CandidatesAsked extends Pick<InteractionEvent, 'surface' | 'context' | 'value' | 'position'> {
  /** The moment of the question, epoch ms: nothing known at it or later shows. */
  readonly t: number;
  /** Item ids, in the order in which a prompt of several shows them. */
  readonly candidates: readonly string[];
}

/** By which rules, and about which items. */
export interface CandidatesScope {
  readonly task: TaskRules;
  readonly rules: CorpusRules;
  readonly vocabulary: Vocabulary;
  readonly items: ItemTable;
  /** As the texts of the corpus have it. */
  readonly says: Says;
}

/**
 * A question, or the item of which nothing can be asked: nobody defined it before, or it is gone.
 */
export type CandidatesQuestion =
  | { readonly itemIds: readonly string[]; readonly question: Question }
  | { readonly itemIds: readonly string[]; readonly unknown: readonly string[] };

/**
 * A question for each candidate, or one about all of them where the form shows several. Items are
 * read as training reads them: in a task that draws as of before T (ASOF-4). Throws `usage` where
 * the form shows another number of candidates.
 */
export function askCandidates(
  timeline: MemberTimeline,
  scope: CandidatesScope,
  asked: CandidatesAsked,
): CandidatesQuestion[] {
  const { task, items } = scope;
  const { t, surface, candidates } = asked;
  const seen = seenEvents(timeline, { t, surface, maxEvents: scope.rules.maxEvents });
  const versionOf = (id: string): ItemVersion | undefined =>
    task.choosesItems ? items.drawable(id as ItemId, t) : live(items.newestAt(id as ItemId, t));
  if (task.block === 'candidates') requireCount(task, candidates);
  const groups = task.block === 'candidates' ? [candidates] : candidates.map((id) => [id]);
  return groups.map((itemIds) => {
    const versions = itemIds.map(versionOf);
    const there = versions.filter((version) => version !== undefined);
    if (there.length < itemIds.length) return { itemIds, unknown: itemIds.filter((_, i) => versions[i] === undefined) };
    return { itemIds, question: questionOf(timeline, { scope, asked, seen, versions: there }) };
  });
}

interface Parts {
  readonly scope: CandidatesScope;
  readonly asked: CandidatesAsked;
  readonly seen: Int32Array;
  readonly versions: readonly ItemVersion[];
}

function questionOf(timeline: MemberTimeline, { scope, asked, seen, versions }: Parts): Question {
  const { task, vocabulary, items, says } = scope;
  const { name, form, windowMs, latenessMs, choosesItems, strategy } = task;
  const { t, candidates: _candidates, ...met } = asked;
  return viewQuestion(timeline, {
    task: { name, form, windowMs, latenessMs },
    // Keys are for draws, and here nothing is drawn.
    key: [],
    t,
    exposure: exposureOf({ event_id: '' as EventId, ...met }, vocabulary, 'nothing'),
    asked: versions,
    hidesAsked: choosesItems,
    seen,
    items,
    says,
    vocabulary,
    order: strategy.order,
  });
}

function requireCount({ name, labels }: TaskRules, candidates: readonly string[]): void {
  if (candidates.length === labels.length) return;
  throw new BrewhouseError('usage', `the task ${name} shows ${labels.length} candidates, not ${candidates.length}`, {
    remedy: `give ${labels.length} item ids, in the order in which the prompt shows them`,
  });
}
