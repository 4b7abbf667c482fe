/** What a recipe pins of a release whose manifest cannot be read: no release is of it. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { pinnedParts } from '../../pipelines/pinned-parts.ts';
import { openReader, releaseAt } from '../../src/adapters/checker-reader.ts';
import { root } from '../cli/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'brewhouse-pinned-'));
afterAll(() => rmSync(folder, { recursive: true }));

const recipe = join(root, 'pipelines/recipes/demo.yaml');
const UNLIKE = { recipe: { corpus: {}, release: {}, templates: [] } };

it('is pinned all the same where the manifest is missing, no JSON, or a pipe that never ends', async () => {
  const pinned = () => pinnedParts(openReader(releaseAt(folder)), { recipe, domain: undefined });
  expect(await pinned()).toEqual(UNLIKE);
  const file = join(folder, 'manifest.json');
  writeFileSync(file, '{"identity":');
  expect(await pinned()).toEqual(UNLIKE);
  rmSync(file);
  spawnSync('mkfifo', [file]);
  expect(await pinned()).toEqual(UNLIKE);
});
