/** The population at T against a count by the words of CAND-1, and the numbers that draws take. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareUtf8 } from '../../schemas/byte-order.ts';
import type { ItemEvent } from '../../schemas/event.ts';
import { eventTimes } from '../../schemas/event-time.ts';
import { draw } from '../../src/timeline/draws.ts';
import { createItemTable } from '../../src/timeline/item-table.ts';
import { jump } from '../../src/timeline/jump.ts';
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

/** Items with a version of known time that was known before T, in order, by the rule's words. */
function naive(events: readonly ItemEvent[], known: 'event_time' | 'ingest_time', t: number): string[] {
  const places: { id: string; known: number }[] = [];
  for (const id of new Set(events.map((event) => event.item_id))) {
    const timed = events.filter((event) => event.item_id === id && event.event_time !== null);
    const least = Math.min(...timed.map((event) => eventTimes(event, known).knownAt));
    if (least < t) places.push({ id, known: least });
  }
  return places.sort((a, b) => a.known - b.known || compareUtf8(a.id, b.id)).map(({ id }) => id);
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
        const picked = Array.from({ length: population.sizeAt(t) }, (_, k) => population.at(k));
        expect(picked).toEqual(naive(events, known, t));
        for (const { item_id: id } of events) expect(population.holds(id, t)).toBe(picked.includes(id));
      }
      // A prefix of that at any later time: an item's place never moves.
      const sizes = times.toSorted((a, b) => a - b).map((t) => population.sizeAt(t));
      expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
    }),
    { numRuns: 300, seed: 7 },
  );
});

it('is the same at T whatever is added that was not known before T', () => {
  const first = [item('a', NOON), item('b', NOON + 1, { ingest_time: NOON + 5 }), item('c', '2026-01-10Z')];
  const later = [item('d', NOON - 1, { ingest_time: NOON + 9 }), item('a', NOON - 5, { ingest_time: NOON + 9 })];
  const at = (events: ItemEvent[]) => {
    const { population } = createItemTable(events, 'ingest_time');
    return Array.from({ length: population.sizeAt(NOON + 6) }, (_, k) => population.at(k));
  };
  expect(at(first)).toEqual(['a', 'b']);
  expect(at([...first, ...later])).toEqual(['a', 'b']);
});

it('holds no item without a time, but one whose first version has none and a later one has', () => {
  const events = [item('a', null), item('b', null), item('b', NOON)];
  const { population } = createItemTable(events, 'event_time');
  expect([population.sizeAt(NOON), population.sizeAt(NOON + 1)]).toEqual([0, 1]);
  expect(population.at(0)).toBe('b');
});

it('is in order of known_at of the version known first, then of item_id, whenever it happened (CAND-1)', () => {
  const events = [
    item('late', NOON, { ingest_time: NOON + 9 }),
    item('b', NOON + 5),
    item('a', NOON + 5),
    item('early', NOON + 7),
    item('early', NOON + 8, { ingest_time: NOON + 2 }),
    item('moved', NOON + 3, { ingest_time: NOON + 8 }),
    item('moved', NOON + 6),
  ];
  const { population } = createItemTable(events, 'ingest_time');
  const all = Array.from({ length: population.sizeAt(NOON + 10) }, (_, k) => population.at(k));
  expect(all).toEqual(['a', 'b', 'moved', 'early', 'late']);
});

/** CAND-2 word by word, in integers of any size. */
function jumpByTheRule(draw: number, size: number): number {
  let d = BigInt(draw);
  let b = -1n;
  for (let j = 0n; j < BigInt(size); ) {
    b = j;
    d = (d * 2862933555777941757n + 1n) % 2n ** 64n;
    j = ((b + 1n) * 2n ** 31n) / (d / 2n ** 33n + 1n);
  }
  return Number(b);
}

describe('the number that a draw takes (CAND-2)', () => {
  const draws = fc.oneof(fc.integer({ min: 0, max: 2 ** 48 - 1 }), fc.constantFrom(0, 1, 2 ** 32, 2 ** 48 - 1));
  const sizes = fc.oneof(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 1, max: 2 ** 31 }), fc.constant(1));

  it('is 156 in a population of 400 and of 1,000 for the draw of DRAW-1', () => {
    expect([400, 1_000].map((size) => jump(draw(7, 'holdout', ['m1']), size))).toEqual([156, 156]);
  });

  it('is that of the rule in whole numbers of any size', () => {
    fc.assert(
      fc.property(draws, sizes, (drawn, size) => {
        expect(jump(drawn, size)).toBe(jumpByTheRule(drawn, size));
      }),
      { numRuns: 5_000, seed: 7 },
    );
  });

  it('changes with the size to the number of a newer item alone', () => {
    let moved = 0;
    fc.assert(
      fc.property(
        draws,
        fc.integer({ min: 1, max: 3_000 }),
        fc.integer({ min: 1, max: 3_000 }),
        (drawn, size, more) => {
          const [before, after] = [jump(drawn, size), jump(drawn, size + more)];
          if (after === before) return;
          moved++;
          expect(after).toBeGreaterThanOrEqual(size);
        },
      ),
      { numRuns: 1_000, seed: 7 },
    );
    expect(moved).toBeGreaterThan(200);
  });

  it('falls on every number alike', () => {
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) counts[jump(draw(7, 'random', [String(i)]), 10)]!++;
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(120);
  });
});
