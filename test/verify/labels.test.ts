/** Labels: windows, strength, and when they are settled. */
import { expect, test } from 'vitest';
import { referenceQuestions } from '../../src/verify/reference/questions.ts';
import { act, DAY, HOUR, item, jobs, NOON, toyWorld, votes } from './toy-world.ts';

const label = (records: object[], section: Record<string, unknown> = {}) => {
  const [asked] = referenceQuestions(toyWorld([item('a'), ...records], { section }), 'm');
  return { label: asked!.label, settledAt: asked!.settledAt };
};

test('the label is the strongest action in [T, T + W), whatever the order (LABEL-1, LABEL-2)', () => {
  const records = [
    act('a', 'impression', NOON),
    act('a', 'dismissed', NOON + HOUR),
    act('a', 'viewed', NOON + 2 * HOUR),
  ];
  expect(label(records)).toEqual({ label: 'dismissed', settledAt: NOON + 7 * DAY });
});
test('an action at T + W is too late for the label (LABEL-2)', () => {
  expect(label([act('a', 'impression', NOON), act('a', 'applied', NOON + 7 * DAY)]).label).toBe('did not interact');
  expect(label([act('a', 'impression', NOON), act('a', 'applied', NOON + 7 * DAY - 1)]).label).toBe('applied');
});
test('the strongest action settles the label at once (LABEL-3)', () => {
  const records = [
    act('a', 'impression', NOON),
    act('a', 'applied', NOON + HOUR),
    act('a', 'applied', NOON + 2 * HOUR),
  ];
  expect(label(records).settledAt).toBe(NOON + HOUR);
});
test('without a window the opening event alone is the label (LABEL-2, LABEL-3)', () => {
  const records = [act('a', 'viewed', NOON), act('a', 'applied', NOON, { sequence: 1 })];
  expect(label(records, { label_window: 0 })).toEqual({ label: 'viewed', settledAt: NOON });
});
test('a binary question asks for positive actions', () => {
  const tasks = [{ form: 'ranking.binary' }];
  expect(label([act('a', 'viewed', NOON)], { tasks }).label).toBe('Yes');
  expect(label([act('a', 'dismissed', NOON)], { tasks }).label).toBe('No');
});
test('an action on a held-out surface labels only questions of that surface (ASOF-6)', () => {
  const section = { holdout: { members: 0, surfaces: ['mail'] } };
  const applied = act('a', 'applied', NOON + 1, { surface: 'mail' });
  expect(label([act('a', 'impression', NOON, { surface: 'feed' }), applied], section).label).toBe('did not interact');
  expect(label([act('a', 'impression', NOON, { surface: 'mail' }), applied], section).label).toBe('applied');
});
test('domains without exposures draw the item of half of their yes/no questions (CAND-3, BINARY-1)', () => {
  const items = Array.from({ length: 20 }, (_, n) => item(`i${n}`));
  const acts = Array.from({ length: 20 }, (_, n) => act(`i${n}`, 'yea', NOON + n * DAY));
  const section = { label_window: '1d', tasks: [{ form: 'ranking.binary' }] };
  const asked = referenceQuestions(toyWorld([...items, ...acts], { domain: votes, section }), 'm');
  const drawn = asked.filter((question) => question.measured === 'nothing');
  expect(drawn.length).toBeGreaterThan(3);
  expect(drawn.length).toBeLessThan(17);
  for (const question of drawn) {
    const [drawnItem] = question.itemIds;
    expect(drawnItem).not.toBe(question.opening.event.item);
    expect(question.label).toBe('No');
    expect(question.candidates).toEqual([{ item: drawnItem, reason: 'random' }]);
  }
  for (const question of asked.filter((one) => one.measured === 'item')) {
    expect(question.candidates).toEqual([{ item: question.opening.event.item, reason: 'right' }]);
  }
  expect(asked.filter((question) => question.measured === 'item').every((question) => question.label === 'Yes')).toBe(
    true,
  );
});
test('domains with exposures draw no items', () => {
  const records = [item('b'), item('a'), act('a', 'viewed', NOON)];
  const world = toyWorld(records, { domain: jobs, section: { tasks: [{ form: 'ranking.binary' }] } });
  expect(referenceQuestions(world, 'm')[0]!.measured).toBe('item');
});
