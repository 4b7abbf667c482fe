/** ARCHITECTURE.md tells of every room of the house. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { REPOSITORY } from '../source-files.ts';
import { names, section } from './pages.ts';

it('ARCHITECTURE.md lists every folder of the sources once', () => {
  const text = readFileSync(join(REPOSITORY, 'ARCHITECTURE.md'), 'utf8');
  const rooms = readdirSync(join(REPOSITORY, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const folders = ['pipelines/', 'schemas/', ...rooms.map(({ name }) => `src/${name}/`)];
  expect(names(section(text, '## Where things live')).toSorted()).toEqual(folders.toSorted());
});
