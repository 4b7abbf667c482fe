/** Caps on asking: which openings of a day stay, decided at T. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { referenceQuestions } from '../../src/verify/reference/questions.ts';
import { drawsOf } from '../../src/verify/world/draws.ts';
import { act, DAY, HOUR, item, MINUTE, NOON, toyWorld } from './toy-world.ts';

const draw = (id: string) => drawsOf(7).number('cap', ['event', 'm', id]);
const byDraw = (count: number) => Array.from({ length: count }, (_, n) => `o${n}`).sort((a, b) => draw(a) - draw(b));
const tasks = [{ form: 'ranking.pointwise' }];
const keptOf = (openings: readonly object[], most: number, section: object = {}) => {
  const world = toyWorld([item('a'), ...openings], {
    section: { label_window: 0, tasks, ask: { per_member_day: most }, ...section },
  });
  return [
    ...new Set(
      referenceQuestions(world, 'm').flatMap(({ fate, opening }) => (fate === 'rendered' ? opening.event.id : [])),
    ),
  ];
};
const opens = (event_id: string, at: number, more: object = {}) =>
  act('a', 'viewed', at, { event_id, session_id: event_id, ...more });

test('of draws 30, 10, 20 and 40 a cap of two keeps the first three (OPEN-5)', () => {
  const [d10, d20, d30, d40] = byDraw(4) as [string, string, string, string];
  const inTurn = [d30, d10, d20, d40].map((id, n) => opens(id, NOON + n * MINUTE));
  expect(keptOf(inTurn, 2)).toEqual([d30, d10, d20]);
  expect(keptOf(inTurn.slice(0, 1), 2)).toEqual([d30]);
  expect(keptOf(inTurn, 1)).toEqual([d30, d10]);
});
test('one stays when its draw is among the least up to and with it, whatever comes later (OPEN-5)', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(byDraw(12), { minLength: 3 }), fc.integer({ min: 1, max: 4 }), (ids, most) => {
      const openings = ids.map((id, n) => opens(id, NOON + n * MINUTE));
      const expected = ids.filter((id, n) => ids.slice(0, n).filter((one) => draw(one) < draw(id)).length < most);
      expect(keptOf(openings, most)).toEqual(expected);
      const fewer = ids.slice(0, -1);
      expect(keptOf(openings.slice(0, -1), most)).toEqual(expected.filter((id) => fewer.includes(id)));
    }),
    { numRuns: 40 },
  );
});
test('the day is that of T in UTC, and each begins anew (OPEN-5)', () => {
  const [least, greatest] = [byDraw(2)[0]!, byDraw(2)[1]!];
  const midnight = NOON + 12 * HOUR;
  expect(keptOf([opens(least, midnight - 1), opens(greatest, midnight)], 1)).toEqual([least, greatest]);
  expect(keptOf([opens(least, midnight), opens(greatest, midnight + DAY - 1)], 1)).toEqual([least]);
});
test('an event that opens at several moments counts by the earliest (OPEN-5)', () => {
  const [least, greatest] = [byDraw(2)[0]!, byDraw(2)[1]!];
  const midnight = NOON + 12 * HOUR;
  // The action opens a millisecond later, which is the next day, and there both are.
  const openings = [opens(least, midnight - 1), opens(greatest, midnight + HOUR)];
  const next = { form: 'next-action.action' };
  expect(keptOf(openings, 1, { tasks: [next] })).toEqual([least]);
  expect(keptOf(openings, 1, { tasks: [...tasks, next] })).toEqual([least, greatest]);
});
test('those of one moment are taken in timeline order (OPEN-5, EVENT-4)', () => {
  const [least, greatest] = [byDraw(2)[0]!, byDraw(2)[1]!];
  const inOrder = (a: string, b: string) => [opens(a, NOON), opens(b, NOON, { sequence: 1 })];
  expect(keptOf(inOrder(least, greatest), 1)).toEqual([least]);
  expect(keptOf(inOrder(greatest, least), 1)).toEqual([greatest, least]);
});
test('what the share of asking leaves out takes no place of the day (OPEN-5)', () => {
  const ids = byDraw(30);
  const openings = ids.map((id, n) => opens(id, NOON + n * MINUTE));
  const draws = drawsOf(7);
  const asked = ids.filter((id) => draws.within(300_000, 'ask', ['event', 'm', id]));
  expect(asked.length).toBeGreaterThan(3);
  expect(asked[0]).not.toBe(ids[0]);
  const [first] = asked;
  expect(keptOf(openings, 1, { ask: { share: 0.3, per_member_day: 1 } })).toEqual([first]);
});
test('labels have no part in it: capped and uncapped are decided before any (OPEN-5)', () => {
  const ids = byDraw(8).toReversed();
  const kept = (action: string) =>
    keptOf(
      ids.map((id, n) => ({ ...opens(id, NOON + n * MINUTE), action })),
      2,
    );
  expect(kept('applied')).toEqual(kept('dismissed'));
});
