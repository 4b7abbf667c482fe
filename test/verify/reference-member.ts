/** All that the reference makes of a member: the oracle of property tests. */
import { referenceQuestions } from '../../src/verify/reference/questions.ts';
import { referenceRow, templatesOf } from '../../src/verify/reference/rows.ts';
import type { Corpus } from '../../src/verify/reference/tasks.ts';

/**
 * Every question of a member with its rows, ordinary and variant, none where it was not rendered.
 */
export function referenceMember(corpus: Corpus, member: string, until?: number) {
  return referenceQuestions(corpus, member, until).map((question) => ({
    question,
    rows: (question.fate === 'rendered' ? templatesOf(question) : []).map(({ template, variant }) => {
      return { variant, ...referenceRow(question, template) };
    }),
  }));
}
