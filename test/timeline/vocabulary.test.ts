/** What a vocabulary refuses, and how an unknown action is named. */
import { describe, expect, test } from 'vitest';
import { Domain } from '../../schemas/domain.ts';
import { BrewhouseError } from '../../src/errors.ts';
import { createVocabulary, unknownAction } from '../../src/timeline/vocabulary.ts';
import { JOBS } from './events.ts';

function refusal(change: object): BrewhouseError {
  try {
    createVocabulary(Domain.parse({ ...JOBS, ...change }));
  } catch (error) {
    if (error instanceof BrewhouseError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

describe('a vocabulary', () => {
  test.each(['applied', 'impression', 'scrolled'])('refuses a none that is named like %s', (name) => {
    const error = refusal({ none: { name, will: 'not interact' } });
    expect(error).toMatchObject({ code: 'domain_invalid', place: { field: 'none.name' } });
    expect(error.message).toContain(`names ${name} twice`);
  });

  test('refuses a name that stands in two lists', () => {
    expect(refusal({ ignored: ['viewed'] })).toMatchObject({ code: 'domain_invalid', place: { field: 'ignored' } });
  });
});

describe('an action that the domain does not know', () => {
  const vocabulary = createVocabulary(JOBS);

  test('is told with its count, its first event and the nearest', () => {
    const { message, remedy } = unknownAction(vocabulary, { name: 'aplied', count: 3, first: 'e1' });
    expect(message).toContain('"aplied" (3 events, first e1)');
    expect(remedy).toMatch(/^did you mean applied\? /);
  });

  test('is clipped, and near to nothing, where it is as long as a text', () => {
    const { message, remedy } = unknownAction(vocabulary, {
      name: 'x'.repeat(5_000),
      count: 1,
      first: 'y'.repeat(5_000),
    });
    expect(message.length).toBeLessThan(300);
    expect(remedy).not.toContain('did you mean');
  });

  test('shows control characters and what changes the direction of text as signs', () => {
    const { message } = unknownAction(vocabulary, { name: 'a\u001b[31m\u009b\u202e\nb', count: 1, first: 'e1' });
    expect(message).toContain('"a\\u{1b}[31m\\u{9b}\\u{202e}\\u{a}b"');
  });
});
