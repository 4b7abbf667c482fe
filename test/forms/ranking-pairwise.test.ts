/** `ranking.pairwise`: where it asks, which item it takes, and what it never tells (PAIR-1, 2). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventRecord } from '../../schemas/event.ts';
import {
  ask,
  DAY,
  did,
  HOUR,
  historyOf,
  item,
  itemIdsOf,
  MINUTE,
  NOON,
  rendered,
  SHOP,
  task,
} from '../timeline/events.ts';
import { plainQuestion } from '../timeline/outcomes.ts';

const pairwise = task('ranking.pairwise');
const slate = (id: string, at: number, more: Parameters<typeof did>[3] = {}) =>
  did('impression', id, at, { event_id: `saw-${id}`, slate_id: 's', surface: 'feed', position: 1, ...more });
const items = ['a', 'b', 'c', 'd'].map((id) => item(id));
const outcomes = (events: readonly EventRecord[], more: object = {}) => ask(events, { tasks: [pairwise], ...more });
const fates = (events: readonly EventRecord[], more: object = {}) =>
  Object.fromEntries(outcomes(events, more).map(({ opening, fate }) => [opening.reference[2], fate]));

describe('ranking.pairwise', () => {
  it('opens where a session opens at an exposure of a slate, and nowhere else (PAIR-1)', () => {
    const events = [
      ...items,
      slate('a', NOON),
      did('viewed', 'b', NOON + 1, { slate_id: 's' }),
      did('impression', 'c', NOON + 2),
      did('viewed', 'd', NOON + 3, { slate_id: 's' }),
      slate('d', NOON + 4),
    ];
    expect(fates(events)).toEqual({ 'saw-a': 'too_few_candidates' });
  });

  it('asks about each pair of a slate once, at the later opening (PAIR-2)', () => {
    const events = [...items, slate('a', NOON), slate('b', NOON + 1), did('applied', 'b', NOON + HOUR)];
    expect(fates(events)).toEqual({ 'saw-a': 'too_few_candidates', 'saw-b': 'rendered' });
    const { question, label } = rendered(outcomes(events), 'saw-b');
    expect(itemIdsOf(question).sort()).toEqual(['a', 'b']);
    expect(label.reasons.toSorted()).toEqual(['own', 'pair']);
  });

  it('answers with the letter of the stronger action, settled when the window ends (PAIR-1)', () => {
    const events = [...items, slate('a', NOON), slate('b', NOON + 1)];
    for (const [stronger, actions] of [
      ['b', [did('applied', 'b', NOON + HOUR), did('viewed', 'a', NOON + HOUR)]],
      ['a', [did('viewed', 'a', NOON + HOUR)]],
      ['a', [did('dismissed', 'a', NOON + 2 * HOUR), did('viewed', 'b', NOON + HOUR)]],
    ] as const) {
      const { question, label } = rendered(outcomes([...events, ...actions]), 'saw-b');
      expect(itemIdsOf(question)[label.label === 'A' ? 0 : 1]).toBe(stronger);
      expect(label.settledAt).toBe(NOON + 1 + 7 * DAY);
    }
  });

  it('takes no item of the same strength, of another slate, not live, or opened later in order (PAIR-2)', () => {
    const own = [slate('b', NOON + MINUTE), did('viewed', 'b', NOON + HOUR)];
    const fateOf = (others: readonly EventRecord[]) => fates([...items, ...own, ...others])['saw-b'];
    expect(fateOf([slate('a', NOON)])).toBe('rendered');
    expect(fateOf([slate('a', NOON), did('viewed', 'a', NOON + HOUR)])).toBe('too_few_candidates');
    expect(fateOf([slate('a', NOON, { slate_id: 't' })])).toBe('too_few_candidates');
    expect(fateOf([slate('a', NOON + MINUTE + 1)])).toBe('too_few_candidates');
    expect(fateOf([slate('a', NOON), item('a', NOON + 1, { op: 'delete' })])).toBe('too_few_candidates');
    // Shown again at T: what counts is when its session opened.
    expect(fateOf([did('impression', 'a', NOON), slate('a', NOON + MINUTE, { event_id: 'z' })])).toBe('rendered');
  });

  it('reads both items by known_at < T: one that is as new as T is not there yet (PAIR-2, ASOF-3)', () => {
    const events = [slate('a', NOON), slate('b', NOON + 1), did('viewed', 'b', NOON + HOUR)];
    expect(fates([item('a'), item('b', NOON + 1), ...events])['saw-b']).toBe('item_unknown');
    expect(fates([item('a', NOON + 1), item('b'), ...events])['saw-b']).toBe('too_few_candidates');
    const { question } = rendered(
      outcomes([item('a'), item('b'), item('b', NOON + 1, { event_id: 'b2' }), ...events]),
      'saw-b',
    );
    expect(question.items.map(({ eventId }) => eventId).sort()).toEqual(['item-a-0', 'item-b-0']);
  });

  it('keeps the slate and no position, and leaves both items out of the history (PAIR-2, HIST-3)', () => {
    const earlier = ['a', 'b', 'c'].map((id) => did('viewed', id, NOON - DAY));
    const events = [...items, ...earlier, slate('a', NOON), slate('b', NOON + 1), did('applied', 'b', NOON + HOUR)];
    const { question } = rendered(outcomes(events), 'saw-b');
    expect(question.exposure).toMatchObject({ slateId: 's', surface: 'feed', position: -1, propensity: -1 });
    expect(historyOf(question)).toEqual(['viewed c']);
  });

  it('tells nothing of which of the two is stronger: swap what the member did and no view changes', () => {
    let compared = 0;
    const action = fc.constantFrom('applied', 'dismissed', 'viewed', 'none');
    fc.assert(
      fc.property(action, action, fc.integer({ min: 0, max: 40 }), (first, second, name) => {
        if (first === second) return;
        const [a, b] = [`a${name}`, `b${name}`];
        const view = (onA: string, onB: string) => {
          const after = [did(onA, a, NOON + HOUR), did(onB, b, NOON + HOUR)].filter((event) => event.action !== 'none');
          const events = [item(a), item(b), slate(a, NOON), slate(b, NOON + 1, { event_id: 'open' }), ...after];
          return rendered(outcomes(events), 'open');
        };
        const [one, other] = [view(first, second), view(second, first)];
        expect(plainQuestion(one.question)).toEqual(plainQuestion(other.question));
        expect(one.label.label).not.toBe(other.label.label);
        compared++;
      }),
    );
    expect(compared).toBeGreaterThan(50);
  });

  it('is refused without exposures and without a label window', () => {
    expect(() => task('ranking.pairwise', {}, SHOP)).toThrow(/needs exposures/);
    expect(() => task('ranking.pairwise', { windowMs: 0 })).toThrow(/needs a label window/);
  });
});
