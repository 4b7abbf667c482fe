/** A question as it may be known at T and, apart from it, its label. */
import type { MemberId } from '../../schemas/ids.ts';
import { intAt } from '../checked.ts';
import type { Closing } from './as-of.ts';
import { keyWith } from './draws.ts';
import type { Exposure } from './exposure.ts';
import { createHistory, type History, type HistoryOrder } from './history.ts';
import type { ItemVersion } from './item-table.ts';
import type { MemberPast } from './member-past.ts';
import { type ProfileVersion, profileAt } from './member-timeline.ts';
import { isCounted, type SeenEvents } from './seen.ts';

/** What a question says of the task that asks it. */
export interface AskedTask extends Closing {
  readonly name: string;
  readonly form: string;
}

/** A question as it may be known at T. THE LABEL IS NOT IN IT (LABEL-5). */
export interface Question {
  readonly task: AskedTask;
  /** Opening reference, task, form, joined (OPEN-4). */
  readonly key: string;
  readonly t: number;
  readonly memberId: MemberId;
  readonly exposure: Exposure;
  readonly profile: ProfileVersion | undefined;
  /**
   * The asked item alone, or the candidates in display order, which does not tell the right one.
   */
  readonly items: readonly ItemVersion[];
  /** In strategy order. */
  readonly history: History;
  readonly actionsBefore: number;
}

/** What the question's answer is, and when it was settled (epoch ms). */
export interface QuestionLabel {
  readonly label: string;
  readonly settledAt: number;
  /** For each item of the question, in the same order; empty where nothing was chosen or drawn. */
  readonly reasons: readonly string[];
}

/** A question that is rendered, and its label (OPEN-6). */
export interface QuestionOutcome {
  readonly task: AskedTask;
  /** Position of the opening event in the timeline. */
  readonly event: number;
  /** From when on the question is mature (epoch ms): LABEL-3, LABEL-4. */
  readonly closesAt: number;
  readonly question: Question;
  readonly label: QuestionLabel;
}

/** The key of the question that a task asks at an opening with this reference, both joined. */
export function questionKey(reference: string, { name, form }: AskedTask): string {
  return keyWith(keyWith(reference, name), form);
}

/** What a question is made of, all of it known at T. */
export interface ViewRules {
  readonly task: AskedTask;
  readonly key: string;
  readonly exposure: Exposure;
  /** In display order. */
  readonly asked: readonly ItemVersion[];
  /** Events on the asked items are left out of the history (HIST-3). */
  readonly hidesAsked: boolean;
  readonly seen: SeenEvents;
  readonly order: HistoryOrder;
}

/** Gathers what may be known at T. */
export function viewQuestion(past: MemberPast, rules: ViewRules): Question {
  const { task, exposure, asked, seen } = rules;
  const { windowMs, latenessMs } = task;
  const excluded = rules.hidesAsked ? itemsLeftOut(past, asked, seen.t) : [];
  return {
    task,
    key: rules.key,
    t: seen.t,
    memberId: past.timeline.memberId,
    exposure,
    profile: profileAt(past.timeline, seen.t),
    items: asked,
    history: createHistory(past, { seen, excluded, windowMs, latenessMs }, rules.order),
    actionsBefore: countActions(past, seen),
  };
}

/**
 * The items asked about, right or wrong alike, and those that say at T what one of them says: of
 * the member's, each once (HIST-3).
 */
function itemsLeftOut({ timeline, says, saying }: MemberPast, asked: readonly ItemVersion[], t: number): number[] {
  const items = new Set<number>();
  for (const version of asked) {
    const own = timeline.itemNumbers.get(version.itemId);
    if (own !== undefined) items.add(own);
    for (const item of saying(says(version), t)) items.add(item);
  }
  return [...items];
}

/** Actions, not exposures, among the events that are seen and count. */
function countActions(past: MemberPast, seen: SeenEvents): number {
  if (seen.from === 0) return past.actionsBefore(seen.t);
  const { events, from, to } = seen;
  let actions = 0;
  for (let i = from; i < to; i++) if (intAt(events.rank, i) < events.noneRank && isCounted(seen, i)) actions++;
  return actions;
}
