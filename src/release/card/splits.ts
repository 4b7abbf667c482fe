/**
 * What each split of a release holds, in words with its dates (SPLIT-1 to SPLIT-4), and of an
 * increment (INCREMENT-2, INCREMENT-4).
 */
import type { Split } from '../../../schemas/ledger.ts';
import type { Manifest } from '../../../schemas/manifest.ts';
import { moment, plain } from './phrases.ts';

/** Cells of Markdown. */
export function splitMeanings({ identity, release, until, since }: Manifest): Readonly<Record<Split, string>> {
  const { t1, t2, gap } = release.splits;
  const [validation, test] = [moment(t1 + gap), moment(t2 + gap)];
  const named = (names: readonly string[] = []) => names.map(plain).join(', ');
  const surfaces = named(identity.section.holdout?.surfaces);
  const ofMembers = 'of held-out members, of whom nothing is in train, validation or test';
  const before = moment(since?.until ?? until);
  return {
    train:
      since === undefined
        ? `questions with labels settled by ${moment(t1)}`
        : `questions with labels settled after ${before} and by ${moment(until)}, and earlier ones that changed ` +
          'or came since',
    validation: `questions from ${validation} to before ${moment(t2)}`,
    test: `questions from ${test} on, with labels settled by ${moment(until)}`,
    test_members: `questions from ${validation} on ${ofMembers}`,
    test_template: 'questions of test in the words of held-out templates',
    test_surface: `questions from ${test} on, on held-out surfaces: ${surfaces}`,
    test_task: `questions from ${test} on of held-out tasks: ${named(release.holdout_tasks)}`,
    replay: `a share of ${since?.replay ?? 0} of the other questions with labels settled by ${before}, by draw`,
  };
}
