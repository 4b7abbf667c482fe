/**
 * The rows of version 0.1.0, by content: ids, labels, sidecars and origins of the demo; the real
 * sets are compared where they are built.
 */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { brewhouse, tempFolder } from './brewhouse.ts';
import { before, onlyRelease, releaseContent } from './release-content.ts';

describe('The demo of 300 members', () => {
  it('has the rows of 0.1.0 in every split, in the same order', async () => {
    const out = join(tempFolder(), 'demo');
    const ran = await brewhouse(['demo', '--members', '300', '--out', out]);
    expect(ran.code, ran.stderr).toBe(0);
    const content = await releaseContent(onlyRelease(join(out, 'lake', 'releases')));
    expect(Object.keys(content).length).toBeGreaterThanOrEqual(4);
    expect(content).toEqual(before('demo, 300 members'));
  });
});
