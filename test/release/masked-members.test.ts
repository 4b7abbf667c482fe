/** What is told in place of a row of a member who was erased. */
import { expect, it } from 'vitest';
import { TIME_UNKNOWN } from '../../schemas/event.ts';
import { maskedSaid } from '../../src/release/masked-members.ts';

it('names the time of the delete where it has one, and what to do', () => {
  const [at, unknown] = [maskedSaid(Date.UTC(2026, 1, 4)), maskedSaid(TIME_UNKNOWN)];
  expect(at).toBe(
    'masked: the lake has erased its member by the delete of 2026-02-04T00:00:00.000Z; ' +
      'a release that is made now is without what was erased',
  );
  expect(unknown).toBe('masked: the lake has erased its member; a release that is made now is without what was erased');
});
