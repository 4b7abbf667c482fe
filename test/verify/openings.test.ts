/** Where questions open, under which keys, and how they end. */
import { describe, expect, test } from 'vitest';
import { type ReferenceQuestion, referenceQuestions } from '../../src/verify/reference/questions.ts';
import { act, DAY, HOUR, item, MINUTE, NOON, type ToyOptions, toyWorld } from './toy-world.ts';

function questions(
  records: object[],
  section: object = {},
  options: ToyOptions = {},
  until?: number,
): ReferenceQuestion[] {
  return referenceQuestions(toyWorld(records, { ...options, section: { ...section } }), 'm', until);
}

describe('sessions (OPEN-1)', () => {
  test('an item opens once in a session, at its earliest event whatever its kind', () => {
    const asked = questions([item('a'), act('a', 'viewed', NOON + 1000), act('a', 'impression', NOON)]);
    expect(asked.map(({ askedAt }) => askedAt)).toEqual([NOON]);
  });
  test('a pause of the session gap begins a new session, whatever the items', () => {
    const records = [item('a'), item('b')];
    const shown = (id: string, minutes: number) => act(id, 'impression', NOON + minutes * MINUTE);
    expect(questions([...records, shown('a', 0), shown('b', 29), shown('a', 58)])).toHaveLength(2);
    expect(questions([...records, shown('a', 0), shown('b', 29), shown('a', 59)])).toHaveLength(3);
  });
  test('a session_id holds across pauses and does not stretch the sessions of events without one', () => {
    const named = { session_id: 's' };
    const records = [item('a'), act('a', 'impression', NOON, named), act('a', 'viewed', NOON + 5 * HOUR, named)];
    expect(questions(records)).toHaveLength(1);
    const between = act('a', 'impression', NOON + 20 * MINUTE, named);
    const around = [act('a', 'viewed', NOON), act('a', 'viewed', NOON + 40 * MINUTE)];
    expect(questions([item('a'), between, ...around])).toHaveLength(3);
  });
  test('events without a time and ignored actions open nothing (EVENT-6)', () => {
    expect(questions([item('a'), act('a', 'viewed', null)])).toHaveLength(0);
    expect(questions([item('a'), act('a', 'clicked', NOON)])).toHaveLength(0);
  });
});

describe('keys (OPEN-3, OPEN-4)', () => {
  test('hold member, event, task and form', () => {
    const [asked] = questions([item('a'), act('a', 'viewed', NOON, { event_id: 'x' })]);
    expect(asked!.key).toEqual(['event', 'm', 'x', 'ranking.pointwise', 'ranking.pointwise']);
  });
  test('of rows hold item, time and occurrence, never the id that was made from the action', () => {
    const two = ['s', 't'].map((session, n) => act('a', 'viewed', NOON, { event_id: `row:${n}`, session_id: session }));
    const keys = questions([item('a'), ...two]).map(({ key }) => key.slice(0, 5));
    expect(keys).toEqual([
      ['row', 'm', 'a', String(NOON), '0'],
      ['row', 'm', 'a', String(NOON), '1'],
    ]);
  });
});

describe('fates (OPEN-6)', () => {
  const two = [item('a'), item('b'), act('a', 'viewed', NOON), act('b', 'viewed', NOON + HOUR)];
  test('a question is pending until its window has passed (LABEL-4)', () => {
    const fates = questions(two, {}, {}, NOON + 7 * DAY).map(({ fate }) => fate);
    expect(fates).toEqual(['rendered', 'pending']);
  });
  test('a cap waits for nothing: it is decided at T by what opened up to it (OPEN-5)', () => {
    const section = { label_window: '1h', ask: { per_member_day: 1 } };
    const fatesAt = (until: number) => questions(two, section, {}, until).map(({ fate }) => fate);
    expect(fatesAt(NOON + HOUR)).toEqual(['rendered', 'pending']);
    const [first, second] = fatesAt(NOON + 2 * HOUR);
    expect(first).toBe('rendered');
    expect(['rendered', 'capped']).toContain(second);
  });
  test('all forms of an opening are capped together (OPEN-5, DRAW-2)', () => {
    const tasks = [{ form: 'ranking.pointwise' }, { form: 'ranking.binary' }];
    const asked = questions(two, { tasks, ask: { share: 0.5, per_member_day: 1 } });
    const fatesOf = (id: string) => asked.filter(({ opening }) => opening.event.item === id).map(({ fate }) => fate);
    for (const id of ['a', 'b']) expect(new Set(fatesOf(id)).size).toBe(1);
  });
  test('an item that is not there by the event time is unknown (ASOF-4)', () => {
    const late = [item('a', { title: 'Later' }, NOON + 1), act('a', 'viewed', NOON)];
    expect(questions(late)[0]!.fate).toBe('item_unknown');
    const now = [item('a', { title: 'Now' }, NOON), act('a', 'viewed', NOON)];
    expect(questions(now)[0]!.fate).toBe('rendered');
  });
  test('a choice without a positive label is no question, one without enough items has too few (CHOOSE-1)', () => {
    const section = { tasks: [{ form: 'retrieval.choose', candidates: 3 }] };
    expect(questions([item('a'), act('a', 'dismissed', NOON)], section)).toHaveLength(0);
    expect(questions([item('a'), item('b'), act('a', 'viewed', NOON)], section)[0]!.fate).toBe('too_few_candidates');
  });
});

describe('next-action (OPEN-2, NEXT-1)', () => {
  const section = { tasks: [{ form: 'next-action.action' }] };
  test('opens at each action that is not the strongest, a millisecond after it is known', () => {
    const records = [
      item('a'),
      act('a', 'viewed', NOON),
      act('a', 'applied', NOON + HOUR),
      act('a', 'impression', NOON),
    ];
    const asked = questions(records, section);
    expect(asked.map(({ askedAt, label }) => [askedAt, label])).toEqual([[NOON + 1, 'applied']]);
  });
  test('answers nothing more where nothing stronger than all seen before follows', () => {
    const records = [item('a'), act('a', 'dismissed', NOON), act('a', 'viewed', NOON + HOUR)];
    const labels = questions(records, section).map(({ label }) => label);
    expect(labels).toEqual(['nothing more', 'nothing more']);
  });
});

test('a member delete erases what was before it and all up to the next profile (EVENT-5)', () => {
  const leave = { type: 'member', event_id: 'd', event_time: NOON, member_id: 'm', op: 'delete' };
  const back = { type: 'member', event_id: 'u', event_time: NOON + 2, member_id: 'm', op: 'upsert', attributes: {} };
  const at = [NOON - 1, NOON + 1, NOON + 3].map((t) => act('a', 'viewed', t, { session_id: String(t) }));
  expect(questions([item('a'), ...at, leave]).length).toBe(0);
  expect(questions([item('a'), ...at, leave, back]).map(({ askedAt }) => askedAt)).toEqual([NOON + 3]);
});
