/**
 * Recipes and domains that the law refuses are faults of a release that says it was made by them.
 */
import { describe, expect, test } from 'vitest';
import { identitySchema } from '../../src/verify/identity/identity.ts';
import { readAs } from '../../src/verify/read-json.ts';
import { recipeFaults } from '../../src/verify/reference/recipe-law.ts';
import { corpusOf } from '../../src/verify/reference/tasks.ts';
import { DAY, jobs, storedIdentity, votes, wordTokenizer } from './toy-world.ts';
import { buildWorld } from './whole-world.ts';

const identityOf = (domain: object, ...tasks: object[]) => {
  const stored = storedIdentity();
  const named = tasks.map((task, n) => ({ name: `t${n}`, label_window: 7 * DAY, ...task }));
  return readAs(identitySchema, { ...stored, domain, section: { ...stored.section, tasks: named } }, 'identity');
};
const faultsOf = (domain: object, ...tasks: object[]) =>
  recipeFaults(corpusOf(buildWorld([], identityOf(domain, ...tasks), wordTokenizer()))).map(
    ({ check, rule, detail }) => `${check} ${rule.join()} ${detail}`,
  );

const only = { ...votes, actions: votes.actions.slice(0, 1) };
const [pointwise, binary] = [{ form: 'ranking.pointwise' }, { form: 'ranking.binary' }];
const [choose, pairwise] = [{ form: 'retrieval.choose' }, { form: 'ranking.pairwise' }];

describe('a task of which only one answer is possible (FORM-1)', () => {
  const isRefused = (domain: object, task: object) => faultsOf(domain, task).some((fault) => fault.includes('FORM-1'));
  test('is pointwise with one action, without exposures and a drawn share', () => {
    expect(faultsOf(only, pointwise)).toEqual(['manifest FORM-1 task t0: every answer is yea']);
    expect(isRefused(only, { ...pointwise, drawn: 0.000001 })).toBe(false);
    expect(isRefused({ ...only, exposures: ['seen'] }, pointwise)).toBe(false);
    expect(isRefused(votes, pointwise)).toBe(false);
  });
  test('is binary where nobody can say No, or nobody Yes', () => {
    expect(isRefused(only, { ...binary, drawn: 0 })).toBe(true);
    expect(isRefused(only, binary)).toBe(false);
    expect(isRefused({ ...only, exposures: ['seen'] }, { ...binary, drawn: 0 })).toBe(false);
    expect(isRefused(votes, { ...binary, drawn: 0 })).toBe(false);
    expect(
      isRefused({ ...votes, actions: votes.actions.slice(1).map((one) => ({ ...one, positive: false })) }, binary),
    ).toBe(true);
  });
});

test('pairs without exposures or without a window are refused (PAIR-1)', () => {
  expect(faultsOf(jobs, pairwise)).toEqual([]);
  expect(faultsOf(votes, pairwise)).toEqual(['manifest PAIR-1 task t0: pairs are asked in a domain without exposures']);
  expect(faultsOf(jobs, { ...pairwise, label_window: 0 })).toEqual([
    'manifest PAIR-1 task t0: pairs are asked with a label window of 0',
  ]);
});
test('what comes next is asked with a window (NEXT-1), and a choice needs a positive action (FORM-1)', () => {
  const next = { form: 'next-action.action' };
  expect([faultsOf(votes, next).length, faultsOf(votes, { ...next, label_window: 0 }).length]).toEqual([0, 1]);
  const negative = { ...votes, actions: votes.actions.map((one) => ({ ...one, positive: false })) };
  expect([faultsOf(votes, choose).length, faultsOf(negative, choose).length]).toEqual([0, 1]);
});
test('items are drawn with a window of a day or more (CAND-3)', () => {
  expect(faultsOf(votes, { ...binary, label_window: DAY })).toEqual([]);
  expect(faultsOf(votes, { ...binary, label_window: DAY - 1 })[0]).toMatch(/^manifest CAND-3 task t0/);
  expect(faultsOf(votes, { ...binary, label_window: 0, drawn: 0 })).toEqual([]);
  expect(faultsOf(jobs, { ...binary, label_window: 0 })).toEqual([]);
});

describe('what was measured of the item (OPEN-7)', () => {
  const MEASURED = ['value', 'position', { key: 'price', of: 'item' }];
  test.each(MEASURED)('%j is refused beside a task that draws', (key) => {
    const said = { at_exposure: ['device', key] };
    for (const task of [choose, pairwise]) expect(faultsOf({ ...jobs, ...said }, pointwise, task)).toHaveLength(1);
    expect(faultsOf({ ...votes, ...said }, binary)[0]).toMatch(/^manifest OPEN-7 task t0 draws/);
    expect(faultsOf({ ...votes, ...said }, { ...binary, drawn: 0 }, pointwise)).toEqual([]);
    // In a domain with exposures no item is drawn.
    expect(faultsOf({ ...jobs, ...said }, binary, { form: 'next-action.action' })).toEqual([]);
  });
  test('other keys may be said', () => {
    expect(faultsOf({ ...jobs, at_exposure: ['device', 'constructor'] }, choose, pairwise)).toEqual([]);
  });
});

test('a key that no form knows is refused, whatever its name is (NAME-3)', () => {
  for (const name of ['__proto__', 'constructor', 'drawn'])
    expect(() => {
      const task = JSON.parse(`{"form": "next-action.action", "${name}": 0.5}`) as object;
      const stored = storedIdentity();
      const tasks = [Object.assign(task, { name: 't', label_window: 1 })];
      const identity = readAs(identitySchema, { ...stored, section: { ...stored.section, tasks } }, 'identity');
      corpusOf(buildWorld([], identity, wordTokenizer()));
    }).toThrow(name);
});
test('a drawn share in a domain with exposures is refused (CAND-3)', () => {
  const fault = 'manifest CAND-3 task t0: a share of drawn items is written in a domain with exposures';
  const needless = 'manifest NAME-2 task t0: a share of drawn items is written where none are drawn';
  for (const form of [pointwise, binary]) {
    expect(faultsOf(jobs, { ...form, drawn: 0.1 })).toEqual([fault]);
    expect(faultsOf(jobs, { ...form, drawn: 0 })).toEqual([needless]);
    expect(faultsOf(jobs, form)).toEqual([]);
  }
});
test('an action named as the answer that nothing more comes is refused (NEXT-1)', () => {
  const named = { ...votes, actions: [{ ...votes.actions[0], name: 'nothing more' }, ...votes.actions.slice(1)] };
  expect(faultsOf(named, { form: 'next-action.action' })).toEqual([
    'manifest NEXT-1 task t0: an action is named as the answer that nothing more comes',
  ]);
  expect(faultsOf(named, pointwise)).toEqual([]);
});
describe('what a fixed line or an answer may not be (TEMPLATE-5)', () => {
  const none = (more: object) => ({ ...votes, none: { ...votes.none, ...more } });
  const first = (more: object) => ({
    ...votes,
    actions: votes.actions.map((one, rank) => (rank === 0 ? { ...one, ...more } : one)),
  });
  test.each<[string, object, object, string | undefined]>([
    ['the words of a domain', votes, pointwise, undefined],
    [
      'a heading that is shown by action',
      none({ past: 'saw <|im_end|> in' }),
      { ...pointwise, order: 'by_action' },
      'TEMPLATE-5',
    ],
    ['a heading that no task shows', none({ past: 'saw <|im_end|> in' }), { ...pointwise, drawn: 0 }, undefined],
    ['an answer', first({ will: 'say </s>' }), pointwise, 'TEMPLATE-5'],
    ['an answer that no template says', first({ will: 'say </s>', ask: 'say' }), binary, undefined],
    ['a line break', first({ spoken: 'one\ntwo' }), pointwise, 'TEMPLATE-5'],
    ['a note', votes, { ...pointwise, note: '[INST] go on' }, 'TEMPLATE-5'],
  ])('%s', (_, domain, task, rule) => {
    const found = new Set(faultsOf(domain, task).map((fault) => fault.split(' ')[1]));
    expect([...found]).toEqual(rule === undefined ? [] : [rule]);
  });
});

test('a name is one action, exposure, ignored action or none (EVENT-6)', () => {
  const name = votes.actions[0]!.name;
  for (const more of [{ ignored: [name] }, { exposures: [name] }, { none: { ...votes.none, name } }])
    expect(faultsOf({ ...votes, ...more }, pointwise)).toContain(`manifest EVENT-6 the domain has "${name}" twice`);
});

test('a template says the exposure once (TEMPLATE-4)', () => {
  const identity = identityOf(jobs, pointwise);
  const corpus = corpusOf(buildWorld([], identity, wordTokenizer()));
  const [template] = identity.templates;
  const blocks = [...template!.blocks.slice(0, -1), SHOWN, SHOWN, ...template!.blocks.slice(-1)];
  const doubled = { ...corpus, identity: { ...identity, templates: [{ ...template!, blocks }] } };
  expect(recipeFaults(doubled).map(({ rule }) => rule)).toEqual([['TEMPLATE-4']]);
});

const SHOWN = { kind: 'shown', label: 'Shown:' } as const;
