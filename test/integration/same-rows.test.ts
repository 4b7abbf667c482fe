/**
 * Rows change with the law alone, by content: ids, labels, sidecars and origins of the demo are
 * those that are kept; the real sets are compared where they are built.
 */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEMO_KEY } from '../../src/cli/commands/demo.ts';
import { shippedFolder } from '../../src/config.ts';
import { brewhouseJson, tempFolder } from './brewhouse.ts';
import { goldenContent, releaseContent } from './release-content.ts';

const folder = tempFolder();

describe('The demo of 300 members', () => {
  it('has the rows that are kept in every split, in the same order', async () => {
    // As the demo runs them, but for verify, which the demo's own test waits for.
    const [events, lake] = ['events', 'lake'].map((name) => join(folder, name)) as [string, string];
    const recipe = join(shippedFolder('recipes'), 'demo.yaml');
    await brewhouseJson(['simulate', '--members', '300', '--seed', '7', '--days', '90', '--out', events]);
    const domain = join(events, 'domain.yaml');
    await brewhouseJson(['build', '--events', events, '--domain', domain, '--recipe', recipe, '--lake', lake]);
    const { path } = await brewhouseJson<{ path: string }>(['release', '--lake', lake, '--recipe', recipe], {
      env: { BREWHOUSE_KEY: DEMO_KEY },
    });
    const content = await releaseContent(path);
    expect(Object.keys(content).length).toBeGreaterThanOrEqual(4);
    expect(content).toEqual(goldenContent('demo, 300 members', content));
  });
});
