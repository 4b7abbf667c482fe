/** Labels: what the window holds, when it is mature, and which event settled it. */
import { describe, expect, it } from 'vitest';
import type { EventRecord } from '../../schemas/event.ts';
import { ask, DAY, did, HOUR, item, MINUTE, NOON, rendered, SHOP, task, timelineOf } from './events.ts';

const WEEK = 7 * DAY;
const pointwise = [task('ranking.pointwise')];
const open = did('impression', 'a', NOON, { event_id: 'open' });
const labelOf = (events: readonly EventRecord[], tasks = pointwise) =>
  rendered(ask([item('a'), item('b'), open, ...events], { tasks }), 'open').label;

describe('the label window', () => {
  it('is [T, T + W): the opening event counts, T + W does not', () => {
    expect(labelOf([did('viewed', 'a', NOON + WEEK - 1)]).label).toBe('viewed');
    expect(labelOf([did('viewed', 'a', NOON + WEEK)]).label).toBe('did not interact');
    expect(labelOf([did('viewed', 'a', NOON, { event_id: 'z' })]).label).toBe('viewed');
    expect(labelOf([did('viewed', 'b', NOON + 1)]).label).toBe('did not interact');
  });

  it('of length 0 is the opening event alone', () => {
    const now = [task('ranking.pointwise', { windowMs: 0 })];
    expect(labelOf([did('applied', 'a', NOON, { event_id: 'z' })], now).label).toBe('did not interact');
    const vote = did('viewed', 'a', NOON, { event_id: 'vote' });
    const outcome = rendered(ask([item('a'), vote, did('applied', 'a', NOON + 1)], { tasks: now }), 'vote');
    expect(outcome.label).toEqual({ label: 'viewed', settledAt: NOON, reasons: [] });
  });

  it('takes the strongest action whatever the order', () => {
    const events = [did('applied', 'a', NOON + HOUR), did('viewed', 'a', NOON + 2 * HOUR)];
    expect(labelOf(events).label).toBe('applied');
    expect(labelOf(events.slice(1).concat(did('dismissed', 'a', NOON + 3 * HOUR))).label).toBe('dismissed');
  });

  it('does not see an event of unknown time, nor one on a held-out surface that is not the question’s own', () => {
    expect(labelOf([did('applied', 'a', null)]).label).toBe('did not interact');
    const events = [item('a'), open, did('applied', 'a', NOON + 1, { surface: 'email' })];
    const ads = { tasks: pointwise, heldOutSurfaces: ['email'] };
    expect(rendered(ask(events, ads), 'open').label.label).toBe('did not interact');
    const own = { ...open, surface: 'email' };
    expect(rendered(ask([item('a'), own, events[2]!], ads), 'open').label.label).toBe('applied');
  });

  it('answers Yes for positive actions alone', () => {
    const binary = [task('ranking.binary')];
    expect(labelOf([did('viewed', 'a', NOON + 1)], binary).label).toBe('Yes');
    expect(labelOf([did('dismissed', 'a', NOON + 1), did('viewed', 'a', NOON + 2)], binary).label).toBe('No');
    expect(labelOf([], binary).label).toBe('No');
  });
});

describe('when a label is settled', () => {
  it('is T + W, but for the strongest action the moment it was known', () => {
    expect(labelOf([did('viewed', 'a', NOON + 1)]).settledAt).toBe(NOON + WEEK);
    expect(labelOf([did('applied', 'a', NOON + 5), did('applied', 'a', NOON + 9)]).settledAt).toBe(NOON + 5);
  });

  it('with ingest_time is the later of the two', () => {
    const events = [item('a'), open, did('applied', 'a', NOON + 5, { ingest_time: NOON + 50 })];
    expect(rendered(ask(events, { tasks: pointwise, known: 'ingest_time' }), 'open').label.settledAt).toBe(NOON + 50);
  });
});

describe('maturity', () => {
  const fate = (tasks: typeof pointwise, until: number, perMemberDay?: number) => {
    const rules = { ask: { seed: 7, share: 1, perMemberDay } };
    return ask([item('a'), open], { tasks, until, rules }).map((outcome) => outcome.fate);
  };

  it('comes at T + W, and for W = 0 a millisecond after T', () => {
    expect(fate(pointwise, NOON + WEEK - 1)).toEqual(['pending']);
    expect(fate(pointwise, NOON + WEEK)).toEqual(['rendered']);
    const now = [task('ranking.pointwise', { windowMs: 0 })];
    expect([fate(now, NOON), fate(now, NOON + 1)]).toEqual([['pending'], ['rendered']]);
  });

  it('waits for the end of T’s UTC day where openings are capped by day', () => {
    const hour = [task('ranking.pointwise', { windowMs: HOUR })];
    expect(fate(hour, NOON + 12 * HOUR - 1, 5)).toEqual(['pending']);
    expect(fate(hour, NOON + 12 * HOUR, 5)).toEqual(['rendered']);
  });

  it('decides each question in exactly one run of growing until', () => {
    const events = [item('a'), ...[0, 1, 2, 3].map((day) => did('viewed', 'a', NOON + day * DAY))];
    const run = (from: number | null, until: number) => ask(events, { tasks: pointwise, from, until });
    const keys = (outcomes: ReturnType<typeof ask>) =>
      outcomes.filter(({ fate }) => fate === 'rendered').map(({ question }) => question!.key.join());
    const middle = NOON + WEEK + DAY;
    const whole = keys(run(null, NOON + 2 * WEEK));
    expect(whole).toHaveLength(4);
    expect([...keys(run(null, middle)), ...keys(run(middle, NOON + 2 * WEEK))]).toEqual(whole);
    expect(keys(run(null, middle))).toHaveLength(2);
  });
});

describe('the next action', () => {
  const next = [task('next-action.action')];
  const asked = (events: EventRecord[], opening: string) =>
    rendered(ask([item('a'), ...events], { tasks: next }), opening).label;

  it('is the first one stronger than all seen before T', () => {
    const events = [
      did('viewed', 'a', NOON, { event_id: 'v1' }),
      did('viewed', 'a', NOON + HOUR, { event_id: 'v2' }),
      did('dismissed', 'a', NOON + 2 * HOUR, { event_id: 'd' }),
      did('applied', 'a', NOON + 3 * HOUR, { event_id: 'x' }),
    ];
    expect(asked(events, 'v1')).toEqual({ label: 'dismissed', settledAt: NOON + 2 * HOUR, reasons: [] });
    expect(asked(events, 'v2').label).toBe('dismissed');
    expect(asked(events, 'd').label).toBe('applied');
  });

  it('is nothing more where only weaker or equal ones follow, or later than W', () => {
    const events = [
      did('dismissed', 'a', NOON, { event_id: 'd' }),
      did('viewed', 'a', NOON + HOUR, { event_id: 'v' }),
      did('dismissed', 'a', NOON + 2 * HOUR),
      did('applied', 'a', NOON + 1 + WEEK),
    ];
    expect(asked(events, 'd')).toEqual({ label: 'nothing more', settledAt: NOON + 1 + WEEK, reasons: [] });
    expect(asked(events, 'v').label).toBe('applied');
  });
});

describe('what was not rendered', () => {
  it('is counted under the label that it would have, a choice under its action, and a pending one under none', () => {
    const forms = [
      task('ranking.pointwise'),
      task('ranking.binary'),
      task('retrieval.choose'),
      task('next-action.action'),
    ];
    const share = (of: number) => ({ ask: { seed: 7, share: of, perMemberDay: undefined } });
    const events = [item('a'), open, did('viewed', 'a', NOON + HOUR), did('dismissed', 'a', NOON + 8 * DAY)];
    const lost = ask(events, { tasks: forms, rules: share(0) }).filter(({ opening }) => opening.event < 2);
    expect(lost.map(({ task, fate, lostLabel }) => [task.form, fate, lostLabel])).toEqual([
      ['ranking.pointwise', 'capped', 'viewed'],
      ['ranking.pointwise', 'capped', 'viewed'],
      ['ranking.binary', 'capped', 'Yes'],
      ['ranking.binary', 'capped', 'Yes'],
      ['retrieval.choose', 'capped', 'viewed'],
      ['retrieval.choose', 'capped', 'viewed'],
      ['next-action.action', 'capped', 'nothing more'],
    ]);
    expect(ask(events, { tasks: pointwise, until: NOON })[0]!.lostLabel).toBeUndefined();
  });

  it('is item_unknown where the item was never defined, is deleted, or begins later than T', () => {
    const fates = (...items: EventRecord[]) =>
      ask([...items, open], { tasks: pointwise }).map(({ fate, lostLabel }) => `${fate} ${lostLabel ?? ''}`);
    expect(fates()).toEqual(['item_unknown did not interact']);
    expect(fates(item('a', NOON + 1))).toEqual(['item_unknown did not interact']);
    expect(fates(item('a', 0), item('a', NOON, { op: 'delete' }))).toEqual(['item_unknown did not interact']);
    expect(fates(item('a', NOON))).toEqual(['rendered ']);
  });

  it('has no part for retrieval.choose where the label is not a positive action', () => {
    const choose = [task('retrieval.choose', { random: 1 })];
    const events = [item('a'), item('b'), open];
    expect(ask(events, { tasks: choose })).toEqual([]);
    expect(ask([...events, did('dismissed', 'a', NOON + 1), did('viewed', 'a', NOON + 2)], { tasks: choose })).toEqual(
      [],
    );
    expect(ask([...events, did('viewed', 'a', NOON + MINUTE)], { tasks: choose })[0]!.label!.label).toMatch(/^[AB]$/);
  });
});

describe('a timeline', () => {
  it('knows a day-only event from the last millisecond of its day, with ingest_time from the later of both', () => {
    const day = did('viewed', 'a', '2026-01-10Z', { ingest_time: NOON + 10 * DAY });
    expect([...timelineOf([day]).knownAt]).toEqual([NOON + 12 * HOUR - 1]);
    expect([...timelineOf([day], { known: 'ingest_time', domain: SHOP }).knownAt]).toEqual([NOON + 10 * DAY]);
  });
});
