/**
 * What is used of one entity's records: duplicates once, conflicts not at all, the erased never.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventRecord } from '../../schemas/event.ts';
import { takeInEntity } from '../../src/timeline/take-in-entity.ts';
import { did, HOUR, item, NOON, profile } from './events.ts';

const take = (events: readonly EventRecord[]) =>
  takeInEntity(events.map((event, line) => ({ event, file: 0, line: line + 1 })));
const usedIds = (events: readonly EventRecord[]) => take(events).used.map(({ event_id }) => event_id);
const gone = (at: number, id = `gone-${at}`) => ({ ...profile(at, { event_id: id }), op: 'delete' }) as const;

describe('duplicates', () => {
  it('are used once, with the least ingest_time, which is no part of the content', () => {
    const view = did('viewed', 'a', NOON);
    const copies = [5, 3, 9].map((ingest_time) => ({ ...view, ingest_time }));
    const { used, duplicates, conflicts } = take(copies);
    expect([used, duplicates, conflicts]).toEqual([[{ ...view, ingest_time: 3 }], 2, []]);
    // A copy without one says nothing of when the event came in.
    expect(take([view, ...copies]).used).toEqual([{ ...view, ingest_time: 3 }]);
  });

  it('are two deletes that differ in attributes alone, which are no part of them', () => {
    const other = { ...gone(NOON), attributes: { why: 'left' } };
    const { used, duplicates, conflicts } = take([did('viewed', 'a', NOON - 1), gone(NOON), other]);
    expect([used.length, duplicates, conflicts.length]).toEqual([0, 1, 0]);
  });

  it('have the same type, too: an id may stand for a member event and an interaction', () => {
    const { used, duplicates, conflicts } = take([
      profile(NOON, { event_id: 'e' }),
      did('viewed', 'a', NOON, { event_id: 'e' }),
    ]);
    expect([used.length, duplicates, conflicts.length]).toEqual([2, 0, 0]);
  });
});

describe('conflicts', () => {
  it('are all records of an id that came with more than one content, copies included', () => {
    const view = did('viewed', 'a', NOON, { event_id: 'e' });
    const other = { ...view, action: 'applied' };
    const { used, duplicates, conflicts, dropped } = take([view, did('viewed', 'b', NOON), other, { ...view }]);
    expect(used.map(({ event_id }) => event_id)).toEqual([`viewed-b-${NOON}`]);
    expect([duplicates, dropped]).toEqual([0, 0]);
    expect(conflicts.map(({ line }) => line).sort()).toEqual([1, 3, 4]);
  });

  it('cannot erase: a delete that conflicts is dead like any other', () => {
    const events = [did('viewed', 'a', NOON), gone(NOON + 1, 'd'), gone(NOON + 2, 'd')];
    expect(usedIds(events)).toEqual([`viewed-a-${NOON}`]);
  });
});

describe('erasure', () => {
  it('takes all records up to the delete, profiles too, and those behind it until an upsert', () => {
    const events = [
      profile(NOON - 9),
      did('viewed', 'a', NOON - 8),
      gone(NOON),
      did('viewed', 'b', NOON + 1),
      profile(NOON + 2),
      did('viewed', 'c', NOON + 3),
    ];
    const { used, dropped } = take(events);
    expect(used.map(({ event_id }) => event_id)).toEqual([`profile-${NOON + 2}`, `viewed-c-${NOON + 3}`]);
    expect(dropped).toBe(4);
  });

  it('goes by time, not by place, and the last delete counts', () => {
    expect(usedIds([gone(NOON), did('viewed', 'a', NOON - 1)])).toEqual([]);
    expect(usedIds([gone(NOON), profile(NOON + 1), gone(NOON + 2), did('viewed', 'a', NOON + 3)])).toEqual([]);
    expect(usedIds([gone(NOON), did('viewed', 'a', null)])).toEqual([]);
  });

  it('takes what is of the time of the delete too, whatever its id; a later sequence is later', () => {
    for (const id of ['a', 'b', 'c', 'd'])
      expect(usedIds([did('viewed', 'a', NOON, { event_id: id }), profile(NOON), gone(NOON)])).toEqual([]);
    expect(usedIds([gone(NOON), profile(NOON, { event_id: 'p', sequence: 1 })])).toEqual(['p']);
  });

  it('of an item is none: its deletion is a version like any other', () => {
    expect(take([item('a'), item('a', NOON, { op: 'delete' })]).used).toHaveLength(2);
  });
});

describe('the order of records', () => {
  const records = fc.array(
    fc.record({
      kind: fc.constantFrom('interaction', 'upsert', 'delete'),
      at: fc.integer({ min: 0, max: 3 }),
      id: fc.integer({ min: 0, max: 6 }),
      sequence: fc.option(fc.integer({ min: -1, max: 1 }), { nil: undefined }),
      ingest: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
    }),
    { maxLength: 12 },
  );
  const build = (drawn: {
    kind: string;
    at: number;
    id: number;
    sequence: number | undefined;
    ingest: number | undefined;
  }) => {
    const more = {
      event_id: `e${drawn.id}`,
      ...(drawn.sequence === undefined ? {} : { sequence: drawn.sequence }),
      ...(drawn.ingest === undefined ? {} : { ingest_time: drawn.ingest }),
    };
    const at = NOON + drawn.at * HOUR;
    if (drawn.kind === 'interaction') return did('viewed', 'a', at, more);
    const version = profile(at, more);
    return drawn.kind === 'delete' ? { ...version, op: 'delete' as const } : version;
  };
  const shuffled = records
    .map((all) => all.map(build))
    .chain((events) => fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })));

  it('changes nothing, whatever collides', () => {
    fc.assert(
      fc.property(shuffled, ([events, others]) => {
        const [a, b] = [take(events), take(others)];
        expect(b.used).toEqual(a.used);
        expect([b.duplicates, b.dropped, b.conflicts.length]).toEqual([a.duplicates, a.dropped, a.conflicts.length]);
        expect(a.used.length + a.duplicates + a.dropped + a.conflicts.length).toBe(events.length);
      }),
      { numRuns: 500, seed: 7 },
    );
  });
});
