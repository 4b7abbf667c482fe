/** Where questions open, which openings the caps leave, and what stands for them in keys. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cappedOpenings, openActions, openSessions } from '../../src/timeline/openings.ts';
import { createVocabulary } from '../../src/timeline/vocabulary.ts';
import { ask, DAY, did, HOUR, item, JOBS, MINUTE, NOON, task, timelineOf } from './events.ts';

const vocabulary = createVocabulary(JOBS);
const opened = (events: Parameters<typeof timelineOf>[0]) => {
  const timeline = timelineOf(events);
  return openSessions(timeline, 30 * MINUTE).map((opening) => timeline.events[opening.event]!.event_id);
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
    expect(openSessions(timelineOf(events), HOUR).map(({ t }) => t)).toEqual([NOON - 12 * HOUR]);
  });

  it('order events of one time by sequence, then by the bytes of their ids', () => {
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
    expect(openActions(timeline, vocabulary).map(({ t }) => t)).toEqual([NOON + 2, NOON + 3, NOON + DAY + DAY / 2]);
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
    expect(openSessions(timeline, HOUR).map(({ reference }) => reference)).toEqual([
      ['row', 'm', 'a', String(NOON), '0'],
      ['row', 'm', 'a', String(NOON), '1'],
      ['row', 'm', 'a', String(NOON + HOUR), '0'],
    ]);
  });

  it('of given ids hold the member, since an id is unique within its member alone', () => {
    const timeline = timelineOf([did('viewed', 'a', NOON, { event_id: 'e' })]);
    expect(openSessions(timeline, HOUR)[0]!.reference).toEqual(['event', 'm', 'e']);
    const outcome = ask([item('a'), did('viewed', 'a', NOON, { event_id: 'e' })], {
      tasks: [task('ranking.pointwise', { name: 'rank' })],
    });
    expect(outcome[0]!.question!.key).toEqual(['event', 'm', 'e', 'rank', 'ranking.pointwise']);
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

  it('leave at most per_member_day opening events a UTC day, and all forms of one opening stay or go together', () => {
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
          const days = new Map<number, { kept: number; all: number }>();
          for (const [event, ends] of byEvent) {
            const day = Math.floor(timeline.at[event]! / DAY);
            const count = days.get(day) ?? { kept: 0, all: 0 };
            days.set(day, { kept: count.kept + (ends.has('rendered') ? 1 : 0), all: count.all + 1 });
          }
          for (const count of days.values()) {
            expect(count.kept).toBeLessThanOrEqual(perMemberDay);
            if (share === 1) expect(count.kept).toBe(Math.min(perMemberDay, count.all));
          }
        },
      ),
      { numRuns: 60, seed: 7 },
    );
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
    const events = Array.from({ length: 2_000 }, (_, i) => i);
    const capped = (share: number) =>
      cappedOpenings(timeline, events, { seed: 7, share, perMemberDay: undefined }).size;
    expect(capped(0)).toBe(2_000);
    expect(capped(1)).toBe(0);
    expect(Math.abs(capped(0.25) - 1_500)).toBeLessThan(80);
  });
});
