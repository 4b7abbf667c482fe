/** docs/reference.md and docs/schemas/: made from the schemas, and told for every key. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fileKinds } from '../../infra/reference/files.ts';
import { sectionsOf } from '../../infra/reference/keys.ts';
import { referenceFiles } from '../../infra/write-reference.ts';

describe('the reference', () => {
  it.each([...referenceFiles()])('%s is what npm run docs writes', (path, text) => {
    expect(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')).toBe(text);
  });

  it.each(fileKinds())('says of every key of a $name file what it means, and shows it', (kind) => {
    const keys = sectionsOf(kind).flatMap(({ title, keys: own }) => own.map((key) => ({ title, ...key })));
    expect(keys.length).toBeGreaterThan(10);
    const silent = keys.filter(
      ({ meaning, type, example }) => meaning === '' || (example === undefined && !type.includes('(below)')),
    );
    expect(silent.map(({ title, name }) => `${title} ${name}`)).toEqual([]);
  });

  it('has no line over 100 columns', () => {
    const lines = (referenceFiles().get('docs/reference.md') ?? '').split('\n');
    expect(lines.filter((line) => [...line].length > 100)).toEqual([]);
  });
});
