/** A case that no test quotes guards nothing. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { REPOSITORY } from '../source-files.ts';
import { textFiles } from './source-text.ts';

it('every folder of test/cases is named by a test', () => {
  const cases = readdirSync(join(REPOSITORY, 'test', 'cases'));
  const tests = textFiles(/^test\/.*\.test\.ts$/).map(({ text }) => text);
  expect(cases.length).toBeGreaterThan(15);
  const quoted = (name: string) => tests.some((text) => new RegExp(`['"]${name}['"]| ${name}[:, ]`).test(text));
  expect(cases.filter((name) => !quoted(name))).toEqual([]);
});
