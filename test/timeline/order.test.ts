/** EVENT-4: the order inside a timeline, by its examples and by what it must not depend on. */
import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventRecord } from '../../schemas/event.ts';
import { orderEvents } from '../../src/timeline/order.ts';
import { did, item, NOON, profile } from './events.ts';

const ids = (events: readonly EventRecord[]) => orderEvents(events).map(({ event_id }) => event_id);
const at = (event_id: string, more: object = {}) => did('viewed', 'a', NOON, { event_id, ...more });

describe('the order inside a timeline', () => {
  it('is by sequence at one time: an event without one counts as 0', () => {
    expect(ids([at('b', { sequence: 1 }), at('a', { sequence: 2 }), at('c')])).toEqual(['c', 'b', 'a']);
    expect(ids([at('a'), at('c', { sequence: -1 })])).toEqual(['c', 'a']);
  });

  it('is by the hash of type and id where no sequence tells: e2, e1, e3', () => {
    const begins = (id: string) => hash('sha256', `interaction\u001f${id}`, 'hex').slice(0, 4);
    expect(['e2', 'e1', 'e3'].map(begins)).toEqual(['1cb2', 'be58', 'fd4b']);
    expect(ids([at('e1'), at('e2'), at('e3')])).toEqual(['e2', 'e1', 'e3']);
  });

  it('is by event_time first, of which an unknown one comes before every other', () => {
    expect(ids([at('e2'), did('viewed', 'a', null, { event_id: 'x', sequence: 9 }), at('e1')])).toEqual([
      'x',
      'e2',
      'e1',
    ]);
    expect(ids([at('late'), did('viewed', 'a', '2026-01-10Z', { event_id: 'day', sequence: 9 })])).toEqual([
      'day',
      'late',
    ]);
  });

  it('has a delete after all others of its time and sequence, and not after those of a later sequence', () => {
    const gone = (event_id: string) => ({ ...profile(NOON, { event_id }), op: 'delete' }) as const;
    const some = Array.from({ length: 20 }, (_, i) => at(`e${i}`));
    expect(ids([gone('g'), ...some, profile(NOON, { event_id: 'p' })]).at(-1)).toBe('g');
    expect(ids([at('x', { sequence: 1 }), gone('g')])).toEqual(['g', 'x']);
    const withdrawn = item('a', NOON, { op: 'delete', event_id: 'd' });
    for (let i = 0; i < 20; i++) expect(ids([withdrawn, item('a', NOON, { event_id: `v${i}` })])[1]).toBe('d');
  });

  it('does not depend on how the events came', () => {
    const event = fc.record({ id: fc.nat(9), time: fc.nat(2), sequence: fc.option(fc.integer({ min: -1, max: 1 })) });
    const events = fc
      .uniqueArray(event, { selector: ({ id }) => id, maxLength: 10 })
      .map((all) =>
        all.map(({ id, time, sequence }) =>
          did('viewed', 'a', NOON + time, { event_id: `e${id}`, ...(sequence === null ? {} : { sequence }) }),
        ),
      );
    const shuffled = events.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([a, b]) => {
        expect(ids(b)).toEqual(ids(a));
      }),
    );
  });
});
