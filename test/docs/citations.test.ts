/**
 * RULES.md is the law: each rule is cited where the builder keeps it, where the checker does, and
 * where a test holds it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { textFiles } from '../house/source-text.ts';
import { REPOSITORY } from '../source-files.ts';

const RULES = readFileSync(join(REPOSITORY, 'RULES.md'), 'utf8');
const IDS = [...RULES.matchAll(/^### ([A-Z]+-\d+) /gm)].map(([, id = '']) => id);
const SUBJECTS = [...new Set(IDS.map((id) => id.split('-')[0]))].join('|');
const CITATION = new RegExp(`\\b(?:${SUBJECTS})-\\d+\\b`, 'g');

/** Files by who cites in them; the pages that list every rule are none of them. */
const FILES = textFiles(/\.(ts|js|yaml|py)$/).filter(({ path }) => !path.startsWith('test/docs/'));
const SIDES: Readonly<Record<string, (path: string) => boolean>> = {
  builder: (path) => /^(src|schemas|pipelines)\//.test(path) && !path.startsWith('src/verify/'),
  checker: (path) => path.startsWith('src/verify/'),
  tests: (path) => path.startsWith('test/'),
};

describe('each rule of RULES.md', () => {
  it.each(Object.entries(SIDES))('is cited in the %s', (_, isSide) => {
    const cited = new Set(FILES.filter(({ path }) => isSide(path)).flatMap(({ text }) => text.match(CITATION) ?? []));
    expect(IDS.filter((id) => !cited.has(id))).toEqual([]);
  });

  it('is there, where it is cited', () => {
    const found = FILES.flatMap(({ path, text }) =>
      (text.match(CITATION) ?? []).filter((id) => !IDS.includes(id)).map((id) => `${path}: ${id}`),
    );
    expect(IDS.length).toBeGreaterThan(60);
    expect(found).toEqual([]);
  });
});
