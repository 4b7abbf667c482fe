/** Every question that a member is asked with its end, rendered or not, as lists for tests. */
import type { EventId } from '../../schemas/ids.ts';
import type { QuestionFate } from '../../schemas/ledger.ts';
import { UNIT_SEPARATOR } from '../../schemas/rows.ts';
import { type AskScope, askMember } from '../../src/forms/ask-member.ts';
import type { TaskRules } from '../../src/forms/task-rules.ts';
import type { History } from '../../src/timeline/history.ts';
import type { ItemVersion } from '../../src/timeline/item-table.ts';
import type { MemberTimeline } from '../../src/timeline/member-timeline.ts';
import type { Question, QuestionLabel } from '../../src/timeline/questions.ts';

/** A question that is rendered, with all that comes with it. */
export type Rendered = Required<Omit<Outcome, 'lostLabel'>>;

/** One question with its end; `question` and `label` are there exactly when it is rendered. */
export interface Outcome {
  readonly task: TaskRules;
  readonly opening: { readonly event: number; readonly t: number; readonly reference: readonly string[] };
  readonly fate: QuestionFate;
  readonly closesAt: number;
  readonly question?: Question;
  readonly label?: QuestionLabel;
  readonly lostLabel?: string;
}

/** An entry of a history. */
export interface HistoryEntry {
  readonly rank: number;
  readonly event: number;
  readonly eventId: EventId;
  readonly at: number;
  readonly version: ItemVersion;
}

/** A question with all of its history. */
export interface PlainQuestion extends Omit<Question, 'history'> {
  readonly history: readonly HistoryEntry[];
}

/** All questions of a member, task by task in order of T. */
export function everyOutcome(timeline: MemberTimeline, scope: Omit<AskScope, 'lost'>): Outcome[] {
  const outcomes: Outcome[] = [];
  const referenceOf = (key: string) => key.split(UNIT_SEPARATOR).slice(0, -2);
  const lost: AskScope['lost'] = ({ task, openings, event, closesAt }, fate, label) => {
    const reference = openings.referenceOf(event).split(UNIT_SEPARATOR);
    outcomes.push({
      ...{ task, fate, closesAt },
      opening: { event, t: openings.momentOf(event), reference },
      ...(fate === 'pending' ? {} : { lostLabel: label }),
    });
  };
  for (const outcome of askMember(timeline, { ...scope, lost })) {
    const { key, t, exposure } = outcome.question;
    const event = timeline.events.findIndex(({ event_id: id }) => id === exposure.eventId);
    outcomes.push({ ...outcome, fate: 'rendered', opening: { event, t, reference: referenceOf(key) } });
  }
  return outcomes;
}

/** The question as plain values, which can be compared. */
export function plainQuestion({ history, ...question }: Question): PlainQuestion {
  return { ...question, history: entriesOf(history) };
}

/** The same of outcomes. */
export function plainOutcomes(outcomes: readonly Outcome[]): object[] {
  return outcomes.map(({ question, ...outcome }) => ({ ...outcome, question: question && plainQuestion(question) }));
}

/** All entries of a history. */
export function entriesOf(history: History): HistoryEntry[] {
  history.list(Number.POSITIVE_INFINITY);
  return Array.from({ length: history.length }, (_, i) => ({
    rank: history.rank[i]!,
    event: history.event[i]!,
    eventId: history.eventIdAt(i),
    at: history.at[i]!,
    version: history.versionAt(i),
  }));
}
