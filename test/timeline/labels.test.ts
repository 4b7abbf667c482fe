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
    expect(labelOf([did('viewed', 'a', NOON, { sequence: 1 })]).label).toBe('viewed');
    expect(labelOf([did('viewed', 'b', NOON + 1)]).label).toBe('did not interact');
  });

  it('of length 0 is the opening event alone', () => {
    const now = [task('ranking.pointwise', { windowMs: 0 })];
    expect(labelOf([did('applied', 'a', NOON, { sequence: 1 })], now).label).toBe('did not interact');
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

  it('is by the event that was known first, of those with that action (LABEL-2)', () => {
    const early = did('applied', 'a', NOON + 5, { ingest_time: NOON + 90 });
    const late = did('applied', 'a', NOON + 9, { ingest_time: NOON + 50 });
    const events = [item('a'), open, early, late];
    expect(rendered(ask(events, { tasks: pointwise, known: 'ingest_time' }), 'open').label.settledAt).toBe(NOON + 50);
  });
});

describe('what is known of a label when its question closes', () => {
  const NINE = Date.parse('2026-03-01T09:00:00Z');
  const asked = did('impression', 'a', NINE, { event_id: 'open' });
  const ingested = (action: string, at: string, known: string) =>
    did(action, 'a', Date.parse(at), { ingest_time: Date.parse(known) });
  const outcome = (event: EventRecord, latenessMs = 0, opening = asked) => {
    const tasks = [task('ranking.pointwise', { latenessMs })];
    return rendered(ask([item('a'), opening, event], { tasks, known: 'ingest_time' }), 'open');
  };

  it('is what was known before closes_at, by the examples of LABEL-2', () => {
    const label = (event: EventRecord) => outcome(event).label.label;
    expect(label(did('viewed', 'a', Date.parse('2026-03-08T08:59:59.999Z')))).toBe('viewed');
    expect(label(did('viewed', 'a', Date.parse('2026-03-08T09:00Z')))).toBe('did not interact');
    expect(label(ingested('viewed', '2026-03-02T09:00Z', '2026-03-09T09:00Z'))).toBe('did not interact');
    expect(label(ingested('viewed', '2026-03-02T09:00Z', '2026-03-08T09:00Z'))).toBe('did not interact');
    expect(label(ingested('viewed', '2026-03-02T09:00Z', '2026-03-08T08:59:59.999Z'))).toBe('viewed');
  });

  it('is known later by label_lateness, which moves closes_at and never the window (LABEL-3)', () => {
    const late = ingested('viewed', '2026-03-08T08:00Z', '2026-03-09T04:00Z');
    const closes = Date.parse('2026-03-09T09:00Z');
    expect(outcome(late, DAY)).toMatchObject({ closesAt: closes, label: { label: 'viewed', settledAt: closes } });
    expect(outcome(late).label.label).toBe('did not interact');
    expect(outcome(did('viewed', 'a', NINE + WEEK), DAY).label.label).toBe('did not interact');
  });

  it('is never less than the opening event itself', () => {
    const opening = { ...asked, ingest_time: NINE + 8 * DAY };
    const late = did('viewed', 'a', NINE + 1, { ingest_time: NINE + 8 * DAY });
    const closes = NINE + 8 * DAY + 1;
    expect(outcome(late, 0, opening)).toMatchObject({
      closesAt: closes,
      label: { label: 'viewed', settledAt: closes },
    });
    const now = [task('ranking.pointwise', { windowMs: 0 })];
    const alone = rendered(ask([item('a'), opening], { tasks: now, known: 'ingest_time' }), 'open');
    expect(alone).toMatchObject({ closesAt: closes, label: { settledAt: closes - 1 } });
  });

  it('bars no candidate by what became known later (CAND-7)', () => {
    const opening = did('applied', 'a', NINE, { event_id: 'open' });
    const acted = (known: number) => did('viewed', 'b', NINE + 1, { ingest_time: known });
    const fate = (known: number) =>
      ask([item('a'), item('b'), opening, acted(known)], {
        tasks: [task('retrieval.choose', { random: 1 })],
        known: 'ingest_time',
      })[0]!.fate;
    expect([fate(NINE + WEEK - 1), fate(NINE + WEEK)]).toEqual(['too_few_candidates', 'rendered']);
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

  it('does not wait for the end of T’s UTC day where openings are capped by day', () => {
    const hour = [task('ranking.pointwise', { windowMs: HOUR })];
    expect(fate(hour, NOON + HOUR - 1, 5)).toEqual(['pending']);
    expect(fate(hour, NOON + HOUR, 5)).toEqual(['rendered']);
  });

  it('comes label_lateness later, and not before the opening event is known (LABEL-3, LABEL-4)', () => {
    const late = [task('ranking.pointwise', { latenessMs: DAY })];
    expect([fate(late, NOON + WEEK + DAY - 1), fate(late, NOON + WEEK + DAY)]).toEqual([['pending'], ['rendered']]);
    const ingested = { ...open, ingest_time: NOON + 9 * DAY };
    const known = (until: number) =>
      ask([item('a'), ingested], { tasks: pointwise, until, known: 'ingest_time' }).map((outcome) => outcome.fate);
    expect([known(NOON + 9 * DAY), known(NOON + 9 * DAY + 1)]).toEqual([['pending'], ['rendered']]);
  });

  it('decides each question in exactly one run of growing until', () => {
    const events = [item('a'), ...[0, 1, 2, 3].map((day) => did('viewed', 'a', NOON + day * DAY))];
    const run = (from: number | null, until: number) => ask(events, { tasks: pointwise, from, until });
    const keys = (outcomes: ReturnType<typeof ask>) =>
      outcomes.filter(({ fate }) => fate === 'rendered').map(({ question }) => question!.key);
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

  it('is none that T has seen, be it at the very millisecond of the action that asks (NEXT-1)', () => {
    const events = [
      did('viewed', 'a', NOON, { event_id: 'v' }),
      did('applied', 'a', NOON, { event_id: 'x', sequence: 1 }),
      did('dismissed', 'a', NOON + HOUR),
    ];
    expect(asked(events, 'v').label).toBe('nothing more');
    const later = [events[0]!, did('applied', 'a', NOON + 1), did('dismissed', 'a', NOON + HOUR)];
    expect(asked(later, 'v')).toEqual({ label: 'applied', settledAt: NOON + 1, reasons: [] });
  });

  it('is the one known first of those that follow in order, known from T on and before closes_at', () => {
    const opening = did('viewed', 'a', NOON, { event_id: 'v', ingest_time: NOON + HOUR });
    const settled = (...more: EventRecord[]) =>
      rendered(ask([item('a'), opening, ...more], { tasks: next, known: 'ingest_time' }), 'v').label;
    const known = (action: string, at: number, ingest: number) => did(action, 'a', at, { ingest_time: ingest });
    const dismissed = known('dismissed', NOON + 1, NOON + 5 * HOUR);
    // In order before T, and yet not seen at T.
    expect(settled(dismissed)).toMatchObject({ label: 'dismissed', settledAt: NOON + 5 * HOUR });
    expect(settled(dismissed, known('applied', NOON + 9, NOON + 3 * HOUR))).toMatchObject({
      label: 'applied',
      settledAt: NOON + 3 * HOUR,
    });
    const before = known('dismissed', NOON - 1, NOON + 5 * HOUR);
    expect(settled(before).label).toBe('nothing more');
    const closes = NOON + HOUR + 1 + WEEK;
    expect(settled(known('applied', NOON + 1, closes))).toMatchObject({ label: 'nothing more', settledAt: closes });
    expect(settled(known('applied', NOON + 1, closes - 1))).toMatchObject({ label: 'applied', settledAt: closes - 1 });
  });

  it('looks at no other item, and at no held-out surface but its own', () => {
    const opening = did('viewed', 'a', NOON, { event_id: 'v' });
    const more = [item('b'), did('applied', 'b', NOON + 5), did('dismissed', 'a', NOON + 9, { surface: 'email' })];
    const options = { tasks: next, heldOutSurfaces: ['email'] };
    const label = (from: EventRecord) => rendered(ask([item('a'), from, ...more], options), 'v').label.label;
    expect(label(opening)).toBe('nothing more');
    expect(label({ ...opening, surface: 'email' })).toBe('dismissed');
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
