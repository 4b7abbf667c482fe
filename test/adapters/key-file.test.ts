/** The key file of a lake: one key, whoever makes it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openKeyFile } from '../../src/adapters/filesystem/key-file.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'brewhouse-key-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('is made once by many at once, who all get its key', async () => {
  for (let round = 0; round < 20; round++) {
    const lake = join(folder, `lake-${round}`);
    const made = await Promise.all(Array.from({ length: 8 }, () => openKeyFile(lake).make()));
    expect(new Set(made).size).toBe(1);
    expect(made[0]).toMatch(/^[0-9a-f]{64}\n$/);
    expect(readFileSync(`${lake}.key`, 'utf8')).toBe(made[0]);
  }
  // Nothing that was under way is left.
  expect(readdirSync(folder).every((name) => /^lake-\d+\.key$/.test(name))).toBe(true);
});

it('can be read by its owner alone', async () => {
  await openKeyFile(join(folder, 'lake')).make();
  expect(statSync(join(folder, 'lake.key')).mode & 0o777).toBe(0o600);
});
