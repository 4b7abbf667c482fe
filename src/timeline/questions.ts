/** A question as it may be known at T and, apart from it, its label and its end. */
import type { MemberId } from '../../schemas/ids.ts';
import type { QuestionFate } from '../../schemas/ledger.ts';
import type { Closing } from './as-of.ts';
import type { Exposure } from './exposure.ts';
import { countActions, type HistoryEntry, type HistoryOrder, historyEntries } from './history.ts';
import type { ItemTable, ItemVersion, Says } from './item-table.ts';
import { type MemberTimeline, type ProfileVersion, profileAt } from './member-timeline.ts';
import type { Opening } from './openings.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What a question says of the task that asks it. */
export interface AskedTask extends Closing {
  readonly name: string;
  readonly form: string;
}

/** A question as it may be known at T. THE LABEL IS NOT IN IT (LABEL-5). */
export interface Question {
  readonly task: AskedTask;
  /** Opening reference, task, form (OPEN-4). */
  readonly key: readonly string[];
  readonly t: number;
  readonly memberId: MemberId;
  readonly exposure: Exposure;
  readonly profile: ProfileVersion | undefined;
  /**
   * The asked item alone, or the candidates in display order, which does not tell the right one.
   */
  readonly items: readonly ItemVersion[];
  /** In strategy order. */
  readonly history: readonly HistoryEntry[];
  readonly actionsBefore: number;
}

/** What the question's answer is, and when it was settled (epoch ms). */
export interface QuestionLabel {
  readonly label: string;
  readonly settledAt: number;
  /** For each item of the question, in the same order; empty where nothing was chosen or drawn. */
  readonly reasons: readonly string[];
}

/**
 * One question with its end; `question` and `label` are there exactly when it is rendered (OPEN-6).
 */
export interface QuestionOutcome {
  readonly task: AskedTask;
  readonly opening: Opening;
  readonly fate: QuestionFate;
  /** From when on the question is mature (epoch ms): LABEL-3, LABEL-4. */
  readonly closesAt: number;
  readonly question?: Question;
  readonly label?: QuestionLabel;
  /**
   * Of a mature question that is not rendered: the label that it would have, so that losses are
   * counted by label.
   */
  readonly lostLabel?: string;
}

/** The parts of a question's key. */
export function questionKey(opening: Opening, task: AskedTask): string[] {
  return [...opening.reference, task.name, task.form];
}

/** What a question is made of, all of it known at T. */
export interface ViewRules {
  readonly task: AskedTask;
  readonly key: readonly string[];
  readonly t: number;
  readonly exposure: Exposure;
  /** In display order. */
  readonly asked: readonly ItemVersion[];
  /** Events on the asked items are left out of the history (HIST-3). */
  readonly hidesAsked: boolean;
  /** Positions of the events seen at T. */
  readonly seen: Int32Array;
  readonly items: ItemTable;
  readonly says: Says;
  readonly vocabulary: Vocabulary;
  readonly order: HistoryOrder;
}

/** Gathers what may be known at T. */
export function viewQuestion(timeline: MemberTimeline, rules: ViewRules): Question {
  const { task, t, exposure, asked, seen, items, says, vocabulary } = rules;
  const { noneRank } = vocabulary;
  const { windowMs, latenessMs } = task;
  const excluded = rules.hidesAsked ? asked : [];
  const scope = { t, windowMs, latenessMs, noneRank, items, says, excluded };
  const entries = historyEntries(timeline, seen, scope);
  return {
    task,
    key: rules.key,
    t,
    memberId: timeline.memberId,
    exposure,
    profile: profileAt(timeline, t),
    items: asked,
    history: rules.order(entries.reverse(), noneRank),
    actionsBefore: countActions(timeline, seen, noneRank),
  };
}
