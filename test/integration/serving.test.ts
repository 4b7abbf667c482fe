/**
 * What a serving system asks is what training showed: every row of some releases, made anew by
 * `askCandidates` from event lines. The real sets are asked again in real-data.test.ts.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FORM_NAMES } from '../../src/forms/forms.ts';
import { askAgain, eventsBelow } from './asked-again.ts';
import { tempFolder } from './brewhouse.ts';
import { build, makeSmallWorld, release } from './small-world.ts';

/** In the small world's recipe and domain, what has a bearing on how a question is asked. */
const OTHER_RECIPE = [
  [
    '  context: 1024',
    '  context: [768, 1024]\n  known: ingest_time\n  label_lateness: 1d\n  max_events: 40\n  variants: 1',
  ],
  [
    '    - { form: next-action.action }',
    '    - { form: next-action.action, name: next }\n    - { form: ranking.pairwise }',
  ],
  ['holdout: { members: 0.05 }', 'holdout: { members: 0.3, surfaces: [mail] }'],
  ['gap: 3d', 'gap: 4d'],
  ['next-action.action: 0.2 }', 'next: 0.1, ranking.pairwise: 0.1 }'],
] as const;

/** Of every replaced text there must be one. */
function replaced(text: string, pairs: readonly (readonly [from: string, to: string])[]): string {
  return pairs.reduce((before, [from, to]) => {
    expect(before.split(from)).toHaveLength(2);
    return before.replace(from, to);
  }, text);
}

describe('every row of a release is asked again, to the same prompt', () => {
  it('of the small world', async () => {
    const folder = tempFolder();
    const world = await makeSmallWorld(folder, { members: 40 });
    await build(world, join(folder, 'lake'));
    const { path } = await release(world, join(folder, 'lake'));
    const again = await askAgain(path, eventsBelow(world.events), join(folder, 'tokenizer'));
    expect(again.rows).toBeGreaterThan(200);
    expect(again.tasks.size).toBe(4);
  });

  it('with late events, a ladder, every variant, a held-out surface and exposure lines, weighted', async () => {
    const folder = tempFolder();
    const world = await makeSmallWorld(folder, { members: 30, flags: ['--late', '0.2', '--duplicates', '0.1'] });
    writeFileSync(world.recipe, replaced(readFileSync(world.recipe, 'utf8'), OTHER_RECIPE));
    writeFileSync(world.domain, `${readFileSync(world.domain, 'utf8')}at_exposure: [device]\n`);
    await build(world, join(folder, 'lake'));
    for (const context of ['768', '1024']) {
      const { path } = await release(world, join(folder, 'lake'), ['--profile', 'weighted', '--context', context]);
      const again = await askAgain(path, eventsBelow(world.events), join(folder, 'tokenizer'));
      expect(again.rows).toBeGreaterThan(150);
      expect([...again.tasks].map((name) => (name === 'next' ? 'next-action.action' : name)).sort()).toEqual(
        [...FORM_NAMES].sort(),
      );
      expect([...again.splits]).toEqual(expect.arrayContaining(['test_template', 'test_surface', 'test_members']));
      expect([...again.templates]).toEqual(expect.arrayContaining(['briefing', 'colleague', 'referee', 'matchmaker']));
      expect(again.exposed).toBeGreaterThan(50);
    }
  });
});
