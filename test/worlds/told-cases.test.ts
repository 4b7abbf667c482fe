/** Small worlds of which builder and checker once said something else. */
import { afterAll, expect, it } from 'vitest';
import { TINY_EVENTS } from '../integration/tiny-world.ts';
import { JOBS } from '../timeline/events.ts';
import { MISTRAL } from '../tokenize/families.ts';
import { closeReferences } from '../verify/told.ts';
import { compareWorld } from './compare-worlds.ts';
import type { RecipeInput } from './drawn-recipe.ts';
import type { World } from './worlds.ts';

afterAll(closeReferences);

const REFERRER = `https://www.example.org/jobs?${'utm_source=feed&session=7d1f0c9e4b2a&'.repeat(4)}ref=x`;
type Task = RecipeInput['corpus']['tasks'][number];
const POINTWISE: Task = { form: 'ranking.pointwise', templates: ['journal'] };
const SHARES = { form: 'retrieval.choose', candidates: 3, shown: 0.3, random: 0.1 } as const;

interface Case {
  readonly tasks: Task[];
  /** Fields that every interaction has more. */
  readonly more: object;
  readonly levels?: RecipeInput['corpus']['levels'];
}

const cases: Record<string, Case> = {
  'a boolean at the exposure': { tasks: [POINTWISE], more: { context: { is_new: true, page: false } } },
  'a surface of one space': { tasks: [POINTWISE], more: { surface: ' ', context: { page: ' ' } } },
  'half of a surrogate pair at the exposure': { tasks: [POINTWISE], more: { context: { page: 'a\ud800' } } },
  'three candidates in shares of 0.3 and 0.1': { tasks: [SHARES], more: { slate_id: 's' } },
};
for (let shown = 16; shown <= 60; shown += 4) {
  const context = { referrer: REFERRER, is_new: true, page: 'results' };
  cases[`a referrer that is cut to ${shown} tokens`] = { tasks: [POINTWISE], more: { context }, levels: { shown } };
}

it.each(Object.entries(cases))('%s is one to both', async (_, { tasks, more, levels = {} }) => {
  const world: World = {
    domain: { ...JOBS, at_exposure: ['is_new', 'referrer', 'page'] },
    recipe: {
      corpus: {
        ...{ seed: 7, tokenizer: MISTRAL, chat_template: false, context: 1024, label_window: '1d' },
        ...{ tasks, levels, variants: 0 },
      },
      release: { splits: { t1: '2026-02-04T00:00Z', t2: '2026-02-20T00:00Z', gap: '1d' } },
    },
    templates: [],
    lines: TINY_EVENTS.map((event) => JSON.stringify({ ...event, ...('action' in event && more) })),
    until: null,
  };
  const { difference, refused, rows } = await compareWorld(world);
  expect({ difference, refused }).toEqual({ difference: undefined, refused: undefined });
  expect(rows).toBeGreaterThan(1);
});
