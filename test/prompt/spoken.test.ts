/** Prompts of a domain with spoken names, a title line and no profile, and exposure lines. */
import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderExamples } from '../../pipelines/render/render-question.ts';
import { Domain } from '../../schemas/domain.ts';
import type { EventRecord } from '../../schemas/event.ts';
import { type LoadedTokenizer, loadTokenizer } from '../../src/tokenize/load-tokenizer.ts';
import { DAY, did, item, NOON, profile } from '../timeline/events.ts';
import { renderedOf } from '../timeline/worlds.ts';
import { withAddedTokens } from '../tokenize/added-tokens.ts';
import { QWEN, qwenTokenizer } from '../tokenize/families.ts';
import { askPlan, planOf, templates } from './plans.ts';

const qwen = qwenTokenizer();

const VOTES = {
  name: 'votes',
  item: { one: 'bill', many: 'bills', line: '[On the bill: {title}, Place: {location}]', title: '[{title}]' },
  exposures: ['impression'],
  actions: [
    { name: 'against', spoken: 'opposed', will: 'oppose', past: 'opposed' },
    { name: 'non_voting', spoken: 'stayed away from', will: 'stay away from', past: 'stayed away from' },
    { name: 'for', spoken: 'agreed', will: 'agree to', past: 'agreed to', positive: true },
  ],
  none: { name: 'nothing', spoken: 'did nothing', will: 'do nothing' },
  at_exposure: ['device', 'is_new', 'count'],
};

const shown = did('impression', 'a', NOON, {
  ...{ surface: ' ', context: { device: 'phone', is_new: true, count: ['1', '2'] } },
});
const RECORDS: EventRecord[] = [
  item('a', NOON - 90 * DAY, { attributes: { title: 'Roads', location: 'Lyon' } }),
  item('b', NOON - 90 * DAY, { attributes: { title: 'Ports', location: 'Lyon' } }),
  profile(NOON - 90 * DAY),
  did('non_voting', 'b', NOON - 9 * DAY),
  shown,
  did('against', 'a', NOON + 1),
];

/** All prompts at NOON, by template, in the words of the domain. */
async function prompts(domain: object, form: string, more: object = {}, records = RECORDS) {
  const told = new Map<string, string>();
  for (const { id } of templates.filter((each) => each.form === form && !each.held_out)) {
    const plan = await planOf(qwen, Domain.parse(domain), { tasks: [{ form, templates: [id] }], ...more });
    const asked = renderedOf(askPlan(plan, records)).filter(({ question }) => question.t === NOON);
    const [row] = await renderExamples(plan, plan.tasks[0]!, asked[0]!);
    told.set(id, qwen.decode(row!.ids));
  }
  return told;
}

describe('a domain', () => {
  it('is spoken in history, lists and answers alike, and no raw name is said', async () => {
    for (const [id, prompt] of await prompts(VOTES, 'ranking.pointwise')) {
      expect(prompt, id).toContain('agreed, opposed, stayed away from, or did nothing');
      expect(prompt, id).toContain('1 week ago, stayed away from:');
      expect(prompt, id).toContain('The member will oppose');
      expect(prompt, id).not.toMatch(/against|non_voting|nothing with/);
    }
    const byAction = { tasks: [{ form: 'ranking.pointwise', order: 'by_action', templates: ['seed'] }] };
    const grouped = await prompts(VOTES, 'ranking.pointwise', byAction);
    expect(grouped.get('seed')).toContain('Member has stayed away from the following bills:');
    expect(grouped.get('seed')).toContain('Will the member oppose the following bill:');
  });

  it('has an item line of its own at the level title', async () => {
    const short = { shares: { full: 0, short: 0 } };
    const prompt = (await prompts(VOTES, 'ranking.pointwise', short)).get('seed')!;
    expect(prompt).toContain('\n[Ports]\n');
    expect(prompt).toContain('\n[On the bill: Roads, Place: Lyon]\n');
    const without = { ...VOTES, item: { ...VOTES.item, title: undefined } };
    const long = (await prompts(without, 'ranking.pointwise', short)).get('seed')!;
    expect(long).toContain('\n[On the bill: Ports, Place: Lyon]\n');
  });

  it('without a profile has none in its prompts, and only the seed speaks of one', async () => {
    let spoken = 0;
    for (const form of ['ranking.pointwise', 'ranking.binary', 'retrieval.choose'].slice(0, 2)) {
      const whole = { ...VOTES, profile: 'Position: {position}' };
      for (const [id, prompt] of await prompts(whole, form))
        if (/profile/i.test(prompt)) spoken += id === 'seed' ? 0 : 1;
      for (const [id, prompt] of await prompts(VOTES, form)) {
        expect(prompt, id).not.toContain('Position:');
        expect(/profile/i.test(prompt), id).toBe(id === 'seed');
        expect(prompt, id).not.toContain('who that member is');
      }
    }
    expect(spoken).toBeGreaterThan(0);
  });

  it('has other words for every shipped text that speaks of a profile, but the seed', () => {
    const blocks = templates.flatMap(({ id, form, blocks }) => blocks.map((block) => ({ id, form, block })));
    const speaking = blocks.filter(({ block }) => 'text' in block && /profile/.test(block.text.join(' ')));
    expect(speaking.length).toBeGreaterThan(3);
    const silent = speaking.filter(({ block }) => 'text' in block && block.without_profile === undefined);
    expect(silent.map(({ id }) => id)).toEqual(['seed']);
    for (const { block } of speaking)
      if ('text' in block) expect((block.without_profile ?? []).join(' ')).not.toMatch(/profile/);
  });
});

describe('the exposure line', () => {
  it('says booleans as yes, leaves out what is blank, and keeps its label (TEXT-6)', async () => {
    const prompt = (await prompts(VOTES, 'ranking.pointwise')).get('journal')!;
    expect(prompt).toContain('\nWhere it is shown: device: phone, is_new: yes, count: 1, 2.\n');
  });

  it('breaks up a key that reads as a control token, and a key is one line (TEXT-5)', async () => {
    const odd = { ...VOTES, at_exposure: ['<|im_end|>', '[INST]'] };
    const context = { '<|im_end|>': 'a', '[INST]': '</s>' };
    const records = RECORDS.map((event) => (event.event_id === shown.event_id ? { ...shown, context } : event));
    const prompt = (await prompts(odd, 'ranking.pointwise', {}, records)).get('journal')!;
    expect(prompt).toContain('\nWhere it is shown: < |im_end|>: a, [ INST]: < /s>.\n');
    expect(() => Domain.parse({ ...VOTES, at_exposure: ['two\nlines'] })).toThrow(/must be one line/);
  });

  it('says the surface first and once, whatever a context calls so (TEXT-6)', async () => {
    const more = { surface: 'feed', context: { surface: 'inbox', device: 'phone' } };
    const records = RECORDS.map((event) => (event.event_id === shown.event_id ? { ...shown, ...more } : event));
    const domain = { ...VOTES, at_exposure: ['device', 'surface'] };
    const prompt = (await prompts(domain, 'ranking.pointwise', {}, records)).get('journal')!;
    expect(prompt).toContain('\nWhere it is shown: surface: feed, device: phone.\n');
  });

  it('is cut as any line, with the label as its opening', async () => {
    const prompt = (await prompts(VOTES, 'ranking.pointwise', { levels: { shown: 12 } })).get('journal')!;
    expect(prompt).toMatch(/\nWhere it is shown: device: phone …\.\n/);
  });
});

describe('what a plan refuses', () => {
  const refused = (tokenizer: LoadedTokenizer, domain: object, task: object, message: string) =>
    expect(planOf(tokenizer, Domain.parse(domain), { tasks: [task] })).rejects.toMatchObject({
      code: 'template_invalid',
      message: expect.stringContaining(message),
    });

  it('a heading that would hold an order', async () => {
    const saying = (past: string) => ({ ...VOTES, none: { ...VOTES.none, past } });
    const byAction = { form: 'ranking.pointwise', order: 'by_action' };
    await refused(qwen, saying('looks like <|im_end|> to'), byAction, 'looks like a control token');
    expect(() => Domain.parse(saying('two\nlines'))).toThrow(/must be one line/);
  });

  it('an answer that would hold an order, and a note (TEMPLATE-5)', async () => {
    const [against, ...others] = VOTES.actions;
    const saying = (will: string) => ({ ...VOTES, actions: [{ ...against, will, ask: 'oppose' }, ...others] });
    const next = { form: 'next-action.action' };
    await refused(qwen, saying('say </s>'), next, 'an answer of the template');
    await refused(qwen, VOTES, { ...next, note: '[INST] go on' }, 'a line of the template');
  });

  it('a first line with a token that the tokenizer adds, which is encoded with the frame', async () => {
    const pinned = withAddedTokens(QWEN.package);
    const tokenizer = loadTokenizer(pinned, '/');
    rmSync(pinned.path, { recursive: true });
    const film = { ...VOTES, item: { ...VOTES.item, one: '[MOVIE]', many: '[MOVIE]s' } };
    const screening = { form: 'ranking.binary', templates: ['screening'] };
    await refused(tokenizer, film, screening, 'the first or last line of the template screening holds a control token');
    await expect(planOf(qwen, Domain.parse(film), { tasks: [screening] })).resolves.toBeDefined();
  });
});
