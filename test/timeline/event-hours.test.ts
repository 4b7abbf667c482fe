/** A member who is not read since no question of his may close has none that does. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eventHours, mayClose } from '../../src/timeline/event-hours.ts';
import { ask, DAY, did, HOUR, item, NOON, profile, task } from './events.ts';

const MINUTES = HOUR / 60_000;

it('says of every member with a question that closes in a range that one may', () => {
  let [passed, found] = [0, 0];
  const event = fc.record({
    at: fc.nat(80 * MINUTES),
    action: fc.constantFrom('viewed', 'applied', 'impression', undefined),
    late: fc.option(fc.nat(60 * MINUTES), { nil: undefined }),
    told: fc.constantFrom('moment', 'moment', 'moment', 'day', 'month', 'never'),
  });
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 6 }),
      fc.tuple(fc.nat(150 * MINUTES), fc.nat(30 * MINUTES)),
      fc.constantFrom(0, HOUR, 2 * DAY),
      fc.constantFrom(0, DAY),
      fc.constantFrom('event_time' as const, 'ingest_time' as const),
      (drawn, [start, length], windowMs, latenessMs, known) => {
        const from = NOON + start * 60_000;
        const until = from + length * 60_000;
        const events = drawn.map(({ at, action, late, told }, i) => {
          const moment = NOON + at * 60_000;
          const time = { moment, day: `2026-01-${10 + Math.floor(at / 1_440)}Z`, month: '2026-01Z', never: null }[told];
          const more = { event_id: `e${i}`, ...(late === undefined ? {} : { ingest_time: moment + late * 60_000 }) };
          return action === undefined ? profile(time, more) : did(action, 'i', time, more);
        });
        const tasks = [
          task('ranking.pointwise', { windowMs, latenessMs }),
          task('next-action.action', { windowMs: Math.max(windowMs, HOUR), latenessMs }),
        ];
        const closing = ask([item('i', 0), ...events], { tasks, known }).filter(
          ({ closesAt }) => closesAt > from && closesAt <= until,
        );
        const may = mayClose(tasks, { from, until })(eventHours(events));
        if (closing.length > 0) {
          expect(may).toBe(true);
          found++;
        } else if (!may) passed++;
      },
    ),
    { numRuns: 2_000 },
  );
  expect(Math.min(passed, found)).toBeGreaterThan(100);
});

it('tells hours by steps, each once, and none of what has no time', () => {
  const events = [did('viewed', 'i', 5 * HOUR), did('viewed', 'j', 5 * HOUR + 1), did('viewed', 'k', null)];
  expect(eventHours([...events, did('viewed', 'l', 2 * HOUR, { ingest_time: 9 * HOUR })])).toEqual([2, 3, 4]);
  expect(eventHours([])).toEqual([]);
});
