/**
 * The whole way of any world that a user may write: what is built and released is verified with no
 * fault. So builder and checker also agree on what lies around the rows: counts of records and of
 * questions, selection, manifest, notes, footers, indexes and card.
 */
import { expect, it } from 'vitest';
import { TINY_EVENTS } from '../integration/tiny-world.ts';
import { JOBS } from '../timeline/events.ts';
import { QWEN } from '../tokenize/families.ts';
import { casesOf, compareAll } from './long-run.ts';
import { type Released, releaseWorld } from './release-world.ts';
import { anyShippedWorld, type World } from './worlds.ts';

const ALL = casesOf(2, 200);

it('is verified without a fault, whatever the world', async () => {
  const outcomes: Released[] = [];
  const { count, report } = await compareAll({
    ...{ name: 'released', what: 'worlds released and verified', cases: anyShippedWorld, seed: 20261203, runs: ALL },
    compare: async (world) => {
      const outcome = await releaseWorld(world);
      if (outcomes.length < ALL) outcomes.push(outcome);
      return outcome.difference;
    },
  });
  const released = outcomes.filter(({ ends }) => ends.size > 0);
  const trained = outcomes.filter(({ ends }) => (ends.get('train') ?? 0) > 0);
  const counts = outcomes.map(({ refused, ends }) => refused ?? JSON.stringify([...ends])).join('\n');
  expect(count, report).toBe(0);
  expect(released.length, counts).toBeGreaterThan(ALL / 3);
  expect(trained.length, counts).toBeGreaterThan(ALL / 6);
});

it('is verified where no prompt is in the chat template, and where what was measured of the item is said', async () => {
  const world: World = {
    domain: { ...JOBS, at_exposure: ['device', 'value', 'position'] },
    recipe: {
      corpus: {
        ...{ seed: 7, tokenizer: QWEN, chat_template: false, context: 1024, label_window: '1d' },
        tasks: [{ form: 'ranking.binary' }, { form: 'next-action.action' }],
      },
      release: { until: '2026-03-01T00:00Z', splits: { t1: '2026-02-04T00:00Z', t2: '2026-02-20T00:00Z', gap: '1d' } },
    },
    templates: [],
    lines: TINY_EVENTS.map((event, position) => JSON.stringify({ ...event, ...('action' in event && { position }) })),
    until: null,
  };
  const { difference, ends } = await releaseWorld(world);
  expect(difference).toBeUndefined();
  expect(ends.get('train')).toBeGreaterThan(1);
});
