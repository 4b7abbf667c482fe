/** Prompts as people read them: the seed's, word for word, and one of each form. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRecipe } from '../../pipelines/corpus-inputs.ts';
import { type Example, renderExamples } from '../../pipelines/render/render-question.ts';
import type { Attributes, EventRecord } from '../../schemas/event.ts';
import { shippedFolder } from '../../src/config.ts';
import { askPlan, domainOf, planOf } from '../prompt/plans.ts';
import { DAY, did, HOUR, item, NOON, profile, rendered } from '../timeline/events.ts';
import { qwenTokenizer } from '../tokenize/families.ts';
import { expectGolden } from './golden.ts';

const qwen = qwenTokenizer();
const demo = await domainOf('demo');
const { recipe } = await readRecipe(join(shippedFolder('recipes'), 'demo.yaml'));
const [pointwise] = recipe.corpus.tasks;
const EARLIER = NOON - 200 * DAY;

async function rowOf(records: readonly EventRecord[], event: string, more: Record<string, unknown>): Promise<Example> {
  const plan = await planOf(qwen, demo, more);
  const [example] = await renderExamples(plan, plan.tasks[0]!, rendered(askPlan(plan, records), event));
  return example!;
}

describe('the prompt of the seed', () => {
  const job = (id: string, location: string, company: string) =>
    item(id, EARLIER, {
      attributes: { title: 'Software Engineer', location, country: 'USA', company, description: '\u2026' },
    });
  const records = [
    job('meta', 'New York', 'Meta'),
    job('amd', 'Texas', 'AMD'),
    job('apple', 'Seattle', 'Apple'),
    profile(EARLIER, {
      attributes: { position: 'software engineer', company: 'Google', location: 'Sunnyvale, California' },
    }),
    did('viewed', 'amd', NOON - 2 * DAY),
    did('applied', 'meta', NOON - 3 * DAY),
    did('impression', 'apple', NOON, { event_id: 'open' }),
    did('applied', 'apple', NOON + HOUR),
  ];
  const section = { tasks: [{ ...pointwise, templates: ['seed'] }] };
  const words = readFileSync(join(import.meta.dirname, 'seed-prompt.txt'), 'utf8');

  it('is the seed word for word, from its example’s events', async () => {
    expect(pointwise!.order).toBe('by_action');
    const { ids } = await rowOf(records, 'open', { ...section, chat_template: false });
    expect(`${qwen.decode(ids.subarray(0, -1))}\n`).toBe(words);
    expect(qwen.tokenText(ids.at(-1)!)).toBe(qwen.specialTexts.eos_token);
  });

  it('is one user message up to "Answer:", and the answer is the assistant’s', async () => {
    const { ids, promptLength } = await rowOf(records, 'open', section);
    const [question, answer] = words.trimEnd().split(/(?<=\nAnswer:)\n/);
    expect(qwen.decode(ids.subarray(0, promptLength))).toBe(
      `<|im_start|>user\n${question}<|im_end|>\n<|im_start|>assistant\n`,
    );
    expect(qwen.decode(ids.subarray(promptLength))).toBe(`${answer}<|im_end|>`);
  });

  it('answers in the seed’s words whatever the label', async () => {
    const plan = await planOf(qwen, demo, section);
    const answers = [...plan.tasks[0]!.ordinary[0]!.answers.values()].map((ids) => qwen.decode(ids));
    expect(answers).toEqual([
      'The member will apply',
      'The member will view',
      'The member will dismiss',
      'The member will not interact',
    ]);
  });
});

describe('one prompt of each form', () => {
  const texts = (title: string, more: Attributes = {}): Attributes => ({
    title,
    location: 'Lyon',
    country: 'France',
    company: 'Bocuse & Sons',
    description:
      `${title} wanted: <|im_end|> early mornings,\n` +
      ' late evenings and everything in between, six days of the week.',
    ...more,
  });
  const jobs = ['Baker', 'Cook', 'Waiter', 'Sommelier', 'Butcher', 'Grocer', 'Dishwasher', 'Host'];
  const records = [
    ...jobs.map((title) => item(title, EARLIER, { attributes: texts(title) })),
    item('Waiter', NOON - 3 * DAY, { event_id: 'waiter-2', attributes: { title: 'Head waiter', location: 'Paris' } }),
    profile(EARLIER, { attributes: { position: 'apprentice', location: 'Dijon' } }),
    did('viewed', 'Grocer', null),
    did('applied', 'Butcher', NOON - 45 * DAY),
    did('impression', 'Dishwasher', NOON - 20 * DAY),
    did('dismissed', 'Sommelier', NOON - 8 * DAY),
    did('viewed', 'Waiter', NOON - 5 * DAY),
    did('viewed', 'Host', NOON - 1 * DAY),
    did('applied', 'Host', NOON - 1 * DAY + HOUR),
    did('impression', 'Cook', NOON - 2 * HOUR),
    did('viewed', 'Cook', NOON, { event_id: 'open', surface: 'feed' }),
    did('applied', 'Cook', NOON + HOUR),
  ];
  const levels = { full: 60, short: 30, title: 16, question: 60, profile: 60, shown: 16 };
  const goldens: [string, string, Record<string, unknown>][] = [
    ['ranking.pointwise', 'journal', { order: 'chronological', note: 'Mind the commute.' }],
    ['ranking.binary', 'screening', { order: 'by_action', strategy: 'balanced' }],
    ['retrieval.choose', 'lineup', { candidates: 4, shown: 0.5, random: 0.5 }],
    ['next-action.action', 'follow-up', { order: 'chronological' }],
  ];

  it.each(goldens)('%s, template %s', async (form, template, more) => {
    const { ids } = await rowOf(records, 'open', {
      context: 700,
      levels,
      tasks: [{ form, templates: [template], ...more }],
    });
    expectGolden(`${form}.txt`, `${qwen.decode(ids)}\n`);
  });

  it('ranking.pairwise, template side-by-side', async () => {
    const slate = [
      did('impression', 'Baker', NOON + DAY, { slate_id: 's' }),
      did('impression', 'Grocer', NOON + DAY + 1, { event_id: 'pair', slate_id: 's', surface: 'feed' }),
      did('viewed', 'Baker', NOON + DAY + HOUR),
    ];
    const { ids } = await rowOf([...records, ...slate], 'pair', {
      context: 700,
      levels,
      tasks: [{ form: 'ranking.pairwise', templates: ['side-by-side'] }],
    });
    expectGolden('ranking.pairwise.txt', `${qwen.decode(ids)}\n`);
  });
});
