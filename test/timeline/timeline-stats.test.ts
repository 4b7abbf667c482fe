/** What the stats of timelines count, and what they bound. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EventRecord } from '../../schemas/event.ts';
import { countLater } from '../../src/timeline/lateness.ts';
import { addStats, COUNTED_NAMES_MAX, createTimelineStats } from '../../src/timeline/timeline-stats.ts';
import { written } from './events.ts';

const upsert = (type: 'member' | 'item', id: string, names: readonly string[]): EventRecord =>
  written({
    ...{ event_id: `${type}-${id}`, event_time: 1, op: 'upsert' },
    ...(type === 'member' ? { type, member_id: id } : { type, item_id: id }),
    attributes: Object.fromEntries(names.map((name) => [name, 'x'])),
  });
const seen = (member: string, surface?: string): EventRecord =>
  written({
    ...{ type: 'interaction', event_id: 'e', event_time: 2, member_id: member, item_id: 'i', action: 'viewed' },
    ...(surface === undefined ? {} : { surface }),
  });
function statsOf(events: readonly EventRecord[], dead: readonly string[] = []) {
  const stats = createTimelineStats();
  for (const event of events) stats.add(event);
  for (const why of dead) stats.addDead(why);
  return stats.finish();
}

describe('the stats of timelines', () => {
  test('count interactions that share member, time and sequence with another', () => {
    const at = (event_time: number | null, more: object = {}) =>
      written({ ...seen('m'), event_time, ...more } as never);
    const ordered = [at(null), at(null), at(1), upsert('member', 'm', []), at(1), at(1), at(1, { sequence: 2 }), at(3)];
    const other = written({ ...seen('n'), event_time: 3 } as never);
    expect(statsOf([...ordered, other])).toMatchObject({ interactions: 8, unordered: 5 });
    expect(addStats([statsOf(ordered), statsOf(ordered)]).unordered).toBe(10);
  });

  test('count what came in after its time, by how long after, versions and interactions apart', () => {
    const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
    const late = (event: EventRecord, ms: number) => ({ ...event, event_time: 1, ingest_time: 1 + ms }) as EventRecord;
    const versions = [0, -5, 1, minute, minute + 1].map((ms) => late(upsert('item', 'i', []), ms));
    const rest = [2 * hour, day + 1, 400 * day + 1, 9_000 * day].map((ms) => late(seen('m'), ms));
    const untimed = { ...upsert('item', 'j', []), event_time: null, ingest_time: 5 } as EventRecord;
    const one = statsOf([...versions, untimed, late(upsert('member', 'm', []), hour), ...rest, seen('m')]);
    const both = addStats([one, one]);
    const counts = [0, minute, 2 * minute, hour - minute, hour].map((ms) => countLater(both.late_versions, ms));
    expect(counts).toEqual([8, 4, 2, 2, 0]);
    const ofDays = [0, 2 * hour, day, 2 * day, 400 * day, 401 * day].map((ms) => countLater(one.late_interactions, ms));
    expect(ofDays).toEqual([4, 3, 3, 2, 2, 1]);
    const span = { ...upsert('item', 'i', []), event_time: '1970-01-01Z', ingest_time: day } as EventRecord;
    expect(statsOf([span]).late_versions).toEqual([{ ms: minute, count: 1 }]);
  });

  test('count surfaces and attributes by name, members and items apart', () => {
    const events = [
      upsert('item', 'i', ['title', 'place']),
      upsert('item', 'j', ['title']),
      upsert('member', 'm', ['title']),
      seen('m', 'feed'),
      seen('m', 'feed'),
      seen('m'),
    ];
    expect(statsOf(events)).toMatchObject({
      surfaces: [{ name: 'feed', count: 2 }],
      item_attributes: [
        { name: 'place', count: 1 },
        { name: 'title', count: 2 },
      ],
      member_attributes: [{ name: 'title', count: 1 }],
      ...{ items: 2, members: 1, interactions: 3 },
    });
  });

  test('keep a bounded list of names, whatever producers invent', () => {
    const events = Array.from({ length: COUNTED_NAMES_MAX + 5 }, (_, i) => seen('m', `s${i}`));
    const stats = statsOf(events);
    expect(stats.surfaces).toHaveLength(COUNTED_NAMES_MAX);
    expect(addStats([stats, statsOf([seen('n', 'other')])]).surfaces).toHaveLength(COUNTED_NAMES_MAX);
  });

  test('of partitions add up to those of all events', () => {
    const surface = fc.constantFrom('feed', 'search', 'mail');
    fc.assert(
      fc.property(fc.array(surface), fc.array(surface), (a, b) => {
        const [one, two] = [a.map((each) => seen('m', each)), b.map((each) => seen('n', each))];
        expect(addStats([statsOf(one), statsOf(two)])).toEqual(
          expect.objectContaining({ surfaces: statsOf([...one, ...two]).surfaces }),
        );
      }),
    );
  });

  test('name the first dead record alone', () => {
    expect(statsOf([], ['a', 'b']).first_dead).toBe('a');
    expect(addStats([statsOf([]), statsOf([], ['c']), statsOf([], ['d'])]).first_dead).toBe('c');
    expect(statsOf([])).not.toHaveProperty('first_dead');
  });
});
