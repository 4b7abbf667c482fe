/**
 * The rows of version 0.1.0, by content: ids, labels, sidecars and origins of the demo; the real
 * sets are compared where they are built.
 */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEMO_KEY } from '../../src/cli/commands/demo.ts';
import { shippedFolder } from '../../src/config.ts';
import { brewhouseJson, tempFolder } from './brewhouse.ts';
import { before, releaseContent } from './release-content.ts';

const folder = tempFolder();

describe('The demo of 300 members', () => {
  it('has the rows of 0.1.0 in every split, in the same order', async () => {
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
    expect(content).toEqual(before('demo, 300 members'));
  });
});
