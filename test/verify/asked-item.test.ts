/** The item that a question asks about: its own, or a drawn one. */
import { describe, expect, test } from 'vitest';
import { pastOf } from '../../src/verify/reference/history.ts';
import { referenceQuestions } from '../../src/verify/reference/questions.ts';
import { act, DAY, item, jobs, NOON, toyWorld, votes } from './toy-world.ts';

describe('a drawn item (CAND-3)', () => {
  const section = { label_window: '1d', tasks: [{ form: 'ranking.binary', drawn: 1 }] };
  const drawn = (records: object[], more: object = {}) =>
    referenceQuestions(
      toyWorld([item('r', { title: 'Own' }), ...records, act('r', 'yea', NOON)], {
        ...{ domain: votes, section: { ...section, ...more } },
      }),
      'm',
    ).find(({ opening }) => opening.event.item === 'r')!;
  const other = (title: string, id = 'a') => item(id, { title }, 0);
  test('is never the own one, nor one that reads like it or like another that is acted on', () => {
    expect(drawn([]).fate).toBe('too_few_candidates');
    expect(drawn([other('Own')]).fate).toBe('too_few_candidates');
    expect(drawn([other('Else')])).toMatchObject({ itemIds: ['a'], label: 'No', measured: 'nothing' });
    const acted = [other('Else', 'b'), act('b', 'yea', NOON + 1)];
    // The other is acted on, and is the only item left that may be drawn.
    expect(drawn([other('Else'), ...acted])).toMatchObject({ fate: 'rendered', itemIds: ['b'], label: 'Yes' });
  });
  test('may be one that the member acts on: the label is what follows on it', () => {
    expect(drawn([other('Else'), act('a', 'yea', NOON + 1)])).toMatchObject({ itemIds: ['a'], label: 'Yes' });
  });
  test('says that it was drawn, and the own one that it is right', () => {
    expect(drawn([other('Else')]).candidates).toEqual([{ item: 'a', reason: 'random' }]);
    const own = drawn([other('Else')], { tasks: [{ form: 'ranking.binary', drawn: 0.000001 }] });
    expect(own.candidates).toEqual([{ item: 'r', reason: 'right' }]);
  });
});

describe('the own item (ASOF-4, OPEN-6)', () => {
  const fateOf = (task: object, version: object, domain = votes) =>
    referenceQuestions(
      toyWorld(
        [
          version,
          item('a', { title: 'A' }),
          item('b', { title: 'B' }),
          act('r', domain === votes ? 'yea' : 'viewed', NOON),
        ],
        {
          ...{ domain, section: { label_window: '1d', tasks: [task] } },
        },
      ),
      'm',
    )[0]!.fate;
  const at = (time: number | null) => item('r', { title: 'Own' }, time);
  test('is read by event_time <= T where nothing else can be asked about', () => {
    for (const task of [
      { form: 'ranking.pointwise' },
      { form: 'ranking.binary', drawn: 0 },
      { form: 'next-action.action' },
    ]) {
      const domain = jobs;
      expect([at(NOON), at(null), at(NOON - 1)].map((version) => fateOf(task, version, domain))).toEqual([
        ...['rendered', 'rendered', 'rendered'],
      ]);
      expect(fateOf(task, at(NOON + 2), domain)).toBe('item_unknown');
    }
  });
  test('must be one that could have been drawn where the task draws', () => {
    for (const task of [{ form: 'retrieval.choose', candidates: 2 }, { form: 'ranking.binary' }]) {
      expect([at(NOON), at(null), at(NOON + 1)].map((version) => fateOf(task, version))).toEqual([
        ...['item_unknown', 'item_unknown', 'item_unknown'],
      ]);
      expect(fateOf(task, at(NOON - 1))).toBe('rendered');
    }
  });
  test('is left out of the history in every question of a task with a drawn share (HIST-3)', () => {
    const acts = ['r', 'a', 't'].map((id, n) => act(id, 'nay', NOON - (n + 1) * DAY));
    const entries = (drawn: number) => {
      const tasks = [{ form: 'ranking.binary', drawn }];
      const records = [
        at(0),
        item('a', { title: 'A' }),
        item('t', { title: 'Own' }),
        item('z', { title: 'Z' }),
        ...acts,
      ];
      const world = toyWorld([...records, act('r', 'yea', NOON)], {
        domain: votes,
        section: { label_window: '1d', tasks },
      });
      const question = referenceQuestions(world, 'm').at(-1)!;
      return pastOf(question).entries.map(({ event }) => event.item);
    };
    expect(entries(0)).toEqual(['t', 'a', 'r']);
    expect(entries(0.000001)).toEqual(['a']);
  });
});
