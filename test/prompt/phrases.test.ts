/**
 * What the slots of a template say: lists, questions, groups, ages, answers, and the nearest name
 * where a slot is mistyped.
 */
import { describe, expect, it } from 'vitest';
import { BrewhouseError } from '../../src/errors.ts';
import { headingRules } from '../../src/prompt/headings.ts';
import {
  agePhrase,
  answersOf,
  askPhrase,
  coarseAge,
  fillSlots,
  fixedSlots,
  groupPhrase,
  orList,
} from '../../src/prompt/phrases.ts';
import { createVocabulary } from '../../src/timeline/vocabulary.ts';
import { DAY, NOON, SHOP, type TaskOptions, task } from '../timeline/events.ts';
import { domainOf, templates } from './plans.ts';

const jobs = createVocabulary(await domainOf('demo'));
const games = createVocabulary(await domainOf('ifdb'));
const votes = createVocabulary(await domainOf('us-senate-rollcalls'));
const templateOf = (id: string) => templates.find((each) => each.id === id)!;
const seed = templateOf('seed');
const taskIn = ({ domain }: typeof jobs, form: string, more: TaskOptions = {}) => task(form, more, domain);

it('joins alternatives as people do', () => {
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(orList)).toEqual(['', 'a', 'a or b', 'a, b, or c']);
});

it('asks with what stands behind the name in `past`, or as the domain says', () => {
  expect(askPhrase({ name: 'applied', will: 'apply', past: 'applied to' })).toBe('apply to');
  expect(askPhrase({ name: 'viewed', will: 'view', past: 'viewed' })).toBe('view');
  expect(askPhrase({ name: 'app', will: 'use', past: 'applied to' })).toBe('use');
  expect(askPhrase({ name: 'app', spoken: 'applied', will: 'apply', past: 'applied to' })).toBe('apply to');
  expect(askPhrase({ name: 'applied', will: 'apply', past: 'applied to', ask: 'go for' })).toBe('go for');
});

describe('labels', () => {
  it('come positive first, strongest first, then the others; none where there are exposures or the task draws', () => {
    expect(taskIn(jobs, 'ranking.pointwise').labels).toEqual(['applied', 'viewed', 'dismissed', 'did not interact']);
    expect(taskIn(games, 'ranking.pointwise').labels).toEqual(['played', 'wishlisted', 'tagged']);
    expect(taskIn(games, 'ranking.pointwise', { drawn: 0.1 }).labels).toContain('did not interact');
    expect(taskIn(votes, 'ranking.binary').labels).toEqual(['Yes', 'No']);
    expect(taskIn(jobs, 'retrieval.choose', { shown: 2, random: 5 }).labels.join('')).toBe('ABCDEFGH');
    expect(taskIn(jobs, 'next-action.action').labels).toEqual(['applied', 'viewed', 'dismissed', 'nothing more']);
  });

  it('become answers in the words of domain and template', () => {
    const texts = (id: string, form: string, vocabulary = jobs) =>
      answersOf(templateOf(id), taskIn(vocabulary, form)).map(({ text }) => text);
    expect(texts('seed', 'ranking.pointwise')).toEqual([
      'The member will apply',
      'The member will view',
      'The member will dismiss',
      'The member will not interact',
    ]);
    expect(texts('yes-no', 'ranking.binary')).toEqual(['Yes', 'No']);
    expect(texts('shortlist', 'retrieval.choose')).toEqual(['A', 'B', 'C']);
    expect(texts('what-next', 'next-action.action', games).at(-1)).toBe('The member will do nothing more');
  });
});

describe('slots', () => {
  const say = (line: string, form: string, vocabulary = jobs) =>
    fillSlots(seed, line, fixedSlots(taskIn(vocabulary, form), vocabulary, 'Mind the gap.'));

  it('speak the domain', () => {
    expect(say('{actions_past}; {actions_will}; {ask}', 'ranking.pointwise')).toBe(
      'applied, viewed, dismissed, or did not interact; apply, view, or dismiss; apply to',
    );
    expect(say('{actions_past}; {ask_positive}', 'ranking.pointwise', games)).toBe(
      'played, wished for, or tagged; play, wish for, or tag',
    );
    expect(say('{ask_positive}, {letters}, {item}, {items}, {note}', 'retrieval.choose')).toBe(
      'apply to or view, A to C, job, jobs, Mind the gap.',
    );
  });

  it('put a text with dollar signs and braces in as it is', () => {
    expect(fillSlots(seed, '{note}', { note: () => "$& $1 {item} $'" })).toBe("$& $1 {item} $'");
  });

  it('that are not there name the template and the nearest that is', () => {
    const error = caught(() => say('{actoins_past}', 'ranking.pointwise'));
    expect(error).toMatchObject({ code: 'template_invalid', remedy: 'did you mean {actions_past}?' });
    expect(error.message).toContain('the template seed (ranking.pointwise) uses {actoins_past}');
    expect(caught(() => say('{zzzzzzzzzz}', 'ranking.pointwise')).remedy).toContain('known here: item, items');
  });
});

it('names groups as the seed does', () => {
  const phrases = [0, 1, 2, 3].map((rank) => groupPhrase(rank, jobs));
  expect(phrases).toEqual(['has applied to', 'has dismissed', 'has viewed', 'did not interact with']);
  const passed = createVocabulary({ ...SHOP, none: { name: 'none', will: 'pass', past: 'passed by' } });
  expect(groupPhrase(passed.noneRank, passed)).toBe('passed by');
});

it('tells ages in whole UTC days and coarser', () => {
  const midnight = NOON - DAY / 2;
  const ages = [0, 1, 2, 6, 7, 13, 14, 20, 21, 29, 30, 59, 60, 89, 90, 400].map((days) =>
    agePhrase(seed, coarseAge(midnight, midnight - days * DAY)),
  );
  expect(ages).toEqual([
    'Today',
    'Yesterday',
    '2 days ago',
    '6 days ago',
    '1 week ago',
    '1 week ago',
    '2 weeks ago',
    '2 weeks ago',
    '3 weeks ago',
    '4 weeks ago',
    '1 month ago',
    '1 month ago',
    '2 months ago',
    '2 months ago',
    '3 months ago',
    '13 months ago',
  ]);
  expect(agePhrase(seed, coarseAge(midnight, midnight - 1))).toBe('Yesterday');
  expect(agePhrase(seed, coarseAge(midnight + DAY - 1, midnight))).toBe('Today');
  expect(agePhrase(seed, coarseAge(-1, -DAY - 1))).toBe('Yesterday');
});

it('fills the slots of a heading once, each wherever it is, and reads none in what they say (TEMPLATE-2)', () => {
  const domain = { ...SHOP, item: { ...SHOP.item, many: '{age}s' } };
  const vocabulary = createVocabulary(domain);
  const template = { ...seed, ages: { ...seed.ages, days: '{n} of {n} {action}' } };
  const history = { group: '{group}, {group} {items}', dated: '{age}, {age} {items}', undated: '{action} {items}' };
  const examplesOf = (order: string) => {
    const one = taskIn(vocabulary, 'ranking.pointwise', { order });
    const slots = fixedSlots(one, vocabulary, undefined);
    return headingRules(template, one, { history, vocabulary, slots }).examples();
  };
  expect(examplesOf('chronological')).toContain('2 of 2 {action}, 2 of 2 {action} {age}s');
  const group = groupPhrase(0, vocabulary);
  expect(examplesOf('by_action')).toContain(`${group}, ${group} {age}s`);
});

function caught(run: () => unknown): BrewhouseError {
  try {
    run();
  } catch (error) {
    if (error instanceof BrewhouseError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
