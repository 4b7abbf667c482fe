/** Where questions open, which openings the caps leave, and what stands for them in keys. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UNIT_SEPARATOR } from '../../schemas/rows.ts';
import { cappedOpenings } from '../../src/timeline/caps.ts';
import { draw, inShare } from '../../src/timeline/draws.ts';
import type { MemberTimeline } from '../../src/timeline/member-timeline.ts';
import { type Openings, openActions, openSessions, sessionOpeners } from '../../src/timeline/openings.ts';
import { createVocabulary } from '../../src/timeline/vocabulary.ts';
import { ask, DAY, did, HOUR, item, JOBS, MINUTE, NOON, task, timelineOf } from './events.ts';

const vocabulary = createVocabulary(JOBS);
const sessionsOf = (timeline: MemberTimeline, gap: number) => openSessions(timeline, sessionOpeners(timeline, gap));
const momentsOf = ({ events, momentOf }: Openings) => Array.from(events, momentOf);
const referencesOf = ({ events, referenceOf }: Openings) =>
  Array.from(events, (event) => referenceOf(event).split(UNIT_SEPARATOR));
const opened = (events: Parameters<typeof timelineOf>[0]) => {
  const timeline = timelineOf(events);
  return Array.from(sessionsOf(timeline, 30 * MINUTE).events, (event) => timeline.events[event]!.event_id);
};

describe('sessions', () => {
  it('open one question per item and session_id, at its earliest event whatever its kind', () => {
    const events = [
      did('viewed', 'a', NOON + 2 * HOUR, { session_id: 's', event_id: '2' }),
      did('impression', 'a', NOON, { session_id: 's', event_id: '1' }),
      did('applied', 'b', NOON + HOUR, { session_id: 's', event_id: '3' }),
      did('impression', 'a', NOON + 3 * HOUR, { session_id: 'other', event_id: '4' }),
    ];
    expect(opened(events)).toEqual(['1', '3', '4']);
  });

  it('without an id are parted by a gap of exactly session_gap, measured over all items', () => {
    const gap = 30 * MINUTE;
    const events = [
      did('impression', 'a', NOON, { event_id: '1' }),
      did('impression', 'b', NOON + gap - 1, { event_id: '2' }),
      did('viewed', 'a', NOON + 2 * gap - 2, { event_id: 'same session' }),
      did('viewed', 'a', NOON + 3 * gap - 2, { event_id: '3' }),
      did('viewed', 'b', NOON + 3 * gap - 2, { event_id: '4' }),
    ];
    expect(opened(events)).toEqual(['1', '2', '3', '4']);
  });

  it('with an id do not bridge the gap between those without one', () => {
    const events = [
      did('impression', 'a', NOON, { event_id: '1' }),
      did('impression', 'b', NOON + 20 * MINUTE, { event_id: '2', session_id: 's' }),
      did('viewed', 'a', NOON + 40 * MINUTE, { event_id: '3' }),
      did('viewed', 'b', NOON + 41 * MINUTE, { event_id: '4' }),
    ];
    expect(opened(events)).toEqual(['1', '2', '3', '4']);
  });

  it('open nothing at an unknown time or an ignored action; a day-only event opens at its first millisecond', () => {
    const events = [did('viewed', 'a', null), did('scrolled', 'b', NOON), did('viewed', 'c', '2026-01-10Z')];
    expect(opened(events)).toEqual(['viewed-c-2026-01-10Z']);
    expect(momentsOf(sessionsOf(timelineOf(events), HOUR))).toEqual([NOON - 12 * HOUR]);
  });

  it('order events of one time by sequence, then by a hash of type and id', () => {
    const at = { item_id: 'a' };
    const events = [
      did('viewed', 'a', NOON, { event_id: '\u{10000}', ...at }),
      did('viewed', 'a', NOON, { event_id: '\uffff', ...at }),
    ];
    expect(opened(events)).toEqual(['\uffff']);
    expect(opened([...events, did('viewed', 'a', NOON, { event_id: 'z', sequence: 1 })])).toEqual(['\uffff']);
    expect(opened([...events, did('viewed', 'a', NOON, { event_id: 'z', sequence: -1 })])).toEqual(['z']);
  });
});

describe('next-action openings', () => {
  it('are the actions that are not the strongest, a millisecond after they are known', () => {
    const timeline = timelineOf([
      did('impression', 'a', NOON),
      did('viewed', 'a', NOON + 1),
      did('dismissed', 'a', NOON + 2),
      did('applied', 'a', NOON + 3),
      did('viewed', 'b', '2026-01-11Z'),
      did('viewed', 'c', null),
    ]);
    expect(momentsOf(openActions(timeline, vocabulary))).toEqual([NOON + 2, NOON + 3, NOON + DAY + DAY / 2]);
  });
});

describe('references', () => {
  it('of ids made from the row hold member, item, moment and occurrence, but no action', () => {
    const row = (action: string, at: number, id: string) => did(action, 'a', at, { event_id: `row:${id}` });
    const timeline = timelineOf([
      did('viewed', 'a', NOON, { event_id: 'row:1', session_id: 'x' }),
      did('applied', 'a', NOON, { event_id: 'row:2', session_id: 'y' }),
      row('viewed', NOON + HOUR, '3'),
    ]);
    expect(referencesOf(sessionsOf(timeline, HOUR))).toEqual([
      ['row', 'm', 'a', String(NOON), '0'],
      ['row', 'm', 'a', String(NOON), '1'],
      ['row', 'm', 'a', String(NOON + HOUR), '0'],
    ]);
  });

  it('count all openings of the item at the moment, those of given ids too', () => {
    const timeline = timelineOf([
      did('viewed', 'a', NOON, { event_id: 'e', sequence: -1 }),
      did('viewed', 'b', NOON, { event_id: 'other' }),
      did('viewed', 'a', NOON, { event_id: 'row:1', session_id: 's' }),
    ]);
    const references = referencesOf(sessionsOf(timeline, HOUR));
    expect(references).toContainEqual(['event', 'm', 'e']);
    expect(references).toContainEqual(['row', 'm', 'a', String(NOON), '1']);
  });

  it('of given ids hold the member, since an id is unique within its member alone', () => {
    const timeline = timelineOf([did('viewed', 'a', NOON, { event_id: 'e' })]);
    expect(referencesOf(sessionsOf(timeline, HOUR))[0]).toEqual(['event', 'm', 'e']);
    const outcome = ask([item('a'), did('viewed', 'a', NOON, { event_id: 'e' })], {
      tasks: [task('ranking.pointwise', { name: 'rank' })],
    });
    expect(outcome[0]!.question!.key).toBe(['event', 'm', 'e', 'rank', 'ranking.pointwise'].join(UNIT_SEPARATOR));
  });
});

describe('caps', () => {
  const clicks = fc.array(
    fc.record({ at: fc.integer({ min: 0, max: 4 * DAY }), item: fc.nat(5), action: fc.nat(2), later: fc.nat(2) }),
    { minLength: 1, maxLength: 40 },
  );
  const names = ['applied', 'dismissed', 'viewed'];
  const forms = [task('ranking.pointwise'), task('ranking.binary'), task('next-action.action')];
  const world = (drawn: { at: number; item: number; action: number }[]) => [
    ...Array.from({ length: 6 }, (_, i) => item(`i${i}`)),
    ...drawn.map(({ at, item, action }, i) => did(names[action]!, `i${item}`, NOON + at, { event_id: `e${i}` })),
  ];
  const fates = (outcomes: ReturnType<typeof ask>) =>
    new Map(outcomes.map(({ opening, task, fate }) => [`${opening.event} ${task.form}`, fate]));

  it('keep of a day those whose draw is among the N least up to and with it, all forms of one opening alike', () => {
    fc.assert(
      fc.property(
        clicks,
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom(0.3, 0.8, 1),
        (drawn, perMemberDay, share) => {
          const records = world(drawn);
          const outcomes = ask(records, { tasks: forms, rules: { ask: { seed: 7, share, perMemberDay } } });
          const timeline = timelineOf(records);
          const all = new Set(outcomes.map(({ opening }) => opening.event));
          const byEvent = new Map([...all].map((event) => [event, new Set<string>()]));
          for (const { opening, fate } of outcomes) byEvent.get(opening.event)!.add(fate);
          for (const [, ends] of byEvent) expect(ends.size).toBe(1);
          const drawOf = (purpose: string, event: number) =>
            draw(7, purpose, ['event', 'm', timeline.events[event]!.event_id]);
          const days = new Map<number, number[]>();
          for (const event of [...byEvent.keys()].sort((a, b) => a - b)) {
            const day = Math.floor(timeline.at[event]! / DAY);
            const isAsked = inShare(drawOf('ask', event), share);
            const before = days.get(day) ?? [];
            if (isAsked) days.set(day, [...before, drawOf('cap', event)]);
            const less = before.filter((drawn) => drawn < drawOf('cap', event)).length;
            const fate = isAsked && less < perMemberDay ? 'rendered' : 'capped';
            expect([...byEvent.get(event)!]).toEqual([fate]);
          }
        },
      ),
      { numRuns: 60, seed: 7 },
    );
  });

  const inDay = (ids: readonly string[]) =>
    ids.map((id, i) => did('viewed', `i${i}`, NOON + i * HOUR, { event_id: id, session_id: id }));
  const capped = (events: Parameters<typeof timelineOf>[0], perMemberDay: number) => {
    const timeline = timelineOf(events);
    const left = cappedOpenings(
      timeline,
      { openings: [sessionsOf(timeline, HOUR)] },
      { seed: 7, share: 1, perMemberDay },
    );
    return timeline.events.filter((_, event) => left[event] === 1).map(({ event_id: id }) => id);
  };

  it('are decided at T, by the example of OPEN-5', () => {
    // The least, second, third and greatest draw of four ids.
    const ids = ['e0', 'e1', 'e2', 'e3'];
    const [first = '', second = '', third = '', last = ''] = ids.toSorted(
      (a, b) => draw(7, 'cap', ['event', 'm', a]) - draw(7, 'cap', ['event', 'm', b]),
    );
    expect(capped(inDay([third, first, second, last]), 2)).toEqual([last]);
    expect(capped(inDay([last, third, second, first]), 1)).toEqual([]);
    expect(capped(inDay([first, second, third, last]), 1).sort()).toEqual([second, third, last].sort());
  });

  it('count by the day of T in UTC, an event with several moments by the earliest', () => {
    const midnight = NOON + 12 * HOUR;
    const ids = ['e0', 'e1'].toSorted((a, b) => draw(7, 'cap', ['event', 'm', a]) - draw(7, 'cap', ['event', 'm', b]));
    const [less = '', more = ''] = ids;
    const pair = (at: number) => [
      did('viewed', 'a', midnight - 1, { event_id: less, session_id: '1' }),
      did('viewed', 'b', at, { event_id: more, session_id: '2', sequence: 1 }),
    ];
    expect(capped(pair(midnight - 1), 1)).toEqual([more]);
    expect(capped(pair(midnight), 1)).toEqual([]);
    const timeline = timelineOf(pair(midnight - 1));
    const both = [openActions(timeline, vocabulary), sessionsOf(timeline, HOUR)];
    expect(both.flatMap(momentsOf)).toEqual([midnight, midnight, midnight - 1, midnight - 1]);
    const count = (left: Uint8Array) => left.filter((each) => each === 1).length;
    expect(count(cappedOpenings(timeline, { openings: both }, { seed: 7, share: 1, perMemberDay: 1 }))).toBe(1);
    // next-action alone opens a millisecond after each, which is the next day.
    const actions = openActions(timeline, vocabulary);
    expect(momentsOf(actions)).toEqual([midnight, midnight]);
    expect(count(cappedOpenings(timeline, { openings: [actions] }, { seed: 7, share: 1, perMemberDay: 2 }))).toBe(0);
  });

  it('keep about N (1 + ln(n / N)) of a busy day of n openings', () => {
    const events = inDay(Array.from({ length: 2_000 }, (_, i) => `e${i}`)).map((event, i) => ({
      ...event,
      event_time: NOON + i,
    }));
    const kept = 2_000 - capped(events, 20).length;
    expect(Math.abs(kept - 20 * (1 + Math.log(100)))).toBeLessThan(30);
  });

  it('are drawn before labels are known: other actions on the same openings give the same fates', () => {
    fc.assert(
      fc.property(clicks, (drawn) => {
        const sessions = forms.slice(0, 2);
        const rules = { ask: { seed: 7, share: 0.6, perMemberDay: 2 } };
        const others = drawn.map((click) => ({ ...click, action: click.later }));
        expect(fates(ask(world(others), { tasks: sessions, rules }))).toEqual(
          fates(ask(world(drawn), { tasks: sessions, rules })),
        );
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  it('ask about the share asked for, and about nothing at a share of 0', () => {
    const timeline = timelineOf(
      Array.from({ length: 2_000 }, (_, i) => did('viewed', `i${i}`, NOON + i * HOUR, { event_id: `e${i}` })),
    );
    const openings = [sessionsOf(timeline, HOUR)];
    const left = (share: number) =>
      cappedOpenings(timeline, { openings }, { seed: 7, share, perMemberDay: undefined }).filter((each) => each === 1)
        .length;
    expect(left(0)).toBe(2_000);
    expect(left(1)).toBe(0);
    expect(Math.abs(left(0.25) - 1_500)).toBeLessThan(80);
  });
});
