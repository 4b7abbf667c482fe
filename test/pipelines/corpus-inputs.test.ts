/** Recipes as files: what is refused of their splits before an event is read. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readRecipe } from '../../pipelines/corpus-inputs.ts';
import { describeError } from '../../src/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'recipes-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function refusal(corpus: object, gap: string): Promise<string> {
  const file = join(folder, 'recipe.yaml');
  const recipe = {
    corpus: {
      seed: 7,
      tokenizer: { package: 'none', sha256: '0'.repeat(64) },
      context: 2048,
      label_window: '7d',
      tasks: [{ form: 'ranking.pointwise' }],
      ...corpus,
    },
    release: { splits: { t1: '2026-01-01T00:00:00Z', t2: '2026-03-01T00:00:00Z', gap } },
  };
  // JSON is YAML too.
  writeFileSync(file, JSON.stringify(recipe));
  return readRecipe(file).then(() => '', describeError);
}

it('a gap between splits is at least the longest W and label_lateness (SPLIT-2)', async () => {
  const longer = { tasks: [{ form: 'ranking.pointwise' }, { form: 'ranking.binary', label_window: '9d' }] };
  expect(await refusal({}, '7d')).toBe('');
  expect(await refusal({}, '167h')).toMatch(/gap between splits is shorter than the label window/);
  expect(await refusal(longer, '8d')).toMatch(/shorter/);
  expect(await refusal(longer, '9d')).toBe('');
  expect(await refusal({ label_lateness: '1d' }, '7d')).toMatch(/shorter than the longest label window with label_lat/);
  expect(await refusal({ label_lateness: '1d' }, '8d')).toBe('');
});
