/** When questions close, what of a window is known by then, and since when a label is settled. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pastOf } from '../../src/verify/reference/history.ts';
import { type ReferenceQuestion, referenceQuestions } from '../../src/verify/reference/questions.ts';
import { closesAt } from '../../src/verify/world/view.ts';
import { act, DAY, HOUR, item, MINUTE, NOON, toyWorld } from './toy-world.ts';

const WEEK = 7 * DAY;
const byIngest = { known: 'ingest_time' };
const asked = (records: object[], section: object = {}, until?: number) =>
  referenceQuestions(toyWorld([item('a'), ...records], { section: { ...section } }), 'm', until);
const told = ({ label, settledAt, closesAt: closes }: ReferenceQuestion) => [label, settledAt, closes];
const first = (records: object[], section: object = {}) => told(asked(records, section)[0]!);
const open = (more: object = {}) => act('a', 'impression', NOON, more);
const came = (action: string, after: number, late: number) =>
  act('a', action, NOON + after, { ingest_time: NOON + late });

describe('closes_at (LABEL-3)', () => {
  test('is T, the window or a millisecond, and the lateness; or later than what opened', () => {
    const at = (window: number, lateness: number, knownAt = NOON) => closesAt(NOON, { window, lateness }, { knownAt });
    expect(at(WEEK, 0)).toBe(NOON + WEEK);
    expect(at(WEEK, DAY)).toBe(NOON + WEEK + DAY);
    expect(at(0, 0)).toBe(NOON + 1);
    expect(at(0, DAY)).toBe(NOON + DAY + 1);
    expect(at(0, 0, NOON + HOUR)).toBe(NOON + HOUR + 1);
    expect(at(HOUR, 0, NOON + HOUR - 1)).toBe(NOON + HOUR);
    expect(at(HOUR, 0, NOON + HOUR)).toBe(NOON + HOUR + 1);
  });
  test('of an opening of a day is after that day, and its window begins with the day', () => {
    const records = [act('a', 'viewed', '2026-01-10' as unknown as number, { event_id: 'day' })];
    const [question] = asked(records, { label_window: '1h' });
    const midnight = Date.UTC(2026, 0, 10);
    expect(question!.askedAt).toBe(midnight);
    expect(told(question!)).toEqual(['viewed', midnight + DAY, midnight + DAY]);
  });
});

describe('the label window (LABEL-2)', () => {
  test('counts an action that is known before the question closes, and no other', () => {
    const none = ['did not interact', NOON + WEEK, NOON + WEEK];
    expect(first([open(), came('viewed', DAY, WEEK - 1)], byIngest)).toEqual(['viewed', NOON + WEEK, NOON + WEEK]);
    expect(first([open(), came('viewed', DAY, WEEK)], byIngest)).toEqual(none);
    expect(first([open(), came('viewed', DAY, 2 * WEEK)], byIngest)).toEqual(none);
    expect(first([open(), came('viewed', DAY, 2 * WEEK)])[0]).toBe('viewed');
  });
  test('is not moved by the lateness, which lets late knowledge in', () => {
    const late = { ...byIngest, label_lateness: '1d' };
    const closes = NOON + WEEK + DAY;
    expect(first([open(), came('viewed', WEEK - HOUR, WEEK + 19 * HOUR)], late)).toEqual(['viewed', closes, closes]);
    expect(first([open(), came('viewed', WEEK, WEEK)], late)[0]).toBe('did not interact');
    expect(first([open(), came('viewed', WEEK - 1, WEEK + DAY)], late)[0]).toBe('did not interact');
    expect(first([open(), came('viewed', WEEK - 1, WEEK + DAY - 1)], late)[0]).toBe('viewed');
  });
  test('holds the opening event alone where it is 0, however late that is known', () => {
    const records = [act('a', 'viewed', NOON, { ingest_time: NOON + DAY }), act('a', 'applied', NOON, { sequence: 1 })];
    const section = { ...byIngest, label_window: 0 };
    expect(first(records, section)).toEqual(['viewed', NOON + DAY, NOON + DAY + 1]);
    expect(first([open()], section)).toEqual(['did not interact', NOON, NOON + 1]);
  });
  test('is ruled by the strongest action, of which the one known first decides', () => {
    const records = [open(), came('applied', HOUR, 3 * DAY), came('applied', 2 * HOUR, 2 * HOUR), came('viewed', 1, 1)];
    expect(first(records, byIngest)).toEqual(['applied', NOON + 2 * HOUR, NOON + WEEK]);
    expect(first(records)[1]).toBe(NOON + HOUR);
    // A stronger action that comes too late leaves the weaker one, which settles nothing early.
    expect(first([open(), came('applied', HOUR, WEEK), came('viewed', 1, 1)], byIngest)).toEqual([
      ...['viewed', NOON + WEEK, NOON + WEEK],
    ]);
  });
});

describe('a question is mature when it is closed (LABEL-4)', () => {
  const fate = (until: number, records: object[], section: object) => asked(records, section, until)[0]!.fate;
  test('and not a millisecond before', () => {
    expect(fate(NOON, [open()], { label_window: 0 })).toBe('pending');
    expect(fate(NOON + 1, [open()], { label_window: 0 })).toBe('rendered');
    const late = { label_lateness: '1h', label_window: '1d' };
    expect(fate(NOON + DAY + HOUR - 1, [open()], late)).toBe('pending');
    expect(fate(NOON + DAY + HOUR, [open()], late)).toBe('rendered');
  });
  test('also where the opening event itself came late', () => {
    const section = { ...byIngest, label_window: '1h' };
    expect(fate(NOON + DAY, [open({ ingest_time: NOON + DAY })], section)).toBe('pending');
    expect(fate(NOON + DAY + 1, [open({ ingest_time: NOON + DAY })], section)).toBe('rendered');
  });
});

describe('next-action (NEXT-1)', () => {
  const next = (records: object[], section: object = {}) =>
    first(records, { tasks: [{ form: 'next-action.action' }], ...section });
  const view = (more: object = {}) => act('a', 'viewed', NOON, more);
  const closes = NOON + 1 + WEEK;
  test('an application at the very millisecond was seen, and nothing weaker is an answer', () => {
    const both = [view(), act('a', 'applied', NOON, { sequence: 1 })];
    expect(next(both)).toEqual(['nothing more', closes, closes]);
    expect(next([...both, act('a', 'dismissed', NOON + HOUR)])[0]).toBe('nothing more');
  });
  test('the stronger action that is known first is the answer, and settles it', () => {
    const records = [view(), came('applied', HOUR, 3 * DAY), came('dismissed', 2 * HOUR, 2 * HOUR)];
    expect(next(records, byIngest)).toEqual(['dismissed', NOON + 2 * HOUR, closes]);
    expect(next(records)).toEqual(['applied', NOON + HOUR, closes]);
  });
  test('looks at what comes after in order, is in the window, and is known from T to the closing', () => {
    const before = act('a', 'applied', NOON - HOUR, { ingest_time: NOON + HOUR });
    expect(next([before, view()], byIngest)[0]).toBe('nothing more');
    expect(next([view(), act('a', 'applied', NOON + WEEK)])[0]).toBe('applied');
    expect(next([view(), act('a', 'applied', NOON + WEEK + 1)])[0]).toBe('nothing more');
    expect(next([view(), came('applied', DAY, WEEK)], byIngest)[0]).toBe('applied');
    expect(next([view(), came('applied', DAY, WEEK + 1)], byIngest)[0]).toBe('nothing more');
    // Known at T, a millisecond after the view: it was not seen.
    expect(next([view(), act('a', 'applied', NOON + 1)])[0]).toBe('applied');
  });
  test('opens a millisecond after the action is known', () => {
    const tasks = [{ form: 'next-action.action' }];
    const [question] = asked([view({ ingest_time: NOON + HOUR })], { tasks, ...byIngest });
    expect(question!.askedAt).toBe(NOON + HOUR + 1);
  });
});

describe('laws (LABEL-5)', () => {
  const step = fc.record({
    item: fc.constantFrom('a', 'b', 'c'),
    action: fc.constantFrom('impression', 'viewed', 'dismissed', 'applied'),
    after: fc.nat(6).map((n) => n * 6 * HOUR),
    late: fc.constantFrom(0, 0, 1, HOUR, DAY, 2 * DAY),
  });
  const sections = fc.record({
    known: fc.constantFrom('event_time', 'ingest_time'),
    label_window: fc.constantFrom(0, '1d', '30h'),
    label_lateness: fc.constantFrom(0, '1h', '2d'),
  });
  const tasks = ['ranking.pointwise', 'ranking.binary', 'retrieval.choose', 'next-action.action'].map((form) => ({
    form,
    ...(form === 'retrieval.choose' ? { candidates: 2 } : {}),
  }));
  const items = ['a', 'b', 'c', 'd', 'e'].map((id) => item(id));

  test('a label is settled by closes_at, and what is known then or later is no part of it', () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 9 }), sections, (steps, section) => {
        // Of sessions of their own, so that what is left out changes no opening.
        const records = steps.map(({ item: id, action, after, late }, n) =>
          act(id, action, NOON + after, { event_id: `s${n}`, session_id: `s${n}`, ingest_time: NOON + after + late }),
        );
        const askedOf = (list: object[]) =>
          referenceQuestions(toyWorld([...items, ...list], { section: { ...section, tasks } }), 'm');
        for (const question of askedOf(records)) {
          if (question.fate !== 'rendered') continue;
          expect(question.settledAt).toBeLessThanOrEqual(question.closesAt);
          const isKnown = (_: object, n: number) => {
            const { after, late } = steps[n]!;
            return NOON + after + (section.known === 'ingest_time' ? late : 0) < question.closesAt;
          };
          const known = records.filter(isKnown);
          if (known.length === records.length) continue;
          compared++;
          const again = askedOf(known).find(({ key }) => key.join() === question.key.join());
          expect(again === undefined ? again : told(again)).toEqual(told(question));
        }
      }),
      { numRuns: 25 },
    );
    expect(compared).toBeGreaterThan(40);
  });
});

describe('an exposure in the history (HIST-2)', () => {
  const past = (records: object[], section: object) =>
    pastOf(asked([item('q'), ...records, act('q', 'impression', NOON)], section).at(-1)!).entries;
  test('is told once a question that it opened would be closed', () => {
    const count = (records: object[], section: object = {}) => past(records, section).length;
    const shown = (before: number, late = 0) =>
      act('a', 'impression', NOON - before, { ingest_time: NOON - before + late });
    expect([count([shown(WEEK)]), count([shown(WEEK - 1)])]).toEqual([1, 0]);
    const lateness = { label_lateness: '1h' };
    expect([count([shown(WEEK + HOUR)], lateness), count([shown(WEEK + HOUR - 1)], lateness)]).toEqual([1, 0]);
    expect([count([shown(WEEK, WEEK - 1)], byIngest), count([shown(WEEK, WEEK)], byIngest)]).toEqual([1, 0]);
    const windowless = { label_window: 0 };
    expect([count([shown(1)], windowless), count([shown(MINUTE)], { ...windowless, label_lateness: '1m' })]).toEqual([
      1, 0,
    ]);
    expect(count([act('a', 'impression', null)])).toBe(1);
    // Of several the newest that is closed.
    const { event } = past([shown(WEEK + 2), shown(WEEK), shown(HOUR)], {})[0]!;
    expect(event.at).toBe(NOON - WEEK);
  });
});
