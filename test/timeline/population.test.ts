/** The population at T against a count that knows nothing of trees. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareUtf8 } from '../../schemas/byte-order.ts';
import type { ItemEvent } from '../../schemas/event.ts';
import { eventTimes } from '../../schemas/event-time.ts';
import { createItemTable } from '../../src/timeline/item-table.ts';
import { DAY, item, NOON } from './events.ts';

const START = NOON - DAY / 2;
const versions = fc.array(
  fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e', '\uffff', '\u{10000}', 'h', 'i'),
    at: fc.oneof(
      fc.integer({ min: 0, max: 12 }).map((quarter) => START + (quarter * DAY) / 4),
      fc.constantFrom('2026-01-10Z', '2026-01-11Z', '2026-01Z'),
      fc.constant(null),
    ),
    ingest: fc.option(
      fc.integer({ min: 0, max: 16 }).map((quarter) => START + (quarter * DAY) / 4),
      { nil: undefined },
    ),
    deleted: fc.boolean(),
  }),
  { maxLength: 30 },
);
const moments = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 18 }), fc.constantFrom(-1, 0, 1)).map(([q, ms]) => START + (q * DAY) / 4 + ms),
  { minLength: 1, maxLength: 8 },
);

/**
 * Items with a version of known time that was known before T, in order of the first event_time, by
 * the rule's words.
 */
function naive(events: readonly ItemEvent[], known: 'event_time' | 'ingest_time', t: number): string[] {
  const places: { id: string; at: number }[] = [];
  for (const id of new Set(events.map((event) => event.item_id))) {
    const timed = events
      .filter((event) => event.item_id === id && event.event_time !== null)
      .map((event) => ({ event, ...eventTimes(event, known) }))
      .sort((a, b) => a.knownAt - b.knownAt || a.at - b.at || compareUtf8(a.event.event_id, b.event.event_id));
    if (timed.some(({ knownAt }) => knownAt < t)) places.push({ id, at: timed[0]!.at });
  }
  return places.sort((a, b) => a.at - b.at || compareUtf8(a.id, b.id)).map(({ id }) => id);
}

it.each(['event_time', 'ingest_time'] as const)('counts and picks what was seen at T, with known: %s', (known) => {
  fc.assert(
    fc.property(versions, moments, (drawn, times) => {
      const events = drawn.map(({ id, at, ingest, deleted }, i) =>
        item(id, at, {
          event_id: `v${i}`,
          op: deleted ? 'delete' : 'upsert',
          ...(ingest === undefined ? {} : { ingest_time: ingest }),
        }),
      );
      const { population } = createItemTable(events, known);
      for (const t of times) {
        const picked = Array.from({ length: population.sizeAt(t) }, (_, k) => population.at(t, k));
        expect(picked).toEqual(naive(events, known, t));
      }
    }),
    { numRuns: 300, seed: 7 },
  );
});

it('is the same at T whatever is added that was not known before T', () => {
  const first = [item('a', NOON), item('b', NOON + 1, { ingest_time: NOON + 5 }), item('c', '2026-01-10Z')];
  const later = [item('d', NOON - 1, { ingest_time: NOON + 9 }), item('a', NOON - 5, { ingest_time: NOON + 9 })];
  const at = (events: ItemEvent[]) => {
    const { population } = createItemTable(events, 'ingest_time');
    return Array.from({ length: population.sizeAt(NOON + 6) }, (_, k) => population.at(NOON + 6, k));
  };
  expect(at(first)).toEqual(['a', 'b']);
  expect(at([...first, ...later])).toEqual(['a', 'b']);
});

it('holds no item without a time, but one whose first version has none and a later one has', () => {
  const { population, withoutTime } = createItemTable(
    [item('a', null), item('b', null), item('b', NOON)],
    'event_time',
  );
  expect([population.sizeAt(NOON), population.sizeAt(NOON + 1), withoutTime]).toEqual([0, 1, 1]);
  expect(population.at(NOON + 1, 0)).toBe('b');
});
