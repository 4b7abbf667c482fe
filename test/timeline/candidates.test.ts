/**
 * Candidates and drawn items: which are barred, where they come from, and that nothing tells which
 * one is right.
 */
import { describe, expect, it } from 'vitest';
import type { EventRecord } from '../../schemas/event.ts';
import { draw, keyWith } from '../../src/timeline/draws.ts';
import {
  ask,
  DAY,
  did,
  HOUR,
  historyOf,
  item,
  itemIdsOf,
  NOON,
  questionAt,
  rendered,
  SHOP,
  task,
  written,
} from './events.ts';
import { plainQuestion, type Rendered } from './outcomes.ts';

const open = did('applied', 'right', NOON, { event_id: 'open' });
const choose = (shown: number, random: number) => [task('retrieval.choose', { shown, random })];
const reasonsOf = ({ question, label }: Rendered) =>
  Object.fromEntries(question.items.map(({ itemId }, i) => [itemId, label.reasons[i]]));
const chosen = (events: readonly EventRecord[], shown: number, random: number) =>
  reasonsOf(rendered(ask([item('right'), open, ...events], { tasks: choose(shown, random) }), 'open'));
const items = (...ids: string[]) => ids.map((id) => item(id));

describe('wrong candidates', () => {
  it('are as many as asked for, all distinct, live at T and seen before it', () => {
    const others = [
      ...items('a', 'b', 'c'),
      item('late', NOON),
      item('gone', 0),
      item('gone', NOON - 1, { op: 'delete' }),
      item('timeless', null),
    ];
    expect(chosen(others, 0, 3)).toEqual({ right: 'right', a: 'random', b: 'random', c: 'random' });
    const { fate } = ask([item('right'), open, ...others], { tasks: choose(0, 4) })[0]!;
    expect(fate).toBe('too_few_candidates');
  });

  it('are barred by an action of this member in [T, T + W), and by nothing else', () => {
    const others = items('before', 'shown', 'after', 'acted', 'atT');
    const events = [
      did('viewed', 'before', NOON - 1),
      did('impression', 'shown', NOON + HOUR),
      did('viewed', 'after', NOON + 7 * DAY),
      did('dismissed', 'acted', NOON + 7 * DAY - 1),
      did('viewed', 'atT', NOON),
    ];
    expect(chosen([...others, ...events], 0, 3)).toEqual({
      right: 'right',
      before: 'random',
      shown: 'random',
      after: 'random',
    });
  });

  it('on a held-out surface bar nothing', () => {
    const events = [...items('a'), item('right'), open, did('viewed', 'a', NOON + 1, { surface: 'email' })];
    const outcome = (heldOutSurfaces: string[]) => ask(events, { tasks: choose(0, 1), heldOutSurfaces });
    expect(rendered(outcome(['email']), 'open').question.items).toHaveLength(2);
    expect(outcome([])[0]!.fate).toBe('too_few_candidates');
  });

  it('come from the opening’s slate first, then from what was shown before T, then from all', () => {
    const inSlate = { slate_id: 's' };
    const events = [
      ...items('s1', 's2', 's3', 'old1', 'old2', 'other', 'x'),
      did('impression', 'right', NOON - 1, inSlate),
      did('impression', 's1', NOON, inSlate),
      did('impression', 's2', NOON - 1, inSlate),
      did('impression', 's3', NOON + 1, inSlate),
      did('impression', 'other', NOON, { slate_id: 'another' }),
      did('impression', 'old1', NOON - 5 * DAY),
      did('viewed', 'x', NOON - 5 * DAY),
    ];
    const slated = { ...open, session_id: 'later', ...inSlate };
    const reasons = (shown: number, random: number) =>
      reasonsOf(rendered(ask([item('right'), slated, ...events], { tasks: choose(shown, random) }), 'open'));
    const slateOnly = Object.entries(reasons(2, 0)).filter(([, reason]) => reason === 'slate');
    expect(slateOnly.map(([id]) => id).sort()).toEqual(['s1', 's2']);
    expect(reasons(3, 0)).toEqual({ right: 'right', s1: 'slate', s2: 'slate', old1: 'shown' });
    const five = reasons(4, 1);
    expect(Object.values(five).sort()).toEqual(['random', 'random', 'right', 'shown', 'slate', 'slate']);
    const plain = rendered(
      ask([item('right'), { ...slated, slate_id: 'empty' }, ...events], { tasks: choose(3, 0) }),
      'open',
    );
    expect(reasonsOf(plain)).toEqual({ right: 'right', old1: 'shown', s2: 'shown', [randomOf(plain)]: 'random' });
  });

  it('stand in order of draw `order` over key and item, whatever their reason', () => {
    const events = items(...Array.from({ length: 12 }, (_, i) => `i${i}`));
    for (const id of ['open', 'o2', 'o3', 'o4']) {
      const question = questionAt(
        ask([item('right'), written({ ...open, event_id: id }), ...events], { tasks: choose(0, 7) }),
        id,
      );
      const draws = question.items.map((version) => draw(7, 'order', keyWith(question.key, version.itemId)));
      expect(draws).toHaveLength(8);
      expect(draws).toEqual([...draws].sort((a, b) => a - b));
    }
  });

  it('are left out of the history like the right one', () => {
    const events = [...items('a', 'b'), did('viewed', 'a', NOON - DAY), did('viewed', 'right', NOON - 2 * DAY)];
    const kept = did('viewed', 'b', NOON - DAY);
    const question = questionAt(ask([item('right'), open, ...events, kept], { tasks: choose(0, 1) }), 'open');
    const other = itemIdsOf(question).includes('a') ? 'b' : 'a';
    expect(historyOf(question)).toEqual([`viewed ${other}`]);
    expect(question.actionsBefore).toBe(3);
  });

  it('give the letter of the right one as the label', () => {
    const outcome = rendered(ask([item('right'), open, ...items('a', 'b', 'c')], { tasks: choose(0, 3) }), 'open');
    expect(outcome.label.label).toBe('ABCD'[itemIdsOf(outcome.question).indexOf('right')]);
  });

  it('with W = 0 are barred by the opening event alone', () => {
    const events = [item('right'), open, ...items('a'), did('viewed', 'a', NOON, { event_id: 'z' })];
    const now = [task('retrieval.choose', { random: 1, windowMs: 0 })];
    expect(itemIdsOf(questionAt(ask(events, { tasks: now }), 'open')).sort()).toEqual(['a', 'right']);
  });
});

describe('the law of candidates', () => {
  it('permute which one is right and nothing in the question changes', () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const before = ids.flatMap((id, i) => [did('viewed', id, NOON - i * DAY - HOUR), item(id)]);
    const history = [item('past'), did('applied', 'past', NOON - DAY)];
    const labels = new Set<string>();
    const questions = ids.map((right) => {
      const opening = did('applied', right, NOON, { event_id: 'open' });
      const events = [...before, ...history, item('never', NOON), opening];
      const { question, label } = rendered(ask(events, { tasks: choose(0, 5) }), 'open');
      labels.add(label.label);
      return question;
    });
    expect(itemIdsOf(questions[0]!).sort()).toEqual([...ids, 'past']);
    const plain = questions.map(plainQuestion);
    for (const question of plain) expect(question).toEqual(plain[0]);
    expect(labels.size).toBe(ids.length);
  });
});

describe('drawn items', () => {
  const drawn = (share: number) => [task('ranking.binary', { drawn: share })];
  const shop = (events: readonly EventRecord[], share: number) =>
    ask([item('right'), ...items('a', 'b'), open, ...events], { tasks: drawn(share), domain: SHOP });

  it('are never the opening’s own, and give No unless the member acted on them in the window', () => {
    const { question, label } = rendered(shop([], 1), 'open');
    expect(label).toEqual({ label: 'No', settledAt: NOON + 7 * DAY, reasons: ['random'] });
    expect(['a', 'b']).toContain(itemIdsOf(question)[0]);
    const acted = ['a', 'b'].map((id) => did('viewed', id, NOON + DAY));
    const again = rendered(shop(acted, 1), 'open');
    expect(again.label).toEqual({ label: 'Yes', settledAt: NOON + 7 * DAY, reasons: ['random'] });
    expect(itemIdsOf(again.question)).toEqual(itemIdsOf(question));
  });

  it('leave out the asked item from every question of such a task, drawn or not', () => {
    const past = [did('viewed', 'right', NOON - DAY), did('viewed', 'a', NOON - DAY), did('viewed', 'b', NOON - DAY)];
    const none = rendered(shop(past, 0), 'open');
    expect(historyOf(none.question, SHOP)).toEqual(['viewed a', 'viewed b', 'viewed right']);
    const outcomes = Array.from({ length: 20 }, (_, i) =>
      rendered(
        ask([item('right'), ...items('a', 'b'), ...past, written({ ...open, event_id: `o${i}` })], {
          tasks: drawn(0.5),
          domain: SHOP,
        }),
        `o${i}`,
      ),
    );
    for (const { question, label } of outcomes) {
      const [asked] = itemIdsOf(question);
      expect(historyOf(question, SHOP)).toEqual(
        ['viewed a', 'viewed b', 'viewed right'].filter((line) => line !== `viewed ${asked}`),
      );
      expect(label.reasons).toEqual([asked === 'right' ? 'right' : 'random']);
    }
    expect(new Set(outcomes.map(({ label }) => label.reasons[0])).size).toBe(2);
  });

  it('are too few where no other item was seen at T', () => {
    const outcomes = ask([item('right'), item('late', NOON), open], { tasks: drawn(1), domain: SHOP });
    expect(outcomes.map(({ fate, lostLabel }) => [fate, lostLabel])).toEqual([['too_few_candidates', 'Yes']]);
  });
});

function randomOf({ question, label }: Rendered): string {
  return itemIdsOf(question)[label.reasons.indexOf('random')]!;
}
