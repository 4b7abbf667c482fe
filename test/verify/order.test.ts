/** The order inside a timeline, and what a delete erases. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readEvent } from '../../src/verify/events/checked-event.ts';
import { inOrder } from '../../src/verify/world/timeline.ts';
import { liveVersion } from '../../src/verify/world/view.ts';
import { act, item, jobs, NOON, profile, toyWorld } from './toy-world.ts';

const order = (...records: object[]) =>
  records
    .map((record) => readEvent(record)!)
    .sort(inOrder)
    .map(({ id }) => id)
    .join(' ');
const did = (event_id: string, more: object = {}) => act('a', 'viewed', NOON, { event_id, ...more });
const version = (event_id: string, more: object = {}) => ({
  ...item('a', { title: event_id }, NOON),
  event_id,
  ...more,
});
const gone = { op: 'delete', attributes: undefined };

describe('the order of events (EVENT-4)', () => {
  test('is by time, with the unknown one first, then by sequence, of which none is 0', () => {
    expect(order(did('b', { sequence: 1 }), did('a', { sequence: 2 }), did('c'))).toBe('c b a');
    expect(order(did('a', { event_time: NOON + 1, sequence: -5 }), did('b', { sequence: 9 }))).toBe('b a');
    expect(order(did('a'), did('b', { event_time: null, sequence: 9 }))).toBe('b a');
    expect(order(did('b', { sequence: 0 }), did('a', { sequence: -1 }), did('c', { sequence: 1 }))).toBe('a b c');
  });
  test('is by a hash of type and id where time and sequence are the same, so that numbered ids tell nothing', () => {
    expect(order(did('e1'), did('e2'), did('e3'))).toBe('e2 e1 e3');
    const [tie] = ['e2'].map((id) => Buffer.from(readEvent(did(id))!.tie, 'latin1').toString('hex'));
    expect(tie).toMatch(/^1cb2[0-9a-f]{12}$/);
  });
  test('has a delete after all others of its time and sequence, and before those of a later sequence', () => {
    const ids = Array.from({ length: 40 }, (_, n) => `v${n}`);
    for (const id of ids) expect(order(version(id, gone), version('x'), version('y')).endsWith(` ${id}`)).toBe(true);
    expect(order(version('d', gone), version('x', { sequence: 1 }))).toBe('d x');
  });
  test('does not depend on the order in which events come', () => {
    const stamped = fc.record({ event_id: fc.stringMatching(/^[a-e]{1,2}$/), sequence: fc.nat(1), late: fc.nat(1) });
    fc.assert(
      fc.property(fc.uniqueArray(stamped, { selector: ({ event_id }) => event_id }), fc.nat(), (events, turn) => {
        const records = events.map(({ late, ...more }) => did(more.event_id, { ...more, event_time: NOON + late }));
        const turned = [...records.slice(turn % 3), ...records.slice(0, turn % 3)].reverse();
        expect(order(...turned)).toBe(order(...records));
      }),
    );
  });
});

test('of versions at one time the last in order counts, and a delete hides the item (EVENT-4, EVENT-5)', () => {
  const at = (...records: object[]) => liveVersion(toyWorld(records), 'a', NOON + 1)?.id;
  const hashed = order(version('v1'), version('v2')).split(' ');
  expect(at(version('v1'), version('v2'))).toBe(hashed[1]);
  expect(at(version('v1', { sequence: 1 }), version('v2'))).toBe('v1');
  expect(at(version('v1'), version('v2', gone))).toBeUndefined();
  expect(at(version('v1', { sequence: 1 }), version('v2', gone))).toBe('v1');
});

describe('a delete of a member (EVENT-5)', () => {
  const left = (...records: object[]) => {
    const timeline = toyWorld(records, { domain: jobs }).timelines.get('m')!;
    return [...timeline.profiles, ...timeline.interactions].map(({ id }) => id).join(' ');
  };
  const named = (event_id: string, record: object, more: object = {}) => ({ ...record, event_id, ...more });
  const leave = (at: number | null, more: object = {}) => named('d', profile({}, at), { ...gone, ...more });
  test('erases what is of its own millisecond too, whatever the hashes are', () => {
    const ids = Array.from({ length: 30 }, (_, n) => `n${n}`);
    expect(left(leave(NOON), ...ids.map((id) => did(id)), named('p', profile({}, NOON)))).toBe('');
  });
  test('and what follows it, up to the next profile', () => {
    const later = did('e', { event_time: NOON + 1 });
    const back = named('p', profile({}, NOON + 2));
    expect(left(leave(NOON), later)).toBe('');
    expect(left(leave(NOON), later, back)).toBe('p');
    expect(left(leave(NOON), later, back, did('f', { event_time: NOON + 3 }))).toBe('p f');
  });
  test('spares what comes after it in sequence, and the last of several decides', () => {
    const back = named('p', profile({}, NOON), { sequence: 1 });
    expect(left(leave(NOON), back, did('e', { sequence: 2 }))).toBe('p e');
    expect(left(leave(NOON), back, leave(NOON, { event_id: 'd2', sequence: 3 }), did('e', { sequence: 2 }))).toBe('');
    expect(left(leave(null), did('e'), named('p', profile({}, NOON - 1)))).toBe('p e');
  });
  test('works with any attributes (EVENT-1)', () => {
    for (const attributes of [null, [], { a: { b: 1 } }])
      expect(left(did('e'), leave(NOON + 1, { attributes }))).toBe('');
  });
});
