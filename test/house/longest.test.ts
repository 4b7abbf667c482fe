/** The order of long test files in vitest.config.ts is one of files that there are. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { REPOSITORY } from '../source-files.ts';

it('vitest.config.ts begins with test files that exist', () => {
  const text = readFileSync(join(REPOSITORY, 'vitest.config.ts'), 'utf8');
  const [, list = ''] = /^const LONGEST = \[\n([\s\S]*?)^\];$/m.exec(text) ?? [];
  const named = [...list.matchAll(/^ {2}'(.*)',$/gm)].map(([, name = '']) => name);
  expect(named.length).toBeGreaterThan(10);
  expect(new Set(named).size).toBe(named.length);
  expect(named.filter((name) => !existsSync(join(REPOSITORY, 'test', `${name}.test.ts`)))).toEqual([]);
});
