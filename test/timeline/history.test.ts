/**
 * History: each item once, under the strongest action seen before T, with its newest version seen
 * at T.
 */
import { describe, expect, it } from 'vitest';
import type { EventRecord } from '../../schemas/event.ts';
import { ask, DAY, did, HOUR, historyOf, item, NOON, profile, questionAt, task, type WorldOptions } from './events.ts';
import { entriesOf } from './outcomes.ts';

const pointwise = [task('ranking.pointwise')];
const open = did('impression', 'asked', NOON, { event_id: 'open' });
const items = ['asked', 'a', 'b', 'c'].map((id) => item(id));
const questionOf = (events: readonly EventRecord[], options: Partial<WorldOptions> = {}) =>
  questionAt(ask([...events, open], { tasks: pointwise, ...options }), 'open');
const history = (events: readonly EventRecord[], options: Partial<WorldOptions> = {}) =>
  historyOf(questionOf([...items, ...events], options));

describe('an entry', () => {
  it('is the item once, under its strongest action, at the newest of those', () => {
    const events = [
      did('viewed', 'a', NOON - 5 * HOUR),
      did('dismissed', 'a', NOON - 4 * HOUR, { event_id: 'old' }),
      did('dismissed', 'a', NOON - 3 * HOUR, { event_id: 'new' }),
      did('viewed', 'a', NOON - 2 * HOUR),
      did('impression', 'a', NOON - 9 * DAY),
    ];
    const question = questionOf([...items, ...events]);
    expect(historyOf(question)).toEqual(['dismissed a']);
    expect(entriesOf(question.history)[0]).toMatchObject({ eventId: 'new', at: NOON - 3 * HOUR });
  });

  it('of exposures alone waits until the window of one has ended, and stands at the newest of those', () => {
    const shownAt = (...times: number[]) =>
      entriesOf(questionOf([...items, ...times.map((at) => did('impression', 'a', at))]).history).map(({ at }) => at);
    expect(shownAt(NOON - 7 * DAY + 1)).toEqual([]);
    expect(shownAt(NOON - 7 * DAY)).toEqual([NOON - 7 * DAY]);
    expect(shownAt(NOON - 9 * DAY, NOON - 8 * DAY, NOON - DAY)).toEqual([NOON - 8 * DAY]);
    expect(history([did('impression', 'a', NOON - 8 * DAY)])).toEqual(['did not interact a']);
  });

  it('of exposures alone waits for what the label of one waits for: W, label_lateness and being known', () => {
    const lateTask = [task('ranking.pointwise', { latenessMs: DAY })];
    const shown = (at: number, options: Partial<WorldOptions>, more: object = {}) =>
      entriesOf(questionOf([...items, did('impression', 'a', at, more)], options).history).map((entry) => entry.at);
    expect(shown(NOON - 8 * DAY + 1, { tasks: lateTask })).toEqual([]);
    expect(shown(NOON - 8 * DAY, { tasks: lateTask })).toEqual([NOON - 8 * DAY]);
    const ingested = { ingest_time: NOON - 1 };
    expect(shown(NOON - 9 * DAY, { known: 'ingest_time' }, ingested)).toEqual([NOON - 9 * DAY]);
    const now = [task('ranking.pointwise', { windowMs: 0 })];
    expect(shown(NOON - 1, { tasks: now })).toEqual([NOON - 1]);
  });

  it('never holds what happened at T or later, nor the matured label of an earlier question', () => {
    expect(history([did('viewed', 'a', NOON, { event_id: 'a' })])).toEqual([]);
    expect(history([did('viewed', 'a', NOON - 1), did('applied', 'a', NOON)])).toEqual(['viewed a']);
  });

  it('keeps the asked item’s own past in a form that asks about one item', () => {
    expect(history([did('viewed', 'asked', NOON - DAY)])).toEqual(['viewed asked']);
  });

  it('is known a day late where its time is a day', () => {
    expect(history([did('viewed', 'a', '2026-01-10Z')])).toEqual([]);
    expect(history([did('viewed', 'a', '2026-01-09Z')])).toEqual(['viewed a']);
  });

  it('of unknown time is always seen and stands first, an exposure too', () => {
    const events = [
      did('viewed', 'b', NOON - 400 * DAY),
      did('viewed', 'a', null, { sequence: 3 }),
      did('impression', 'c', null, { sequence: 2 }),
      did('applied', 'b', null, { sequence: 1 }),
    ];
    expect(history(events)).toEqual(['applied b', 'did not interact c', 'viewed a']);
  });

  it('with known: ingest_time is there once it was known, whatever the order', () => {
    const events = [
      did('viewed', 'a', NOON - 3 * DAY, { ingest_time: NOON + 1 }),
      did('viewed', 'b', NOON - 2 * DAY, { ingest_time: NOON - 1 }),
      did('viewed', 'c', NOON - 1 * DAY, { ingest_time: NOON }),
    ];
    expect(history(events, { known: 'ingest_time' })).toEqual(['viewed b']);
    expect(history(events)).toEqual(['viewed a', 'viewed b', 'viewed c']);
  });
});

describe('the item of an entry', () => {
  const versions = (...events: EventRecord[]) =>
    entriesOf(questionOf([item('asked'), did('viewed', 'a', NOON - DAY), ...events]).history).map(
      ({ version }) => version.eventId,
    );

  it('is its newest version with known_at < T', () => {
    const old = item('a', 0, { event_id: 'old' });
    expect(versions(old, item('a', NOON - 1, { event_id: 'new' }))).toEqual(['new']);
    expect(versions(old, item('a', NOON, { event_id: 'new' }))).toEqual(['old']);
    expect(versions(old, item('a', '2026-01-10Z', { event_id: 'new' }))).toEqual(['old']);
    expect(versions(item('a', null, { event_id: 'always' }))).toEqual(['always']);
  });

  it('shows nothing where it was deleted before T or never defined, and shows again after a new upsert', () => {
    const gone = item('a', NOON - 2 * HOUR, { op: 'delete' });
    expect(versions()).toEqual([]);
    expect(versions(item('a'), gone)).toEqual([]);
    expect(versions(item('a'), gone, item('a', NOON - HOUR, { event_id: 'back' }))).toEqual(['back']);
    expect(versions(item('a', 0, { event_id: 'old' }), item('a', NOON, { op: 'delete' }))).toEqual(['old']);
  });

  it('of two versions at one time is the last by sequence, then by the hash of EVENT-4', () => {
    const at = NOON - DAY;
    const one = item('a', at, { event_id: '1', sequence: 5 });
    expect(versions(one, item('a', at, { event_id: '2' }))).toEqual(['1']);
    // Their hashes begin b29d and aff5.
    expect(versions(item('a', at, { event_id: '1' }), item('a', at, { event_id: '2' }))).toEqual(['1']);
  });

  it('in question is read by event_time <= T, so that it can be shown the moment it appears', () => {
    const question = questionOf([item('asked', NOON, { event_id: 'now' })]);
    expect(question.items.map(({ eventId }) => eventId)).toEqual(['now']);
    const day = questionOf([item('asked', '2026-01-10Z', { event_id: 'day' })]);
    expect(day.items.map(({ eventId }) => eventId)).toEqual(['day']);
  });
});

describe('which events exist', () => {
  it('is the newest max_events seen before T: for history, actions before and strongest seen alike', () => {
    const events = [
      did('applied', 'a', NOON - 4 * HOUR),
      did('viewed', 'a', NOON - 3 * HOUR),
      did('impression', 'b', NOON - 2 * HOUR),
      did('viewed', 'c', NOON - 1 * HOUR),
      did('applied', 'c', NOON + HOUR),
    ];
    const bounded = questionOf([...items, ...events], {
      rules: { maxEvents: 3 },
      tasks: [task('ranking.pointwise', { windowMs: 0 })],
    });
    expect(historyOf(bounded)).toEqual(['viewed a', 'did not interact b', 'viewed c']);
    expect(bounded.actionsBefore).toBe(2);
    expect(questionOf([...items, ...events]).actionsBefore).toBe(3);
    const next = ask([...items, ...events], { tasks: [task('next-action.action')], rules: { maxEvents: 1 } });
    expect(questionAt(next, `viewed-a-${NOON - 3 * HOUR}`).actionsBefore).toBe(1);
  });

  it('on a held-out surface is for questions of that very surface', () => {
    const events = [
      did('viewed', 'a', NOON - HOUR, { surface: 'email' }),
      did('viewed', 'b', NOON - HOUR, { sequence: 1 }),
    ];
    const heldOut = { heldOutSurfaces: ['email', 'push'] };
    expect(history(events, heldOut)).toEqual(['viewed b']);
    expect(history(events)).toEqual(['viewed a', 'viewed b']);
    const asked = (surface: string) =>
      ask([...items, ...events, { ...open, surface }], { tasks: pointwise, ...heldOut });
    expect(historyOf(questionAt(asked('email'), 'open'))).toEqual(['viewed a', 'viewed b']);
    expect(historyOf(questionAt(asked('push'), 'open'))).toEqual(['viewed b']);
    const one = ask([...items, ...events, { ...open, surface: 'email' }], {
      tasks: pointwise,
      ...heldOut,
      rules: { maxEvents: 1 },
    });
    expect(historyOf(questionAt(one, 'open'))).toEqual(['viewed b']);
  });

  it('never includes what the domain ignores', () => {
    const question = questionOf([...items, did('scrolled', 'a', NOON - HOUR), did('impression', 'b', NOON - 8 * DAY)]);
    expect(historyOf(question)).toEqual(['did not interact b']);
    expect(question.actionsBefore).toBe(0);
  });
});

describe('strategy order', () => {
  const events = [
    did('applied', 'a1', NOON - 9 * HOUR),
    did('viewed', 'v1', NOON - 8 * HOUR),
    did('applied', 'a2', NOON - 7 * HOUR),
    did('viewed', 'v2', NOON - 6 * HOUR),
    did('viewed', 'v3', NOON - 5 * HOUR),
    did('impression', 'n1', NOON - 8 * DAY),
  ];
  const order = (strategy: 'chronological' | 'balanced') => {
    const records = [item('asked'), ...['a1', 'a2', 'v1', 'v2', 'v3', 'n1'].map((id) => item(id)), ...events];
    const { history } = questionOf(records, { tasks: [task('ranking.pointwise', { strategy })] });
    return entriesOf(history).map(({ version }) => version.itemId);
  };

  it('chronological is newest first', () => {
    expect(order('chronological')).toEqual(['v3', 'v2', 'a2', 'v1', 'a1', 'n1']);
  });

  it('balanced takes one of each action in turn, strongest first, and skips what has run out', () => {
    expect(order('balanced')).toEqual(['a2', 'v3', 'n1', 'a1', 'v2', 'v1']);
  });
});

describe('the profile and the exposure', () => {
  it('are the newest version with known_at < T, and none where there is none', () => {
    const at = (...times: (number | string | null)[]) =>
      questionOf([item('asked'), ...times.map((time) => profile(time))]).profile?.eventId;
    expect(at()).toBeUndefined();
    expect(at(NOON)).toBeUndefined();
    expect(at(0, NOON - 1, NOON)).toBe(`profile-${NOON - 1}`);
    expect(at(null, '2026-01-10Z')).toBe('profile-null');
  });

  it('tell surface and listed context keys, never value or position', () => {
    const more = { surface: 'feed', position: 3, value: 5, context: { device: 'phone', secret: 'x' }, slate_id: 's' };
    const question = questionAt(ask([item('asked'), { ...open, ...more }], { tasks: pointwise }), 'open');
    expect(question.exposure).toEqual({
      eventId: 'open',
      pairs: [
        ['surface', 'feed'],
        ['device', 'phone'],
      ],
      surface: 'feed',
      slateId: 's',
      position: 3,
      propensity: -1,
    });
  });
});
