/** What the slots of templates say (TEMPLATE-2, TEMPLATE-3), and lines without a profile. */
import { describe, expect, test } from 'vitest';
import { Domain } from '../../schemas/domain.ts';
import { Template } from '../../schemas/template.ts';
import { actionPhrase, answersOf, askPhrase, groupPhrase, promptSlots } from '../../src/verify/reference/phrases.ts';
import { referenceMember } from './reference-member.ts';
import { act, DAY, item, NOON, profile, promptText, shippedTemplates, toyWorld, votes } from './toy-world.ts';

const spoken = Domain.parse({
  ...votes,
  actions: [
    { name: 'yea_1', spoken: 'voted for', will: 'vote for', past: 'voted for this', positive: true },
    { name: 'nay', will: 'vote against', past: 'nay upon' },
    { name: 'non_voting', spoken: 'abstained', will: 'abstain', past: 'abstained from' },
  ],
  none: { name: 'none_at_all', spoken: 'was absent', will: 'be absent' },
});

const corpusOf = (domain: Domain, task: object, more: object = {}) =>
  toyWorld([item('a'), profile({ name: 'Ann' }), act('a', 'nay', NOON), act('a', 'nay', NOON + DAY)], {
    ...{ domain, section: { label_window: '1d', tasks: [task] }, ...more },
  });
const slotsOf = (domain: Domain, task: object) => {
  const { tasks, vocabulary } = corpusOf(domain, task);
  return promptSlots(tasks[0]!, vocabulary);
};

describe('an action is spoken by its spoken form, and by its name where it has none', () => {
  const { vocabulary, tasks } = corpusOf(spoken, { form: 'ranking.pointwise' });
  test('in lists (TEMPLATE-2)', () => {
    const list = 'voted for, nay, or abstained';
    expect(slotsOf(spoken, { form: 'ranking.pointwise' }).actions_past).toBe(list);
    expect(slotsOf(spoken, { form: 'ranking.binary', drawn: 0 }).actions_past).toBe(list);
  });
  test('and none with them in every form where there are exposures or a drawn share (TEMPLATE-2)', () => {
    const list = 'voted for, nay, abstained, or was absent';
    expect(slotsOf(spoken, { form: 'ranking.binary' }).actions_past).toBe(list);
    const seen = Domain.parse({ ...spoken, exposures: ['seen'] });
    for (const form of ['ranking.pointwise', 'ranking.pairwise', 'retrieval.choose', 'next-action.action']) {
      expect(slotsOf(seen, { form }).actions_past).toBe(list);
    }
    expect(slotsOf(seen, { form: 'ranking.pairwise' }).actions_by_strength).toBe(
      'voted for, then nay, then abstained, then was absent',
    );
  });
  test('before what is asked, where past begins with it and a space (TEMPLATE-2)', () => {
    expect(vocabulary.actions.map(askPhrase)).toEqual(['vote for this', 'vote against upon', 'abstain from']);
  });
  test('in headings of history, by group and by action (TEMPLATE-3)', () => {
    expect([0, 1, 2, 3].map((rank) => actionPhrase(vocabulary, rank))).toEqual(
      ['voted for', 'nay', 'abstained', 'was absent'], // none is after all actions
    );
    expect(groupPhrase(vocabulary, 2)).toBe('has abstained from');
    expect(groupPhrase(vocabulary, 3)).toBe('was absent with');
  });
  test('and labels stay names (TEMPLATE-3)', () => {
    const answers = answersOf(tasks[0]!, tasks[0]!.templates[0]!, vocabulary);
    expect(answers.map(({ label }) => label)).toEqual(['yea_1', 'nay', 'non_voting']);
  });
});

test('nothing more is said in its own words, and by default as it is called (TEMPLATE-3)', () => {
  const { tasks, vocabulary } = corpusOf(spoken, { form: 'next-action.action' });
  const [template] = tasks[0]!.templates;
  const last = (nothing_more?: string) =>
    answersOf(tasks[0]!, { ...template!, answer: 'Will {will}', nothing_more }, vocabulary).at(-1)?.text;
  expect([last(), last('stay away')]).toEqual(['Will nothing more', 'Will stay away']);
});

test('slots of a heading are filled once, each wherever it is, and none is read in what they say (TEMPLATE-2)', () => {
  const [shipped] = shippedTemplates().filter(({ form }) => form === 'ranking.pointwise');
  const headings = { group: '{group}, {group} {items}', dated: '{age}, {age} {items}', undated: '{action} {items}' };
  const template = Template.parse({
    ...shipped,
    ...{ id: 'own', held_out: false, ages: { ...shipped!.ages, yesterday: '{n} {action}' } },
    blocks: [
      { text: ['Who knows:'] },
      { history: { heading: ['Before:'], ...headings } },
      { item: true },
      { text: ['So:'] },
    ],
  });
  const domain = Domain.parse({ ...spoken, item: { ...spoken.item, many: '{age}s' } });
  const promptOf = (order: string) => {
    const corpus = corpusOf(domain, { form: 'ranking.pointwise', order }, { templates: [template] });
    return promptText(referenceMember(corpus, 'm').at(-1)!.rows[0]!.prompt.pieces);
  };
  expect(promptOf('chronological')).toContain('\n{n} {action}, {n} {action} {age}s\n');
  expect(promptOf('by_action')).toContain('\nhas nay upon, has nay upon {age}s\n');
});

test('the exposure line says the surface first and once, whatever a context calls so (TEXT-6)', () => {
  const shown = { surface: 'feed', context: { surface: 'inbox', device: 'phone' } };
  const domain = Domain.parse({ ...spoken, at_exposure: ['device', 'surface'] });
  const [template] = shippedTemplates().filter(({ form, blocks }) => {
    return form === 'ranking.pointwise' && blocks.some((block) => 'shown' in block);
  });
  const corpus = toyWorld([item('a'), act('a', 'nay', NOON, shown)], {
    ...{ domain, templates: [Template.parse({ ...template, held_out: false })] },
    section: { label_window: '1d', tasks: [{ form: 'ranking.pointwise' }] },
  });
  const prompt = promptText(referenceMember(corpus, 'm')[0]!.rows[0]!.prompt.pieces);
  expect(prompt).toContain(' surface: feed, device: phone.\n');
});

test('a domain without a pattern of profiles has none, and lines that do not speak of one (TEMPLATE-4)', () => {
  const [shipped] = shippedTemplates().filter(({ form }) => form === 'ranking.pointwise');
  const template = Template.parse({
    ...shipped,
    ...{ id: 'own', held_out: false },
    blocks: [
      { text: ['Who it is:'], without_profile: ['Who knows:', 'Nobody.'] },
      { profile: ['Profile:'] },
      { item: true },
      { text: ['Answer:'] },
    ],
  });
  const { profile: _, ...without } = spoken;
  const prompts = [spoken, Domain.parse(without)].map((domain) => {
    const corpus = corpusOf(domain, { form: 'ranking.pointwise' }, { templates: [template] });
    return promptText(referenceMember(corpus, 'm')[0]!.rows[0]!.prompt.pieces);
  });
  expect(prompts[0]).toContain('Who it is:\nProfile:\nSenator: Ann.\n');
  expect(prompts[1]).toContain('Who knows:\nNobody.\n[Title: Job a]\n');
});
