/** The seed's prompt, word for word. */
import { expect, test } from 'vitest';
import { referenceMember } from './reference-member.ts';
import { act, DAY, item, NOON, profile, promptText, toyWorld } from './toy-world.ts';

const NOTE =
  'Focus on skills, location, and years of experience more than other criteria. In your calculation, assign a 30% ' +
  "weight to the relevance between the member's profile and the job description, and a 70% weight to the member's " +
  'historical activity.';
const TASK =
  "You are provided a member's profile and a set of jobs, their description, and interactions that the member had " +
  'with the jobs. For each past job, the member has taken one of the following actions: applied, viewed, dismissed, ' +
  "or did not interact.\nYour task is to analyze the job interaction data along with the member's profile to predict " +
  'whether the member will apply, view, or dismiss a new job referred to as the "Question" job.';

test("the seed template speaks 360Brew's prompt with the words of the jobs domain (TEMPLATE-2, TEMPLATE-3)", () => {
  const job = (id: string, location: string, company: string) =>
    item(id, { title: 'Software Engineer', location, country: 'USA', company, description: 'Builds things' });
  const world = toyWorld(
    [
      job('meta', 'New York', 'Meta'),
      job('amd', 'Texas', 'AMD'),
      job('apple', 'Seattle', 'Apple'),
      profile({ position: 'software engineer', company: 'Google', location: 'Sunnyvale, California' }),
      act('meta', 'applied', NOON - 3 * DAY),
      act('amd', 'viewed', NOON - 2 * DAY),
      act('apple', 'impression', NOON),
      act('apple', 'applied', NOON + 1000),
    ],
    { section: { tasks: [{ form: 'ranking.pointwise', order: 'by_action', templates: ['seed'], note: NOTE }] } },
  );
  const { question, rows } = referenceMember(world, 'm').at(-1)!;
  expect(question.label).toBe('applied');
  expect(promptText(rows[0]!.pieces)).toBe(`Instruction:
${TASK}
Note:
${NOTE}
Member Profile:
Current position: software engineer, current company: Google, Location: Sunnyvale, California.
Past job interaction data:
Member has applied to the following jobs:
[Title: Software Engineer, Location: New York, Country: USA, Company: Meta, Description: Builds things]
Member has viewed the following jobs:
[Title: Software Engineer, Location: Texas, Country: USA, Company: AMD, Description: Builds things]
Question:
Will the member apply to the following job:
[Title: Software Engineer, Location: Seattle, Country: USA, Company: Apple, Description: Builds things]
Answer:
The member will apply`);
});

test('items that were only shown come last, under the words for not interacting (FILL-3, LABEL-1)', () => {
  const world = toyWorld([
    item('a'),
    item('b'),
    item('q'),
    act('a', 'impression', NOON - 20 * DAY),
    act('b', 'dismissed', NOON - 19 * DAY),
    act('q', 'impression', NOON),
  ]);
  const { rows } = referenceMember(world, 'm').at(-1)!;
  expect(promptText(rows[0]!.pieces)).toContain(
    'Member has dismissed the following jobs:\n[Title: Job b]\n' +
      'Member did not interact with the following jobs:\n[Title: Job a]\n',
  );
  expect(rows[0]!.answer).toBe('The member will not interact');
});

test('neither profile nor history has a heading where there is none (TEMPLATE-4, ASOF-5)', () => {
  const world = toyWorld([item('q'), act('q', 'impression', NOON)]);
  const text = promptText(referenceMember(world, 'm')[0]!.rows[0]!.pieces);
  expect(text).not.toContain('Profile:');
  expect(text).not.toContain('Past job');
});
