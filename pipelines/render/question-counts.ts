/** By how much the counts of questions of a partition change, and which record says so. */
import type { QuestionFate } from '../../schemas/ledger.ts';
import type { OpenedQuestion } from '../../src/forms/ask-member.ts';
import { addTally, addTo, type Tally } from '../../src/tally.ts';

/** A question that is counted. */
export type CountedQuestion = Pick<OpenedQuestion, 'task' | 'closesAt'>;

/** Called with each question as it is met. */
export interface QuestionCounts {
  /** What comes of a question now; one that was decided before is counted again. */
  now(question: CountedQuestion, fate: QuestionFate, label: string): void;
  /** What came of a question before. */
  before(question: CountedQuestion, fate: QuestionFate, label: string): void;
  /** A question of a member of before; `isNew`: it may not have been counted then. */
  opened(question: CountedQuestion, isNew: boolean): void;
  /**
   * What a rewrite record and a corpus record say, without names that count nothing. Of both the
   * rewrite record is committed first, and a crash may come between: what is pending by it is so of
   * the newest events. Where there is nothing to rewrite the corpus record says that, too.
   */
  finish(areRowsOther: boolean): { readonly again: Tally; readonly further: Tally };
}

/** What is decided now. */
export interface DecidedNow {
  /** Questions that close by this moment (epoch ms) were decided before. */
  readonly decided: number;
  /** Whether more are decided now. */
  readonly isFurther: boolean;
}

/** Nothing is counted yet. */
export function createQuestionCounts({ decided, isFurther }: DecidedNow): QuestionCounts {
  const again: Tally = {};
  const further: Tally = {};
  /** Pending as of `decided`. */
  const waiting: Tally = {};
  const pending = ({ task }: CountedQuestion) => [task.name, 'pending', ''];
  return {
    now(question, fate, label) {
      const { task, closesAt } = question;
      // What is pending in the end was told as opened where nothing more is decided.
      if (closesAt <= decided) addTo(again, [task.name, fate, label], 1);
      else if (isFurther) addTo(further, [task.name, fate, label], 1);
    },
    before({ task, closesAt }, fate, label) {
      addTo(closesAt <= decided ? again : waiting, [task.name, fate, label], -1);
    },
    opened(question, isNew) {
      if (question.closesAt <= decided) return;
      if (isNew) addTo(waiting, pending(question), 1);
      if (isFurther) addTo(further, pending(question), -1);
    },
    finish(areRowsOther) {
      const own = addTally(again, {});
      const isRewritten = areRowsOther || !isFurther || Object.keys(own).length > 0;
      return {
        again: isRewritten ? addTally(own, waiting) : own,
        further: addTally(further, isRewritten ? {} : waiting),
      };
    },
  };
}
