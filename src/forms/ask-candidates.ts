/**
 * Questions about items that a serving system names, as training asks them: without openings, caps,
 * draws and labels.
 */

import type { EventId, ItemId } from '../../schemas/ids.ts';
import type { BrewhouseError } from '../errors.ts';
import { exposureOf } from '../timeline/exposure.ts';
import { type ItemTable, type ItemVersion, live, type Says } from '../timeline/item-table.ts';
import { type MemberPast, memberPasts } from '../timeline/member-past.ts';
import type { MemberTimeline } from '../timeline/member-timeline.ts';
import { type Question, viewQuestion } from '../timeline/questions.ts';
import { type SeenEvents, seenEvents } from '../timeline/seen.ts';
import type { Vocabulary } from '../timeline/vocabulary.ts';
import { type CandidatesAsked, type ReadAsked, readAsked } from './candidates-asked.ts';
import { candidatesRefusal } from './candidates-refusal.ts';
import type { CorpusRules, TaskRules } from './task-rules.ts';

/** By which rules, and about which items. */
export interface CandidatesScope {
  readonly task: TaskRules;
  readonly rules: CorpusRules;
  readonly vocabulary: Vocabulary;
  readonly items: ItemTable;
  /** As the texts of the corpus have it. */
  readonly says: Says;
}

/** A question about some items in their order, or why training would not have asked it. */
export type CandidatesQuestion =
  | { readonly itemIds: readonly string[]; readonly question: Question; readonly refusal?: undefined }
  | { readonly itemIds: readonly string[]; readonly question?: undefined; readonly refusal: BrewhouseError };

/**
 * A question for each candidate, or one about all of them where the form lists several. Items are
 * read as training reads them: in a task that draws as of before T (ASOF-4). Throws `usage` where
 * what is asked is no such thing: a moment, an item named twice, another number of candidates than
 * the form lists.
 */
export function askCandidates(
  timeline: MemberTimeline,
  scope: CandidatesScope,
  asked: CandidatesAsked,
): CandidatesQuestion[] {
  const { task, items, rules, vocabulary } = scope;
  const { t, candidates, ...met } = readAsked(asked, task, vocabulary);
  const { surface } = met;
  const past = memberPasts(timeline, scope)(surface);
  const seen = seenEvents(past.events, { t, maxEvents: rules.maxEvents });
  const known = seenEvents(past.events, { t, maxEvents: undefined });
  const mayOpen = (id: ItemId) => task.mayOpen?.(timeline, known, timeline.itemNumbers.get(id) ?? -1) !== false;
  const versionOf = (id: ItemId) => (task.choosesItems ? items.drawable(id, t) : live(items.newestAt(id, t)));
  const groups = task.block === 'candidates' ? [candidates] : candidates.map((id) => [id]);
  return groups.map((itemIds) => {
    const versions = itemIds.map(versionOf);
    const refusal = candidatesRefusal({ ...scope, t, itemIds, versions, mayOpen });
    if (refusal !== undefined) return { itemIds, refusal };
    const there = versions.filter((version) => version !== undefined);
    return { itemIds, question: questionOf(past, { scope, met, seen, versions: there }) };
  });
}

interface Parts {
  readonly scope: CandidatesScope;
  readonly met: Omit<ReadAsked, 't' | 'candidates'>;
  readonly seen: SeenEvents;
  readonly versions: readonly ItemVersion[];
}

function questionOf(past: MemberPast, { scope, met, seen, versions }: Parts): Question {
  const { task, vocabulary } = scope;
  const { name, form, windowMs, latenessMs, choosesItems, strategy } = task;
  return viewQuestion(past, {
    task: { name, form, windowMs, latenessMs },
    // Keys are for draws, and here nothing is drawn.
    key: '',
    exposure: exposureOf({ event_id: '' as EventId, ...met }, vocabulary, 'nothing'),
    asked: versions,
    hidesAsked: choosesItems,
    seen,
    order: strategy.order,
  });
}
