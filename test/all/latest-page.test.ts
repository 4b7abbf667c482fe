/** The page of the last full runs keeps each part by itself. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import { PARTS, pageWith } from './latest-page.ts';

const page = readFileSync(join(packageRoot(), 'test/all/latest.md'), 'utf8');

test.each(PARTS)('a run of %s changes its own section and no other', (part) => {
  const changed = pageWith(page, part, ['of another run']);
  expect(changed).toContain('\n\nof another run\n');
  const others = (text: string) => text.split(/^(?=## )/m).filter((section) => !section.includes('of another run'));
  expect(others(changed)).toHaveLength(PARTS.length);
  for (const section of others(changed)) expect(page).toContain(section.trimEnd());
});

test('the page ends in one line feed, whichever part is written last', () => {
  for (const part of PARTS) expect(pageWith(page, part, ['x'])).toMatch(/[^\n]\n$/);
});

test('the run behind it begins outside of vitest', () => {
  const run = join(packageRoot(), 'test/all/run.ts');
  const { status, stderr } = spawnSync(process.execPath, [run, 'nothing'], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([1, expect.stringContaining(`nothing is no part; they are ${PARTS.join(', ')}`)]);
});
